import { mkdir, mkdtemp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Configuration, Hook } from "@pipelines/core/configuration/schema";
import { type Action, traitsOf } from "@pipelines/core/contracts/action";
import { HookOutcome } from "@pipelines/core/contracts/outcome";
import { type Ran, run } from "@pipelines/core/process/run";
import { inert } from "@pipelines/core/redaction/inert";
import type { Mask } from "@pipelines/core/redaction/mask";

/** A summary is for a comment, not for a log. */
const LONGEST_SUMMARY = 8_000;
const MOST_OUTPUT = 4 * 1024 * 1024;

/** The hooks that follow an action. */
export function hooksOf(configuration: Configuration, action: Action): readonly Hook[] {
  const { hooks } = traitsOf(action);
  return hooks === null ? [] : configuration.hooks[hooks];
}

export type HookRun = {
  readonly hooks: readonly Hook[];
  /** A checkout of the commit that is trusted: the hook's own files come from there. */
  readonly folder: string;
  /** A folder with the JSON of the job's plans. It holds secrets. */
  readonly plansFolder: string;
  /** A folder for what hooks answer. */
  readonly jobFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clean: Mask;
};

/**
 * Runs hooks one after the other, each once for the job's plans. A hook finds the plans in the folder
 * `PIPELINES_PLANS`. It may write `{"result": "pass" | "warn" | "deny", "summary": "<Markdown>"}` to the file
 * `PIPELINES_RESULT`; otherwise exit code 0 is a pass, 1 a denial, anything else a failure of the hook, and what it
 * printed is the summary. Without a plan there is nothing to say.
 */
export async function runHooks(job: HookRun): Promise<HookOutcome[]> {
  const plans = await readdir(job.plansFolder).catch(() => []);
  if (plans.length === 0) return [];
  const outcomes: HookOutcome[] = [];
  for (const hook of job.hooks) outcomes.push(await runHook(job, hook));
  return outcomes;
}

async function runHook(job: HookRun, hook: Hook): Promise<HookOutcome> {
  await mkdir(job.jobFolder, { recursive: true });
  const resultFile = join(await mkdtemp(join(job.jobFolder, "hook-")), "result.json");
  const [program = "", ...args] = hook.run;
  const ran = await run(program, args, {
    cwd: job.folder,
    env: { ...job.env, PIPELINES_PLANS: job.plansFolder, PIPELINES_RESULT: resultFile },
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
