import { traitsOf } from "@pipelines/core/contracts/action";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { Repository } from "@pipelines/core/git/repository";
import { positionOf } from "@pipelines/core/ledger/position";
import { comparisonOf, known, needed } from "./commits.ts";
import type { CompareResult } from "./compared.ts";
import {
  APPLY_DUE,
  DISMISS,
  DispatchPayload,
  EventError,
  type PipelineEvent,
  readPayload,
  SchedulePayload,
} from "./event.ts";
import { whyElsewhere } from "./ledger-base.ts";
import { ancestryOfLook, claimSeen } from "./look.ts";
import type { Rules } from "./rules.ts";

/**
 * The look of a run that somebody or the clock asked for; `null` also where the ledger follows another branch, so that
 * a run of this one may show plans and no more.
 *
 * @param shows whether the run only shows somebody a plan: what drifts or changes is the other branch's business
 * @throws EventError when it does not, and another branch deploys
 */
async function lookOfBranch(
  repository: Repository,
  look: LedgerLook | null,
  { ref, sha }: PipelineEvent,
  { deployBranch, shows }: { deployBranch: string; shows: boolean },
): Promise<LedgerLook | null> {
  if (look === null || look.otherBranch === null || ref !== `refs/heads/${deployBranch}`) return look;
  const facts = { determined: look.determined?.commit ?? null, otherBranch: look.otherBranch };
  const contains = await ancestryOfLook(repository, look, sha);
  if (positionOf({ ...facts, head: sha, tip: look.tip }, contains) !== "elsewhere") return look;
  if (shows) return null;
  throw new EventError(whyElsewhere(facts));
}

/** A schedule looks for drift; the line of it that the configuration names does what is due. */
export async function scheduledUnits(
  repository: Repository,
  event: PipelineEvent,
  rules: Rules,
  look: LedgerLook | null,
): Promise<CompareResult> {
  const { schedule } = readPayload(event, SchedulePayload);
  const head = await needed(repository, event.sha);
  const [deployBranch, applyDueAt] = [await rules.deployBranchAt(head), await rules.applyDueAt(head)];
  const isDue = applyDueAt !== null && wordsOf(applyDueAt) === wordsOf(schedule);
  const plain = comparisonOf(isDue ? "manual" : "drift", head, head, event, deployBranch);
  const seen = await lookOfBranch(repository, look, event, { deployBranch, shows: false });
  const comparison = { ...plain, ...claimSeen(plain, seen) };
  if (isDue) {
    if (comparison.ledgerClaim !== undefined) return { kind: "due", comparison, globs: null };
    throw new EventError(`\`apply_due_at\` needs the ledger, and runs for \`${deployBranch}\` only`);
  }
  return { kind: "requested", comparison, request: { action: "plan", globs: ["**"], change: "DriftChecked" } };
}

const wordsOf = (line: string): string => line.trim().replaceAll(/\s+/g, " ");

/** A dispatch names units, an action, and perhaps an older commit of the branch that it runs for. */
export async function requestedUnits(
  repository: Repository,
  event: PipelineEvent,
  deployBranchAt: (commit: CommitSha) => Promise<string>,
  look: LedgerLook | null,
): Promise<CompareResult> {
  const { inputs } = readPayload(event, DispatchPayload);
  const tip = await needed(repository, event.sha);
  if (inputs === null)
    throw new EventError("the dispatch has no inputs: the workflow has to declare `units` and `action`");
  const head = inputs.commit === "" ? tip : await known(repository, inputs.commit);
  // Otherwise a dispatch for the deploy branch could apply what nobody merged into it.
  if (!(await repository.contains(tip, head))) {
    throw new EventError(
      `the commit ${head} is not part of ${event.ref}; only what the branch holds can be run for it`,
    );
  }
  // The commit may be of a time when another branch was.
  const deployBranch = await deployBranchAt(tip);
  const { action } = inputs;
  const shows = action !== APPLY_DUE && action !== DISMISS && !traitsOf(action).writes;
  const seen = await lookOfBranch(repository, look, event, { deployBranch, shows });
  const plain = comparisonOf("manual", head, head, event, deployBranch);
  const comparison = { ...plain, ...claimSeen(plain, seen) };
  if ((action !== APPLY_DUE && action !== DISMISS && traitsOf(action).worksOn === "lock") !== (inputs.lock_id !== "")) {
    throw new EventError("`unlock` needs the id of the lock as `lock_id`, and no other action takes one");
  }
  const lockId = inputs.lock_id === "" ? {} : { lockId: inputs.lock_id };
  const approvedRun = inputs.approved_run === "" ? {} : { approvedRun: Number(inputs.approved_run) };
  const older = head === tip ? {} : { tip };
  const destroyExisting = inputs.destroy_existing === "true" ? { destroyExisting: true as const } : {};
  const globs = inputs.units.split(/[\s,]+/).filter((glob) => glob !== "");
  if ((action === APPLY_DUE || action === DISMISS) && comparison.ledgerClaim === undefined) {
    throw new EventError(`\`${action}\` needs the ledger, and runs for \`${comparison.deployBranch}\` only`);
  }
  if (action === DISMISS) {
    const why = `Nothing runs: what is due of ${globs.map((glob) => `\`${glob}\``).join(", ")} is dismissed.`;
    return { kind: "nothing", comparison: { ...comparison, dismiss: globs }, why };
  }
  if (action === APPLY_DUE) {
    if (head !== tip) throw new EventError(`\`${APPLY_DUE}\` runs at the branch's tip: leave \`commit\` empty`);
    return { kind: "due", comparison: { ...comparison, ...approvedRun }, globs };
  }
  return {
    kind: "requested",
    comparison: { ...comparison, ...older, ...destroyExisting, ...approvedRun, ...lockId },
    request: { action, globs, change: "ManuallyRequested" },
  };
}
