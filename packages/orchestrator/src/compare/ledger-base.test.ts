import { CommitSha } from "@pipelines/core/contracts/comparison";
import { expect, it } from "vitest";
import { type LedgerBase, type LedgerBaseFacts, ledgerBase } from "./ledger-base.ts";

/** A straight history of commits; those from 100 are another one. */
const commit = (number: number): CommitSha => CommitSha.parse(number.toString(16).padStart(40, "0"));
const contains = (of: CommitSha, ancestor: CommitSha): boolean => {
  const [a, b] = [Number.parseInt(ancestor, 16), Number.parseInt(of, 16)];
  return a >= 100 === b >= 100 && a <= b;
};
const base = (given: Partial<LedgerBaseFacts>): LedgerBase =>
  ledgerBase(
    {
      determined: commit(1),
      head: commit(3),
      tip: commit(3),
      otherBranch: null,
      before: commit(2),
      has: () => true,
      ...given,
    },
    contains,
  );

it.each<[string, Partial<LedgerBaseFacts>, number | null]>([
  ["what was determined last, which covers runs that were lost since", {}, 1],
  ["what was determined last, though the next push is there", { tip: commit(4) }, 1],
  ["the event's, when nothing was determined yet", { determined: null }, 2],
  ["nothing at all, for the first push of a repository", { determined: null, before: null }, null],
  ["what was determined last, when the branch was set back", { determined: commit(5), before: commit(5) }, 5],
  ["what was determined last, of another history", { determined: commit(105), before: commit(106) }, 105],
  ["the event's, when what was determined is gone for good", { determined: commit(105), has: () => false }, 2],
])("a run is compared with %s", (_what, given, expected) => {
  expect(base(given)).toMatchObject({ kind: "changes", base: expected === null ? null : commit(expected) });
});

it("a run says when changes may have been lost", () => {
  expect(base({ determined: commit(105), has: () => false })).toMatchObject({
    notice: expect.stringMatching(/can't be told/),
  });
  expect(base({})).toMatchObject({ notice: null });
  expect(base({ determined: null })).toMatchObject({ notice: expect.stringMatching(/There is no ledger/) });
  expect(base({ determined: null, before: null })).toMatchObject({ notice: null });
});

it.each<[string, LedgerBase["kind"], Partial<LedgerBaseFacts>]>([
  ["is run again", "due-only", { determined: commit(3) }],
  ["comes behind a later one", "due-only", { determined: commit(5), tip: commit(5) }],
  ["was pushed away by force", "nothing", { tip: commit(100) }],
])("a run that %s changes nothing of its own", (_what, kind, given) => {
  expect(base(given).kind).toBe(kind);
});
