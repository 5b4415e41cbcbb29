import type { Octokit } from "@octokit/rest";
import type { GitHubRepository } from "@pipelines/core/github/client";
import type { Surroundings } from "../sinks/comment.ts";
import type { Identity } from "../sinks/github.ts";
import { type Contains, containsOn } from "./deploy-branch.ts";
import { overlapsOf } from "./hits.ts";
import { lookForOpenPlans, PLAN_LIMITS } from "./open-plans.ts";

/**
 * What a plan's comment says of the deploy branch and of other pull requests, through GitHub's API. What can't be found out
 * is left out: it never keeps a plan from being published.
 */
export function surroundingsOn(
  client: Octokit,
  repository: GitHubRepository,
  warn: (message: string) => void,
): (identity: () => Promise<Identity>) => Surroundings {
  const contains = containsOn(client, repository);
  return (identity) => ({
    async overlapsOf({ run, reach, comparison }) {
      if (reach.changed.length === 0 || comparison === null) return [];
      try {
        const branch = comparison.pullRequest?.baseRef ?? comparison.deployBranch;
        const { plans, unseen } = await lookForOpenPlans(client, repository, branch, await identity(), PLAN_LIMITS);
        if (unseen.length > 0) warn(`${unseen.length} open pull requests were not compared with this one.`);
        const others = plans.filter(({ pullRequest }) => pullRequest !== run.pullRequest);
        return overlapsOf(
          reach.changed,
          others.map(({ pullRequest, comments }) => ({ pullRequest, units: comments.map(({ units }) => units) })),
        );
      } catch (error) {
        warn(error instanceof Error ? error.message : String(error));
        return [];
      }
    },
    async stillStale(marks, { comparison }) {
      const base = comparison?.base ?? null;
      return base === null ? marks : notIn(base, marks, contains);
    },
  });
}

async function notIn<M extends { readonly commit: string }>(
  base: string,
  marks: readonly M[],
  contains: Contains,
): Promise<M[]> {
  const kept: M[] = [];
  for (const mark of marks) if (!(await contains(base, mark.commit))) kept.push(mark);
  return kept;
}
