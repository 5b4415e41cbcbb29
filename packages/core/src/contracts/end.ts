import { type Action, traitsOf } from "./action.ts";
import type { AccountOutcome, HookOutcome, JobOutcome, UnitEnd } from "./outcome.ts";

/**
 * What an end means for others.
 *
 * - `well`: the work is done. What builds on the unit may go on, and nothing is left to do.
 * - `open`: the work is not done, and that is as it was meant: nobody has to act now.
 * - `bad`: the work is not done, and somebody has to look.
 */
export type Verdict = "well" | "open" | "bad";

/**
 * Judges how a unit ended. Whether later units start, a job's exit code, a run's status, issues and headlines all
 * follow from this answer.
 *
 * @param action what was to be done: a unit that waits for others is fine in a plan, and not in an apply
 */
export function verdictOn(end: UnitEnd, action: Action): Verdict {
  switch (end.kind) {
    case "changed":
    case "unchanged":
      return "well";
    case "superseded":
    case "ignored":
      return "open";
    case "waiting":
      return traitsOf(action).writes ? "bad" : "open";
    case "withheld":
      // The configuration asks for the pause, and says itself that it is one.
      return end.stop.guard === "paused" ? "open" : "bad";
    case "failed":
    case "skipped":
    case "interrupted":
    case "unknown":
      return "bad";
    default:
      return end satisfies never;
  }
}

/**
 * Whether what builds on a unit may go on. To ignore an error means for Terragrunt that dependents run; what a unit
 * still needs that could not be destroyed is not destroyed all the same.
 *
 * @param action what is done to the units that build on it
 */
export function mayBuildOn(end: UnitEnd, action: Action): boolean {
  if (end.kind === "ignored") return !traitsOf(action).removes;
  return end.kind === "changed" || end.kind === "unchanged";
}

/** Whether somebody has to act on how a unit ended. */
export function needsSomebody(end: UnitEnd, action: Action): boolean {
  return verdictOn(end, action) === "bad";
}

/** How a job as a whole ended: the ends of all units that it names, what its hooks said, what came of its account. */
export type JobEnd = {
  readonly action: Action;
  readonly ends: readonly UnitEnd[];
  readonly hooks: readonly Pick<HookOutcome, "result">[];
  readonly account: Pick<AccountOutcome, "failure"> | null;
  readonly failure: string | null;
};

/** What a job leaves behind, as far as its checks are about it. A job that is still running has not asked them. */
export type Checked = Pick<JobOutcome, "failure" | "state"> & { readonly hooks: readonly HookOutcome[] };

/**
 * Why what a job did has not passed the checks that follow it, in a sentence; `null` when it has. A unit can have ended
 * well all the same: then it is done, and what waits for it in other environments still does not start.
 */
export function failedCheck({ hooks, failure, state }: Checked): string | null {
  if (state === "running") return "Its job was cut off before its checks.";
  if (failure !== null) return `Its job could not do all of its work: ${failure}`;
  const denial = hooks.find((hook) => !isPassed(hook));
  if (denial === undefined) return null;
  const { name, result, summary } = denial;
  return `The check \`${name}\` ${result === "deny" ? "denied" : "failed"}${summary === "" ? "." : `: ${summary}`}`;
}

function isPassed({ result }: Pick<HookOutcome, "result">): boolean {
  return result === "pass" || result === "warn";
}

/** Whether nobody has to act on a job. */
export function jobEndedWell({ action, ends, hooks, account, failure }: JobEnd): boolean {
  return (
    failure === null &&
    (account?.failure ?? null) === null &&
    hooks.every(isPassed) &&
    ends.every((end) => !needsSomebody(end, action))
  );
}
