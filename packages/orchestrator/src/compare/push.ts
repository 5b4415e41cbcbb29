import type { CommitSha, Comparison, EventRef } from "@pipelines/core/contracts/comparison";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { Repository } from "@pipelines/core/git/repository";
import { comparisonOf, needed } from "./commits.ts";
import type { CompareResult } from "./compared.ts";
import { EventError, type PipelineEvent, PushPayload, readPayload } from "./event.ts";
import { ledgerBase } from "./ledger-base.ts";
import { ancestryOfLook, claimSeen } from "./look.ts";

/** What a push of the deploy branch changes, without a ledger by the event's own word. @throws EventError, MissingCommitError */
export async function pushComparison(
  repository: Repository,
  event: PipelineEvent,
  deployBranchAt: (commit: CommitSha) => Promise<string>,
  look: LedgerLook | null,
): Promise<CompareResult> {
  const push = readPayload(event, PushPayload);
  if (push.deleted || !push.ref.startsWith("refs/heads/")) {
    const what = push.deleted ? `\`${push.ref}\` was deleted` : `\`${push.ref}\` is no branch`;
    return {
      kind: "nothing",
      comparison: comparisonOf("apply", event.sha, event.sha, event, "main"),
      why: `Nothing to do: ${what}.`,
    };
  }
  const head = await needed(repository, push.after);
  const deployBranch = await deployBranchAt(head);
  if (push.ref !== `refs/heads/${deployBranch}`) {
    return {
      kind: "nothing",
      comparison: comparisonOf("apply", head, head, event, deployBranch),
      why: `Nothing to do: only a push to the deploy branch \`${deployBranch}\` is applied, and this one went to \`${push.ref}\`.`,
    };
  }
  const before = /^0+$/.test(push.before) ? null : push.before;
  if (look === null) {
    const base = before === null ? null : await needed(repository, before);
    return {
      kind: "comparison",
      withoutCloud: false,
      comparison: comparisonOf("apply", base, head, event, deployBranch),
    };
  }
  return ledgerComparison(repository, look, { head, before, event, deployBranch });
}

/** A push run compares its head with what was determined last, so that a run that was lost is covered by the next. */
async function ledgerComparison(
  repository: Repository,
  look: LedgerLook,
  {
    head,
    before,
    event,
    deployBranch,
  }: { head: CommitSha; before: CommitSha | null; event: EventRef; deployBranch: string },
): Promise<CompareResult> {
  const determined = look.determined?.commit ?? null;
  const here = determined === null ? null : await repository.resolve(determined);
  const { tip, otherBranch } = look;
  const facts = { determined, head, tip, otherBranch, before, has: (commit: CommitSha) => commit === here };
  const found = ledgerBase(facts, await ancestryOfLook(repository, look, head));
  const compared = (base: CommitSha | null): Comparison => {
    const plain = comparisonOf("apply", base, head, event, deployBranch);
    return { ...plain, ...claimSeen(plain, look) };
  };
  switch (found.kind) {
    case "nothing":
      return { kind: "nothing", comparison: compared(head), why: `Nothing to do: ${found.why}` };
    case "refused":
      throw new EventError(found.why);
    case "due-only":
      return { kind: "comparison", withoutCloud: false, comparison: compared(head) };
    case "changes": {
      const base = found.base === null ? null : await needed(repository, found.base);
      const notices = found.notice === null ? {} : { notice: found.notice };
      return { kind: "comparison", withoutCloud: false, comparison: compared(base), ...notices };
    }
    default:
      return found satisfies never;
  }
}
