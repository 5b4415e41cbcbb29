import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Configuration, Hook } from "@pipelines/core/configuration/schema";
import { type Action, traitsOf } from "@pipelines/core/contracts/action";
import { needsSomebody } from "@pipelines/core/contracts/end";
import { HookOutcome, type JobOutcome } from "@pipelines/core/contracts/outcome";
import { type Ran, run } from "@pipelines/core/process/run";
import { inert } from "@pipelines/core/redaction/inert";
import type { Mask } from "@pipelines/core/redaction/mask";
import { fileNameOf } from "../outcome/unit-files.ts";

/** A summary is for a comment, not for a log. */
const LONGEST_SUMMARY = 8_000;
const MOST_OUTPUT = 4 * 1024 * 1024;

/** The hooks that follow an action. */
export function hooksOf(configuration: Configuration, action: Action): readonly Hook[] {
  const { hooks } = traitsOf(action);
  return hooks === null ? [] : configuration.hooks[hooks];
}

/** How a job went, as far as it decides which hooks follow it. */
export type HookOccasion = Hook["on"][number];

export type HookRun = {
  readonly hooks: readonly Hook[];
  /** A checkout of the commit that is trusted: the hook's own files come from there. */
  readonly folder: string;
  /** A folder with the JSON of the job's plans. It holds secrets. */
  readonly plansFolder: string;
  /** How the job's units ended; `null` right before one of them is changed. */
  readonly outcome: JobOutcome | null;
  /** A folder for what hooks answer. */
  readonly jobFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clean: Mask;
};

/**
 * Runs hooks one after the other, each once for the job. A hook finds the plans in the folder `PIPELINES_PLANS`, and how the
 * units ended in the file `PIPELINES_OUTCOME`. It may write `{"result": "pass" | "warn" | "deny", "summary": "<Markdown>"}`
 * to the file `PIPELINES_RESULT`; otherwise exit code 0 is a pass, 1 a denial, anything else a failure of the hook, and what
 * it printed is the summary.
 */
export async function runHooks(job: HookRun): Promise<HookOutcome[]> {
  const plans = await readdir(job.plansFolder).catch(() => []);
  const occasions = occasionsOf(plans.length, job.outcome);
  const outcomes: HookOutcome[] = [];
  for (const hook of job.hooks) {
    if (hook.on.some((on) => occasions.has(on))) outcomes.push(await runHook(job, hook));
  }
  return outcomes;
}

function occasionsOf(plans: number, outcome: JobOutcome | null): ReadonlySet<HookOccasion> {
  const failed = outcome?.units.some(({ end }) => needsSomebody(end, outcome.action)) === true;
  const occasions = new Set<HookOccasion>();
  if (plans > 0) occasions.add("plans");
  if (failed) occasions.add("failure");
  return occasions.size === 0 ? new Set(["nothing"]) : occasions;
}

/** What a hook gets besides the environment of the job's tools. */
async function variablesOf(job: HookRun, resultFile: string): Promise<Record<string, string>> {
  const common = { PIPELINES_PLANS: job.plansFolder, PIPELINES_RESULT: resultFile };
  if (job.outcome === null) return common;
  // A copy: what a hook writes there is nobody's outcome.
  const file = join(dirname(resultFile), "outcome.json");
  await writeFile(file, JSON.stringify(withPlanFiles(job.outcome)), { mode: 0o600 });
  return { ...common, PIPELINES_OUTCOME: file };
}

/** The outcome, and beside each unit the name of its plan in the folder of plans. */
function withPlanFiles(outcome: JobOutcome): object {
  const units = outcome.units.map((unit) => {
    return unit.plan === undefined ? unit : { ...unit, planFile: `${fileNameOf(unit.path)}.json` };
  });
  return { ...outcome, units };
}

async function runHook(job: HookRun, hook: Hook): Promise<HookOutcome> {
  await mkdir(job.jobFolder, { recursive: true });
  const resultFile = join(await mkdtemp(join(job.jobFolder, "hook-")), "result.json");
  const [program = "", ...args] = hook.run;
  const ran = await run(program, args, {
    cwd: job.folder,
    env: { ...job.env, ...(await variablesOf(job, resultFile)) },
    timeoutMs: hook.timeout_minutes * 60_000,
    maxCharacters: MOST_OUTPUT,
  });
  const answered = (result: HookOutcome["result"], summary: string): HookOutcome => {
    const clean = job.clean(summary).trim();
    return {
      name: hook.name,
      result,
      summary: clean.length <= LONGEST_SUMMARY ? clean : `${clean.slice(0, LONGEST_SUMMARY)}…`,
    };
  };
  const broken = brokenBy(ran, hook);
  if (broken !== null) return answered("failed", `${broken}\n\n${ran.stderr}`);
  const text = await readFile(resultFile, "utf8").catch(() => null);
  if (text === null) {
    const printed = fenced(ran.stdout.trim() === "" ? ran.stderr : ran.stdout);
    if (ran.exitCode === 0) return answered("pass", printed);
    if (ran.exitCode === 1) return answered("deny", printed);
    return answered("failed", `It ended with exit code ${ran.exitCode ?? "?"}.\n\n${printed}`);
  }
  const answer = readResult(text);
  if (answer === null) return answered("failed", "What it wrote to `PIPELINES_RESULT` is not what a hook answers.");
  // A hook that fails after it wrote a pass has not passed.
  if (ran.exitCode !== 0 && answer.result !== "deny")
    return answered("failed", `It ended with exit code ${ran.exitCode ?? "?"}.\n\n${answer.summary}`);
  return answered(answer.result, answer.summary);
}

function brokenBy(ran: Ran, hook: Hook): string | null {
  if (ran.timedOut) return `It took longer than ${hook.timeout_minutes} minutes.`;
  if (ran.failure !== null) return `\`${hook.run.join(" ")}\` could not be run: ${ran.failure}`;
  return ran.signal === null ? null : `It was ended by ${ran.signal}.`;
}

const Answer = HookOutcome.pick({ result: true, summary: true });

function readResult(text: string): Pick<HookOutcome, "result" | "summary"> | null {
  try {
    const answer = Answer.safeParse(JSON.parse(text));
    return answer.success ? answer.data : null;
  } catch {
    return null;
  }
}

/** What a program printed, as Markdown that shows it as it is. */
function fenced(text: string): string {
  const plain = inert(text).trim();
  if (plain === "") return "";
  const longest = Math.max(2, ...[...plain.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${plain}\n${fence}`;
}
