import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Job } from "@pipelines/core/contracts/job";
import type { JobOutcome } from "@pipelines/core/contracts/outcome";
import { collectOutcomes, type OutcomeFile } from "./collect/outcomes.ts";
import { awaitSurvivor, type SurvivorEdges } from "./collect/survivor.ts";
import { buildReport, type Report, type RunFacts, type Scope } from "./report/model.ts";
import { endedWell, type RunStatus } from "./report/status.ts";
import { finishedWithout, type RunContext, type RunEdges, runJob } from "./run/run-job.ts";
import { keyOf } from "./sinks/marker.ts";
import { type Places, publishReport, publishStart, type Told } from "./sinks/publish.ts";

/** Runs one job; whether it ended well is known whatever happened to the executor. */
export async function dispatchRun(
  edges: RunEdges,
  job: Job,
  context: RunContext,
): Promise<{ outcome: JobOutcome; well: boolean }> {
  const outcome = await runJob(edges, job, context);
  return { outcome, well: isWell(job, outcome) };
}

/** Waits for an executor that outlived its step, and finishes the outcome that it leaves. */
export async function dispatchCollect(
  edges: SurvivorEdges & Pick<RunEdges, "writeOutcome">,
  job: Job,
  context: Pick<RunContext, "attempt" | "logUrl">,
  seconds: number,
): Promise<JobOutcome> {
  const left = await awaitSurvivor(edges, seconds);
  if (left !== null && left.state === "finished") return left;
  const why = left === null ? NEVER_STARTED : STILL_RUNNING;
  const outcome = finishedWithout(job, context, left, why);
  await edges.writeOutcome(outcome);
  return outcome;
}

/** Decides the run's status, or that of one job of it, then tells everybody. */
export async function dispatchReport(
  places: Places,
  assessment: Assessment | null,
  files: readonly OutcomeFile[],
  run: RunFacts,
  only: Job | null = null,
): Promise<{ status: RunStatus; report: Report; told: Told[] }> {
  const report =
    assessment === null || only === null
      ? buildReport(assessment, collectOutcomes(assessment?.jobs ?? [], files), run)
      : reportOfJob(assessment, files, run, only);
  return { status: report.status, report, told: await publishReport(places, report) };
}

/** The report of one job of a run. */
export function reportOfJob(assessment: Assessment, files: readonly OutcomeFile[], run: RunFacts, job: Job): Report {
  return buildReport(narrowTo(assessment, job), collectOutcomes([job], files), run, scopeOf(assessment, job));
}

/** Marks the pull request as being planned. */
export async function dispatchStart(
  places: Places,
  assessment: Assessment,
  run: RunFacts,
  only: Job | null = null,
): Promise<Told[]> {
  if (only === null) return publishStart(places, buildReport(assessment, [], run), assessment);
  const told = narrowTo(assessment, only);
  return publishStart(places, buildReport(told, [], run, scopeOf(assessment, only)), told);
}

/** What one job has to tell: its own units, and what is wrong with the change as a whole. */
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

const NEVER_STARTED = "the job ended before the executor started";
const STILL_RUNNING = "the job was ended while it was still running";

function isWell(job: Job, outcome: JobOutcome): boolean {
  const file = {
    job: job.id,
    attempt: outcome.attempt,
    content: { kind: "read" as const, outcome, planTexts: new Map() },
  };
  return collectOutcomes([job], [file]).every(endedWell);
}
