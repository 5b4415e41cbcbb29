import { z } from "zod";
import { CommitSha } from "./comparison.ts";
import { LedgerRun, LedgerState } from "./ledger.ts";
import { ReviewRule } from "./review-rule.ts";
import { UnitPath } from "./unit-path.ts";

/** Why a unit may not start. */
export const StopReason = z.enum([
  /** The ledger or the deploy branch could not be read. */
  "unknown",
  /** The ledger follows another branch now. */
  "other-branch",
  /** The ledger wants something else of the unit than the job does. */
  "differs",
  /** The unit is on the deploy branch, so it is not destroyed. */
  "exists-at-tip",
  /** Another unit was last applied with a dependency on it. */
  "needed",
  /** A unit of the deploy branch has the same state. */
  "same-state",
  /** A unit of the deploy branch has a state that nobody knows, so that it may be the same. */
  "unknown-state",
  "paused",
  "protected",
  "destroy-denied",
]);
export type StopReason = z.infer<typeof StopReason>;

/** Whether a unit may start now, as the ledger and the deploy branch say right before it. */
export const Start = z.discriminatedUnion("kind", [
  /** `reviewRule`: what the deploy branch asks of an apply now; the stricter of that and the job's own holds. */
  z.strictObject({ kind: z.literal("go"), reviewRule: ReviewRule.optional() }),
  /** It was done already: what builds on it may go on. */
  z.strictObject({ kind: z.literal("done"), message: z.string() }),
  /** It is not this run's any more. `to`: the run that has it; `by`: the commit that it is for. */
  z.strictObject({
    kind: z.literal("leave"),
    to: LedgerRun.nullable(),
    by: CommitSha.nullable(),
    message: z.string(),
  }),
  /** Units of environments that come first have to end well before it, and have not. */
  z.strictObject({
    kind: z.literal("wait"),
    for: z.array(z.string()),
    units: z.array(UnitPath),
    message: z.string(),
  }),
  z.strictObject({ kind: z.literal("stop"), because: StopReason, message: z.string() }),
]);
export type Start = z.infer<typeof Start>;

/** What the executor asks the dispatcher that started it. */
export const StartQuestion = z.strictObject({
  ask: z.int().nonnegative(),
  unit: UnitPath,
  /** The state that is to be destroyed, once it is known: whether anybody else has it. */
  state: LedgerState.optional(),
});
export type StartQuestion = z.infer<typeof StartQuestion>;

/** The answer to the question of that number. */
export const StartAnswer = z.strictObject({ answer: z.int().nonnegative(), start: Start });
export type StartAnswer = z.infer<typeof StartAnswer>;
