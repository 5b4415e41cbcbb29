import type { Assessment } from "@pipelines/core/contracts/assessment";
import { jobEndedWell } from "@pipelines/core/contracts/end";
import type { Ending } from "../collect/ending.ts";

/** Whether a run is green or red. Decided before anything is published. */
export type RunStatus = "success" | "failure";

/**
 * The run's status: red for a run that determined nothing, for any problem, for any job that did not end well, and where a
 * person asked for something by hand that is withheld: whoever asks must not take green for done.
 */
export function statusOf(assessment: Assessment | null, endings: readonly Ending[]): RunStatus {
  if (assessment === null || assessment.problems.length > 0) return "failure";
  const { comparison, units } = assessment;
  if (comparison.mode === "manual" && units.some(({ withheld }) => withheld !== undefined)) return "failure";
  return endings.every(endedWell) ? "success" : "failure";
}

/** Whether nobody has to act on how a job ended. */
export function endedWell({ job, units, hooks, account, failure }: Ending): boolean {
  return jobEndedWell({ action: job.action, ends: units.map(({ end }) => end), hooks, account, failure });
}
