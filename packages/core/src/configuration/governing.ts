import { type Action, traitsOf } from "../contracts/action.ts";
import type { CommitSha, Comparison } from "../contracts/comparison.ts";

/** What is to be done at which commit, as far as that decides which configuration governs. */
export type Governed = { readonly action: Action; readonly at: CommitSha };

/**
 * The commit whose configuration governs: environments, roles, policies and hooks. A pull request can't loosen its own
 * rules, so the base governs what it plans; a removed unit is the business of the commit that still had it, wherever it
 * runs and however long it has been due.
 *
 * @param job `null` for the comparison as a whole
 */
export function governingCommit(
  { mode, base, head }: Pick<Comparison, "mode" | "base" | "head">,
  job: Governed | null,
): CommitSha {
  if (job !== null && traitsOf(job.action).removes) return job.at;
  return base !== null && mode === "plan" ? base : head;
}
