import { relative, resolve } from "node:path";
import process from "node:process";
import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import { gitAt } from "@pipelines/core/git/repository";
import { ledgerGit } from "@pipelines/core/ledger-ref/git";
import { readLedger } from "@pipelines/core/ledger-ref/store";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { VersionError } from "@pipelines/core/tools/version-error";
import { explain as explainText } from "@pipelines/orchestrator/explain/text";
import { assess } from "../assess.ts";
import { configurationOnDisk } from "../configuration-on-disk.ts";
import { toolsOfCheckout } from "../init/tools.ts";
import { stopOnInterrupt } from "../interrupt.ts";
import { checkedOutFolder } from "../repository-folder.ts";
import { briefly, uncommittedFiles } from "../uncommitted.ts";
import { underWay } from "../watch.ts";

export type ExplainOptions = {
  readonly repo: string;
  readonly base: string;
  readonly head: string;
  readonly event: "pull_request" | "push";
  readonly config?: string;
  readonly json?: true;
  readonly verbose?: true;
  readonly all?: true;
};

/** Prints an assessment: text for people, or exactly one JSON document. Answers the exit code. */
export async function explain(options: ExplainOptions): Promise<number> {
  const { base, head, event } = options;
  const folder = await checkedOutFolder(options.repo);
  const onDisk = options.config === undefined ? await configurationOnDisk(folder, head) : null;
  const config = options.config ?? onDisk;
  // On the other stream, so that the document stays one.
  for (const warning of toolWarnings(folder)) process.stderr.write(`warning: ${warning}\n`);
  const calls = underWay();
  using stop = stopOnInterrupt(calls.list);
  const extent = options.all === true ? "all" : "affected";
  const assessment = await assess(folder, { base, head, event, extent, config }, calls, stop.signal);
  if (options.json === true) process.stdout.write(`${JSON.stringify(assessment, null, 2)}\n`);
  else {
    const verbose = options.verbose === true;
    const commands = assessment.unmatched.length === 0 ? [] : await commandsAt(folder, assessment);
    const asides = await asidesOf(folder, assessment, onDisk !== null, options.config);
    process.stdout.write(explainText(assessment, { verbose, rest: "`--verbose` prints all", commands, asides }));
  }
  return assessment.problems.length === 0 ? 0 : 1;
}

/** Calls that print what they are given, or what git knows beside its files: `git remote get-url origin`. */
const READS_NO_FILE =
  /\brun_cmd\(\s*(?:"--[\w-]+",\s*)*"(?:(?:echo|printf|date|whoami|hostname|uname)"|git",\s*"(?:remote|rev-parse|config|branch|describe|symbolic-ref)"|(?:ba)?sh",\s*"-c",\s*"(?:echo|printf)\b(?!.*(?:\$\(|[`|;<&])))/;

/** Where the head's HCL calls `run_cmd` with what may read files, as `file:line`. */
async function commandsAt(folder: string, { comparison }: Assessment): Promise<string[]> {
  const git = gitAt(folder, toolEnvironment(process.env));
  const pattern = ["-n", "-I", "-E", "-e", "^[^#]*run_cmd\\(", comparison.head, "--", "*.hcl"];
  // Git ends with 1 where nothing matches.
  const found = await git.raw(["grep", ...pattern]).catch(() => "");
  return found
    .split("\n")
    .filter((line) => !READS_NO_FILE.test(line))
    .flatMap((line) => /^[^:]+:([^:]+:\d+):/.exec(line)?.[1] ?? []);
}

/** What the comparison can't say: what is due by the ledger as it was fetched last, and what is not committed. */
async function asidesOf(
  folder: string,
  { comparison, units }: Assessment,
  withConfigurationOnDisk: boolean,
  given: string | undefined,
): Promise<string[]> {
  const { ledger } = await readLedger(ledgerGit(folder, toolEnvironment(process.env)));
  const due = [...ledger.units.values()].flatMap((record) => (record.due === undefined ? [] : [record.unit]));
  const affected = new Set(units.map(({ path }) => path));
  const isCheckedOut =
    (await gitAt(folder, toolEnvironment(process.env)).raw(["rev-parse", "HEAD"])).trim() === comparison.head;
  const commit = comparison.head.slice(0, 8);
  const uncommitted = isCheckedOut ? await uncommittedFiles(folder) : [];
  const lookedAt = withConfigurationOnDisk ? CONFIGURATION_FILE : given && relative(folder, resolve(given));
  const files = uncommitted.filter((file) => file !== lookedAt);
  return [
    ...(withConfigurationOnDisk
      ? [`Commit ${commit} has no ${CONFIGURATION_FILE}: this goes by the one in your folder.`]
      : []),
    ...(due.length === 0
      ? []
      : [
          `Merged and not applied yet, so that a merge takes them along: ${briefly(due)}${due.some((unit) => affected.has(unit)) ? " (some of them are above)" : ""}. \`pipelines status\` says why.`,
        ]),
    ...(files.length === 0
      ? []
      : [
          `Not committed, so not looked at: ${briefly(files)}. This is about commit ${commit}; \`pipelines plan\` also plans what is not committed.`,
        ]),
  ];
}

/** What is wrong with the tools that the repository names, which GitHub's run would stop at. */
function toolWarnings(folder: string): readonly string[] {
  try {
    const { steps, conflicts } = toolsOfCheckout(folder);
    return [...steps, ...conflicts];
  } catch (error) {
    if (!(error instanceof VersionError)) throw error;
    return [`${error.place?.file ?? "a file of versions"}: ${error.message}`];
  }
}
