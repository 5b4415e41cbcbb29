import type { Execution } from "@pipelines/core/contracts/execution";
import type { JobOutcome } from "@pipelines/core/contracts/outcome";
import type { ExecutorEnd } from "./executor-process.ts";

export type RunEdges = {
  /** Does the job: a process of its own in an action, the executor's function in a terminal. `null`: how it ended is not known. */
  execute(execution: Execution): Promise<ExecutorEnd | null>;
  /** The outcome that was left; `null` when there is none that can be read. */
  readOutcome(): Promise<JobOutcome | null>;
  writeOutcome(outcome: JobOutcome): Promise<void>;
};

/** Runs a job and answers how it ended. There is a finished outcome afterwards, also when the executor crashed. */
export async function runJob(edges: RunEdges, execution: Execution): Promise<JobOutcome> {
  let end: ExecutorEnd | null = null;
  let failure: string | null = null;
  try {
    end = await edges.execute(execution);
  } catch (error) {
    failure = `the executor could not be run: ${error instanceof Error ? error.message : String(error)}`;
  }
  const left = await edges.readOutcome();
  if (left !== null && left.state === "finished") return left;
  const outcome = finishedWithout(execution, left, failure ?? whyOf(end));
  await edges.writeOutcome(outcome);
  return outcome;
}

/** The outcome of a job that did not finish: how its units ended as far as that is known, and why it ended. */
export function finishedWithout(
  { job, attempt, logUrl }: Pick<Execution, "job" | "attempt" | "logUrl">,
  left: JobOutcome | null,
  failure: string,
): JobOutcome {
  const known: JobOutcome = left ?? {
    version: 1,
    job: job.id,
    attempt,
    action: job.action,
    environment: job.environment,
    at: job.at,
    state: "finished",
    toolVersions: { terragrunt: null, tofu: null },
    units: [],
    hooks: [],
    failure: null,
    logUrl,
  };
  const ended = new Set(known.units.map(({ path }) => path));
  const unknown = job.units
    .filter(({ path }) => !ended.has(path))
    .map(({ path }) => ({ path, end: { kind: "unknown" as const, why: failure }, seconds: 0 }));
  return { ...known, state: "finished", units: [...known.units, ...unknown], failure: known.failure ?? failure };
}

function whyOf(end: ExecutorEnd | null): string {
  if (end === null) return "the executor ended without an outcome";
  if (end.signal !== null) return `the executor was killed by ${end.signal} before it was done`;
  if (end.exitCode === 2) return "the executor did not understand what it was asked to do; its log says what";
  return `the executor ended with exit code ${end.exitCode ?? "?"} before it was done; its log says why`;
}
