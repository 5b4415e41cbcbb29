import { expect, it } from "vitest";
import { commit, contains } from "../../test/ledger.ts";
import { type Position, positionOf } from "./position.ts";

it.each<[string, Position, number | null, number, number, string?]>([
  ["a push of a branch with a new name, which has what was determined", "ahead", 1, 2, 2, "main"],
  ["a push of an old branch, which has not", "elsewhere", 1001, 2, 2, "trunk"],
  ["an old branch, which the new one was made of", "elsewhere", 3, 2, 2, "trunk"],
  ["a run of the old branch, which has what was determined since", "behind", 2, 1, 3, "trunk"],
  ["nothing was determined yet", "ahead", null, 1, 1],
  ["a push", "ahead", 1, 2, 2],
  ["a push, and the next one is there already", "ahead", 1, 2, 3],
  ["a re-run, or a second run of one commit", "same", 2, 2, 2],
  ["a run that comes behind a later one", "behind", 3, 2, 3],
  ["a commit that was taken back by force", "rewritten", 3, 2, 2],
  ["another history", "rewritten", 3, 1001, 1001],
  ["a commit of a history that was pushed away", "gone", 1001, 3, 1001],
  ["the same, though it is what was determined last", "gone", 3, 3, 1001],
])("%s is %s", (_what, position, determined, head, tip, otherBranch) => {
  const facts = { determined: determined === null ? null : commit(determined), head: commit(head), tip: commit(tip) };
  expect(positionOf({ ...facts, otherBranch: otherBranch ?? null }, contains)).toBe(position);
});

it("a determined commit that git does not know any more is a rewritten history", () => {
  const unknown = { determined: commit(7), head: commit(1), tip: commit(1), otherBranch: null };
  expect(positionOf(unknown, (a, b) => (a === b ? true : null))).toBe("rewritten");
});
