import type { CommitSha, EventRef } from "@pipelines/core/contracts/comparison";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import { MissingCommitError, type Repository } from "@pipelines/core/git/repository";
import { comparisonOf, known, needed } from "./commits.ts";
import type { CompareResult } from "./compared.ts";
import { MergeGroupPayload, type PipelineEvent, PullRequestPayload, readPayload } from "./event.ts";
import { pushComparison } from "./push.ts";
import { requestedUnits, scheduledUnits } from "./requested.ts";
import type { Rules } from "./rules.ts";

/** What is asked of the orchestrator: to answer an event of GitHub, or to compare two revisions from a terminal. */
export type Query =
  | { readonly kind: "event"; readonly event: PipelineEvent }
  | {
      readonly kind: "local";
      readonly base: string;
      readonly head: string;
      readonly event: "pull_request" | "push";
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
