import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Contains } from "@pipelines/core/git/ancestry";
import { positionOf } from "@pipelines/core/ledger/position";

export type LedgerBase =
  /** The changes from `base` to the head are this run's, beside what is due. */
  | { readonly kind: "changes"; readonly base: CommitSha | null; readonly notice: string | null }
  /** What the head changes was determined before: only what is due can be taken along. */
  | { readonly kind: "due-only"; readonly why: string }
  /** The branch does not have the head any more. */
  | { readonly kind: "nothing"; readonly why: string }
  /** Another branch is the one that deploys. */
  | { readonly kind: "refused"; readonly why: string };

export type LedgerBaseFacts = {
  /** Up to which commit changes were determined, `null` when nothing was. */
  readonly determined: CommitSha | null;
  readonly head: CommitSha;
  readonly tip: CommitSha;
  /** The branch before the push, as the event tells it; `null` for a new branch. */
  readonly before: CommitSha | null;
  /** The branch that the ledger follows, where that is another one and is there still. */
  readonly otherBranch: string | null;
  /** Whether git has a commit. A forced push can have taken it away for good. */
  readonly has: (commit: CommitSha) => boolean;
};

const BEGINS =
  "There is no ledger, so this run begins one with what its own push changed. Of what earlier runs left undone it knows nothing: if there was a ledger, somebody removed it, and docs/merged-changes.md says how to put it back.";

/**
 * What a run of the deploy branch compares its head with. It is what was determined last, so that a run that was lost,
 * failed or cancelled is covered by the next. After a forced push that holds too: two trees can be compared whatever
 * their history; only where what was determined is gone for good the event's own word has to do.
 */
export function ledgerBase(facts: LedgerBaseFacts, contains: Contains): LedgerBase {
  const { determined, head, tip, before, has } = facts;
  const position = positionOf(facts, contains);
  switch (position) {
    case "gone":
      return { kind: "nothing", why: `The deploy branch does not have ${head} any more: it is at ${tip}.` };
    case "elsewhere":
      return { kind: "refused", why: whyElsewhere(facts) };
    case "same":
      return { kind: "due-only", why: `What ${head} changes was determined before.` };
    case "behind":
      return { kind: "due-only", why: `A later run has determined what ${head} changes, up to ${determined}.` };
    case "ahead":
      return {
        kind: "changes",
        base: determined ?? before,
        notice: determined !== null || before === null ? null : BEGINS,
      };
    case "rewritten":
      if (determined !== null && has(determined)) return { kind: "changes", base: determined, notice: null };
      return {
        kind: "changes",
        base: before,
        notice: `The branch was pushed by force, and GitHub does not have ${determined} any more, up to which changes were determined. What was merged between it and ${before ?? "the first commit"} and not determined can't be told; what was due before is still due.`,
      };
    default:
      return position satisfies never;
  }
}

/** What people are told whose deploy branch is not the one that the ledger follows. */
export function whyElsewhere({ determined, otherBranch }: Pick<LedgerBaseFacts, "determined" | "otherBranch">): string {
  return `Another branch deploys: the ledger follows \`${otherBranch}\`, and this branch does not have ${determined}, up to which changes were determined there. Two branches would turn back each other's changes, so nothing runs. If \`${otherBranch}\` is the deploy branch, set \`deploy_branch\` here too. If this one is, merge \`${otherBranch}\` into it, or delete \`${otherBranch}\`, and re-run all jobs.`;
}
