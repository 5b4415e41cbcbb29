import { jobEndedWell } from "@pipelines/core/contracts/end";
import type { Job } from "@pipelines/core/contracts/job";
import type { JobOutcome } from "@pipelines/core/contracts/outcome";

/** 0 when nobody has to act on how the job ended, else 1. A unit that the outcome does not mention ended badly. */
export function exitCodeOf(outcome: JobOutcome, job: Job): 0 | 1 {
  const ends = new Map(outcome.units.map(({ path, end }) => [path, end]));
  const well = jobEndedWell({
    action: job.action,
    ends: job.units.map(({ path }) => ends.get(path) ?? { kind: "unknown", why: "the outcome does not mention it" }),
    hooks: outcome.hooks,
    account: outcome.account ?? null,
    failure: outcome.failure,
  });
  return well ? 0 : 1;
}
