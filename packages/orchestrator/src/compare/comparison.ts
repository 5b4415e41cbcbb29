import { traitsOf } from "@pipelines/core/contracts/action";
import type { CommitSha, Comparison, EventRef } from "@pipelines/core/contracts/comparison";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import { MissingCommitError, type Repository } from "@pipelines/core/git/repository";
import { positionOf } from "@pipelines/core/ledger/position";
import type { CompareResult } from "./compared.ts";
import {
  APPLY_DUE,
  DISMISS,
  DispatchPayload,
  EventError,
  MergeGroupPayload,
  type PipelineEvent,
  PullRequestPayload,
  PushPayload,
  readPayload,
  SchedulePayload,
} from "./event.ts";
import { ledgerBase, whyElsewhere } from "./ledger-base.ts";
import { ancestryOfLook } from "./look.ts";

/** What is asked of the orchestrator: to answer an event of GitHub, or to compare two revisions from a terminal. */
export type Query =
  | { readonly kind: "event"; readonly event: PipelineEvent }
  | {
      readonly kind: "local";
      readonly base: string;
      readonly head: string;
      readonly event: "pull_request" | "push";
    };

/** What the configuration of a commit says about which runs do what. */
export type Rules = {
  deployBranchAt(commit: CommitSha): Promise<string>;
  /** The line of a schedule that starts runs for what is due; `null` where there is none. */
  applyDueAt(commit: CommitSha): Promise<string | null>;
};

/**
 * Decides which two commits are compared, fetching what the clone lacks.
 *
 * @param look what the ledger said before; `null` without one
 * @throws MissingCommitError when a commit can't be had: a missing base is never "no changes"
 * @throws EventError when a payload is malformed
 */
export async function compareCommits(
  repository: Repository,
  query: Query,
  rules: Rules,
  look: LedgerLook | null,
): Promise<CompareResult> {
  const { deployBranchAt } = rules;
  if (query.kind === "local") return localComparison(repository, query, deployBranchAt);
  const { event } = query;
  switch (event.name) {
    case "pull_request":
      return pullRequestComparison(repository, event, deployBranchAt);
    case "push":
      return pushComparison(repository, event, deployBranchAt, look);
    case "merge_group": {
      const { merge_group } = readPayload(event, MergeGroupPayload);
      const [base, head] = [
        await needed(repository, merge_group.base_sha),
        await needed(repository, merge_group.head_sha),
      ];
      return {
        kind: "comparison",
        withoutCloud: true,
        comparison: comparisonOf("plan", base, head, event, await deployBranchAt(base)),
      };
    }
    case "workflow_dispatch":
      return requestedUnits(repository, event, deployBranchAt, look);
    case "schedule":
      return scheduledUnits(repository, event, rules, look);
    default:
      return {
        kind: "nothing",
        comparison: comparisonOf("plan", event.sha, event.sha, event, await deployBranchAt(event.sha)),
        why: `Nothing to do: Pipelines does not act on the event \`${event.name}\`.`,
      };
  }
}

async function localComparison(
  repository: Repository,
  query: Extract<Query, { kind: "local" }>,
  deployBranchAt: (commit: CommitSha) => Promise<string>,
): Promise<CompareResult> {
  const head = await known(repository, query.head);
  const tip = await known(repository, query.base);
  // A branch that is behind must not show what the other side changed meanwhile as its own, turned round.
  const base = query.event === "pull_request" ? ((await repository.mergeBase(tip, head)) ?? tip) : tip;
  const branch = await repository.branch();
  const event: EventRef = { name: "local", ref: branch === null ? head : `refs/heads/${branch}`, actor: null };
  const mode = query.event === "push" ? "apply" : "plan";
  const deployBranch = await deployBranchAt(mode === "plan" ? base : head);
  return {
    kind: "comparison",
    withoutCloud: false,
    comparison: comparisonOf(mode, base, head, event, deployBranch),
  };
}

async function pullRequestComparison(
  repository: Repository,
  event: PipelineEvent,
  deployBranchAt: (commit: CommitSha) => Promise<string>,
): Promise<CompareResult> {
  const { number, pull_request: pullRequest } = readPayload(event, PullRequestPayload);
  const { base, head } = await pullRequestCommits(repository, event.sha, pullRequest);
  return {
    kind: "comparison",
    withoutCloud: false,
    comparison: {
      ...comparisonOf("plan", base, head, event, await deployBranchAt(base)),
      pullRequest: {
        number,
        headSha: pullRequest.head.sha,
        headRef: pullRequest.head.ref,
        baseRef: pullRequest.base.ref,
        untrusted:
          pullRequest.head.repo?.full_name !== pullRequest.base.repo.full_name || event.actor === "dependabot[bot]",
      },
    },
  };
}

/** The merge commit against its first parent is exactly what merging would change; without one, the fork point decides. */
async function pullRequestCommits(
  repository: Repository,
  sha: CommitSha,
  pullRequest: PullRequestPayload["pull_request"],
): Promise<{ base: CommitSha; head: CommitSha }> {
  const merge = await needed(repository, sha);
  let parents = await repository.parents(merge);
  if (parents.length < 2 && (await repository.isShallow())) {
    await repository.fetch([sha], { deepen: 1 });
    parents = await repository.parents(merge);
  }
  const [first, second] = parents;
  if (first !== undefined && second === pullRequest.head.sha) {
    return { base: await needed(repository, first), head: merge };
  }
  const head = await needed(repository, pullRequest.head.sha);
  const tip = await needed(repository, pullRequest.base.sha);
  const base = await repository.mergeBase(tip, head);
  if (base === null) {
    throw new MissingCommitError(
      `where ${pullRequest.head.ref} left ${pullRequest.base.ref}`,
      "Check out with `fetch-depth: 0`.",
    );
  }
  return { base, head };
}

async function pushComparison(
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

/** The ledger's count of claims that this run saw: only a run of the deploy branch claims and records. */
function claimSeen({ event, deployBranch }: Comparison, look: LedgerLook | null): Pick<Comparison, "ledgerClaim"> {
  if (look === null || event.ref !== `refs/heads/${deployBranch}`) return {};
  return { ledgerClaim: look.determined?.claim ?? 0 };
}

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
async function scheduledUnits(
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
async function requestedUnits(
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

function comparisonOf(
  mode: Comparison["mode"],
  base: CommitSha | null,
  head: CommitSha,
  event: EventRef,
  deployBranch: string,
): Comparison {
  const { name, ref, actor } = event;
  return { version: 1, mode, base, head, event: { name, ref, actor }, deployBranch };
}

/** A commit that the run can't go on without: looked up, else fetched. */
async function needed(repository: Repository, commit: CommitSha): Promise<CommitSha> {
  const here = await repository.resolve(commit);
  if (here !== null) return here;
  await repository.fetch([commit]);
  const fetched = await repository.resolve(commit);
  if (fetched !== null) return fetched;
  throw new MissingCommitError(
    commit,
    "Check out with `fetch-depth: 0`. If a forced push removed it, run the workflow by hand for the units concerned: what changed can't be told without it.",
  );
}

async function known(repository: Repository, revision: string): Promise<CommitSha> {
  const commit = await repository.resolve(revision);
  if (commit !== null) return commit;
  throw new MissingCommitError(revision, "Fetch it first, or name another revision.");
}
