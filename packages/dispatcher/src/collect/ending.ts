import type { Job } from "@pipelines/core/contracts/job";
import type { AccountOutcome, HookOutcome, UnitOutcome } from "@pipelines/core/contracts/outcome";

/** How one unit of a job ended, with the text of its plan where there is one. */
export type UnitEnding = UnitOutcome & { readonly text: string | null };

/** How a job ended, whatever it left behind: every unit of the job has an end. */
export type Ending = {
  readonly job: Job;
  readonly attempt: number | null;
  readonly units: readonly UnitEnding[];
  readonly hooks: readonly HookOutcome[];
  readonly account: AccountOutcome | null;
  /** Why the job as a whole failed; `null` when it did its work, however the units ended. */
  readonly failure: string | null;
  readonly logUrl: string | null;
  /** When it began and ended, as ISO 8601, where it is known. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
};
