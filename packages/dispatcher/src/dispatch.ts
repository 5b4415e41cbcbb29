import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Execution } from "@pipelines/core/contracts/execution";
import type { Job } from "@pipelines/core/contracts/job";
import type { JobOutcome } from "@pipelines/core/contracts/outcome";
import type { Ending } from "./collect/ending.ts";
import { collectOutcomes, type OutcomeFile } from "./collect/outcomes.ts";
import { awaitSurvivor, type Survivor, type SurvivorEdges } from "./collect/survivor.ts";
import { keyOf } from "./report/key.ts";
import { buildReport, type Report, type RunFacts, type Scope } from "./report/model.ts";
import type { Phase } from "./report/phase.ts";
import { endedWell } from "./report/status.ts";
import { finishedWithout, type RunEdges, runJob } from "./run/run-job.ts";
import { type Publication, publishReport, type Sink } from "./sinks/sink.ts";

/** Runs one job; whether it ended well is known whatever happened to the executor. */
export async function dispatchRun(
  edges: RunEdges,
  execution: Execution,
): Promise<{ outcome: JobOutcome; well: boolean }> {
  const outcome = await runJob(edges, execution);
  return { outcome, well: isWell(execution.job, outcome) };
}

/** Waits for an executor that outlived its step, and finishes the outcome that it leaves. */
export async function dispatchCollect(
  edges: SurvivorEdges & Pick<RunEdges, "writeOutcome">,
  execution: Pick<Execution, "job" | "attempt" | "logUrl">,
  seconds: number,
): Promise<JobOutcome> {
  const { outcome: left, survivor } = await awaitSurvivor(edges, seconds);
  if (left !== null && left.state === "finished") return left;
  const outcome = finishedWithout(execution, left, whyUnfinished(left, survivor));
  await edges.writeOutcome(outcome);
  return outcome;
}

/** What a report is about. */
export type ReportRequest = {
  /** How far the run is. */
  readonly phase: Phase;
  /** The one job that reports itself; `null` for the whole run. */
  readonly only: Job | null;
  /** Whether a job's end is told by a problem of the run, so that it is none of the report's. */
  readonly isCovered: (ending: Ending) => boolean;
};

/** Reports a run, or one job of it. Its status is decided before anything is published. */
export async function dispatchReport(
  sinks: readonly Sink[],
  assessment: Assessment | null,
  files: readonly OutcomeFile[],
  run: RunFacts,
  { phase = { kind: "end" }, only = null, isCovered = () => false }: Partial<ReportRequest> = {},
): Promise<{ report: Report; publications: Publication[] }> {
  const report = reportOf(assessment, files, run, { phase, only, isCovered });
  return { report, publications: await publishReport(sinks, report) };
}

/** The report of one job of a run that has ended. */
export function reportOfJob(assessment: Assessment, files: readonly OutcomeFile[], run: RunFacts, job: Job): Report {
  return reportOf(assessment, files, run, { phase: { kind: "end" }, only: job, isCovered: () => false });
}

function reportOf(
  assessment: Assessment | null,
  files: readonly OutcomeFile[],
  run: RunFacts,
  { phase, only, isCovered }: ReportRequest,
): Report {
  const part = assessment === null || only === null ? assessment : narrowTo(assessment, only);
  const endings = collectOutcomes(part?.jobs ?? [], files).filter((ending) => !isCovered(ending));
  const scope = assessment === null || only === null ? null : scopeOf(assessment, only);
  return buildReport(part, endings, run, { scope, phase });
}

/** What one job reports: its own units, and what is wrong with the change as a whole. */
function narrowTo(assessment: Assessment, job: Job): Assessment {
  const own = new Set(job.units.map(({ path }) => path));
  return { ...assessment, jobs: [job], units: assessment.units.filter(({ path }) => own.has(path)) };
}

function scopeOf({ jobs }: Assessment, job: Job): Scope {
  return { key: scopeKey(job), ofRun: jobs.map(scopeKey) };
}

function scopeKey({ action, environment, units }: Job): string {
  return keyOf([action, environment, ...units.map(({ path }) => path)].join("\n"));
}

function whyUnfinished(left: JobOutcome | null, survivor: Survivor["kind"]): string {
  if (survivor === "gone" || survivor === "left") return "the executor was ended before it was done";
  return left === null ? "the job ended before the executor started" : "the job was ended while it was still running";
}

function isWell(job: Job, outcome: JobOutcome): boolean {
  const file = {
    job: job.id,
    attempt: outcome.attempt,
    content: { kind: "read" as const, outcome, planTexts: new Map() },
  };
  return collectOutcomes([job], [file]).every(endedWell);
}
