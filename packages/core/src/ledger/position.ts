import type { CommitSha } from "../contracts/comparison.ts";
import type { Contains } from "../git/ancestry.ts";

/**
 * Where a run's head stands to what was determined:
 * `ahead`: it adds to it. `same`, `behind`: another run has claimed what it changes, so it changes nothing of its own.
 * `rewritten`: the branch was pushed by force, and the head is on it. `gone`: the branch does not have the head any more.
 * `elsewhere`: the ledger follows another branch, and the head does not have what was determined there.
 */
export type Position = "ahead" | "same" | "behind" | "rewritten" | "gone" | "elsewhere";

/**
 * @param determined what the ledger says, `null` when nothing was determined yet
 * @param tip the deploy branch's, as it is now
 * @param otherBranch the branch that the ledger follows, where that is another one and is there still
 */
export function positionOf(
  {
    determined,
    head,
    tip,
    otherBranch,
  }: { determined: CommitSha | null; head: CommitSha; tip: CommitSha; otherBranch: string | null },
  contains: Contains,
): Position {
  const has = (commit: CommitSha, ancestor: CommitSha): boolean =>
    commit === ancestor || contains(commit, ancestor) === true;
  if (!has(tip, head)) return "gone";
  if (determined === head) return "same";
  if (determined === null || has(head, determined)) return "ahead";
  // A commit that was taken back by force is an ancestor of what was determined too, but it is where the branch is now.
  if (has(determined, head) && has(tip, determined)) return "behind";
  // Two branches that both deploy would turn back each other's changes.
  return otherBranch === null ? "rewritten" : "elsewhere";
}

/** Whether a commit is one of the branch that comes after a head. */
export function isLaterOnBranch(
  { commit, head, tip }: { commit: CommitSha; head: CommitSha; tip: CommitSha },
  contains: Contains,
): boolean {
  if (commit === head || contains(commit, head) !== true) return false;
  return commit === tip || contains(tip, commit) === true;
}
