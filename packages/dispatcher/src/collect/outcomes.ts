import type { Job } from "@pipelines/core/contracts/job";
import type { JobOutcome } from "@pipelines/core/contracts/outcome";
import { newestAttempts } from "@pipelines/core/documents/layout";
import type { Ending, UnitEnding } from "./ending.ts";
import { notStarted } from "./not-started.ts";

/** One outcome document: what it says, or why it can't be read. */
export type OutcomeFile = {
  /** The job that it is of; `null` where an unreadable document does not say it. */
  readonly job: string | null;
  readonly attempt: number;
  readonly content:
    | { readonly kind: "read"; readonly outcome: JobOutcome; readonly planTexts: ReadonlyMap<string, string> }
    | { readonly kind: "unreadable"; readonly why: string };
};

/**
 * Puts the jobs that were due and the documents that they left side by side. A job without a readable document failed,
 * and is named; of several attempts the highest counts. Never throws: one bad file must not hide the others.
 */
export function collectOutcomes(expected: readonly Job[], files: readonly OutcomeFile[]): Ending[] {
  const latest = newestAttempts(files.flatMap((file) => (file.job === null ? [] : [{ ...file, job: file.job }])));
  const nameless = files.find(({ job, content }) => job === null && content.kind === "unreadable") ?? null;
  const endings = expected.map((job) => endingOf(job, latest.get(job.id) ?? nameless));
  return endings.map((ending) => notStarted(ending, endings));
}

function endingOf(job: Job, file: OutcomeFile | null): Ending {
  if (file === null) return withoutOutcome(job, null, "it did not start, or left no outcome");
  if (file.content.kind === "unreadable") {
    return withoutOutcome(job, file.attempt, `its outcome can't be read: ${file.content.why}`);
  }
  const { outcome, planTexts } = file.content;
  const ended = new Map(outcome.units.map((unit) => [unit.path, unit]));
  const why =
    outcome.state === "running"
      ? "the job was cut off before this unit ended; it may have changed something"
      : (outcome.failure ?? "the job ended without saying how this unit ended");
  const units = job.units.map(({ path }): UnitEnding => {
    const unit = ended.get(path);
    if (unit === undefined) return { path, end: { kind: "unknown", why }, seconds: 0, text: null };
    return { ...unit, text: unit.planText === undefined ? null : (planTexts.get(unit.planText) ?? null) };
  });
  const cutOff = outcome.state === "running" ? "it was cut off while it was running" : null;
  return {
    job,
    attempt: file.attempt,
    units,
    hooks: outcome.hooks,
    account: outcome.account ?? null,
    failure: outcome.failure ?? cutOff,
    logUrl: outcome.logUrl,
    startedAt: outcome.startedAt ?? null,
    finishedAt: outcome.finishedAt ?? null,
  };
}

function withoutOutcome(job: Job, attempt: number | null, failure: string): Ending {
  return {
    job,
    attempt,
    units: job.units.map(({ path }) => ({ path, end: { kind: "unknown", why: failure }, seconds: 0, text: null })),
    hooks: [],
    account: null,
    failure,
    logUrl: null,
    startedAt: null,
    finishedAt: null,
  };
}
