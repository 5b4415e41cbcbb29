import { traitsOf } from "@pipelines/core/contracts/action";
import type { Assessment } from "@pipelines/core/contracts/assessment";

/** What a report is about: planned changes, applied ones, or what differs from the code without anybody's change. */
export type ReportKind = "plan" | "apply" | "drift";

/**
 * What a run's report is about. The event decides, which comes from GitHub; the documents of a pull request's run come
 * from a job that ran its code, and must not pass for those of the deploy branch.
 *
 * @param event as GitHub names it; `local` in a terminal
 */
export function kindOf(event: string, assessment: Assessment | null): ReportKind {
  switch (event) {
    case "push":
      return "apply";
    case "schedule":
      return assessment?.comparison.mode === "manual" ? "apply" : "drift";
    case "workflow_dispatch": {
      const jobs = assessment?.jobs ?? [];
      return jobs.some(({ action }) => traitsOf(action).writes) ? "apply" : "plan";
    }
    default:
      return "plan";
  }
}
