import type { Action } from "../contracts/action.ts";
import { traitsOf } from "../contracts/action.ts";
import type { CommitSha, Comparison } from "../contracts/comparison.ts";

/**
 * The commit whose configuration governs an action: its environments, roles, policies and hooks. A pull request can't
 * loosen its own rules, so the base governs what it plans; a removed unit is the base's business wherever it runs.
 */
export function governingCommit(
  { mode, base, head }: Pick<Comparison, "mode" | "base" | "head">,
  action: Action | null,
): CommitSha {
  const removes = action !== null && traitsOf(action).removes;
  return base !== null && (mode === "plan" || removes) ? base : head;
}
