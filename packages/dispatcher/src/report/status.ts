import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import type { Ending } from "../collect/outcomes.ts";

/** Whether a run is green or red. Decided before anything is told to anybody. */
export type RunStatus = "success" | "failure";

/** The run's status: red for a run that determined nothing, for any problem, and for any job that did not end well. */
export function statusOf(assessment: Assessment | null, endings: readonly Ending[]): RunStatus {
  if (assessment === null || assessment.problems.length > 0) return "failure";
  return endings.every(endedWell) ? "success" : "failure";
}

/** Whether a job did its work and all its units ended well. */
export function endedWell(ending: Ending): boolean {
  return (
    ending.failure === null &&
    (ending.account?.failure ?? null) === null &&
    ending.hooks.every((hook) => hook.result === "pass" || hook.result === "warn") &&
    ending.units.every((unit) => unitIsWell(unit.end))
  );
}

/** Whether nobody has to act on how a unit ended. A unit that waits for others to be applied is well in a plan. */
export function unitIsWell(end: UnitEnd): boolean {
  switch (end.kind) {
    case "changed":
    case "unchanged":
    case "superseded":
    case "waiting":
      return true;
    case "withheld":
      return end.stop.guard === "paused";
    case "failed":
    case "skipped":
    case "interrupted":
    case "unknown":
      return false;
    default:
      return end satisfies never;
  }
}
