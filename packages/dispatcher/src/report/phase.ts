import type { Ending } from "../collect/ending.ts";
import { endedWell } from "./status.ts";

/**
 * How far a run is: nothing has ended yet, a stage is over (counted as jobs count theirs, destroys after applies), or
 * all of it is.
 */
export type Phase =
  | { readonly kind: "start" }
  | { readonly kind: "stage"; readonly stage: number }
  | { readonly kind: "end" };

/**
 * Whether a job may still run. What a job of a later stage left behind in an earlier attempt counts when it ended well:
 * else this attempt runs it again.
 */
export function isPending(ending: Ending, phase: Phase, attempt: number): boolean {
  switch (phase.kind) {
    case "start":
      return true;
    case "stage": {
      if (ending.job.stage <= phase.stage) return false;
      return ending.attempt === null || (ending.attempt < attempt && !endedWell(ending));
    }
    case "end":
      return false;
    default:
      return phase satisfies never;
  }
}
