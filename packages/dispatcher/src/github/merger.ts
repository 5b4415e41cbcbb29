import type { Octokit } from "@octokit/rest";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained, understood } from "@pipelines/core/github/failure";
import { z } from "zod";

const Associated = z.array(
  z.object({ number: z.number(), merged_at: z.string().nullish(), base: z.object({ ref: z.string() }) }),
);
const Merged = z.object({ merged_by: z.object({ login: z.string(), type: z.string() }).nullish() });

/** The merged pull request that brought a commit to a branch; `null` when it was pushed directly. */
export async function mergedPullRequestOf(
  client: Octokit,
  repository: GitHubRepository,
  commit: string,
  branch: string,
): Promise<number | null> {
  const doing = "Looking for the merged pull request";
  const { data } = await explained(doing, "pull-requests: read", () =>
    client.rest.repos.listPullRequestsAssociatedWithCommit({ ...repository, commit_sha: commit }),
  );
  const merged = understood(Associated, data, doing).filter(
    ({ merged_at, base }) => merged_at !== null && merged_at !== undefined && base.ref === branch,
  );
  return merged[0]?.number ?? null;
}

/** Who merged a pull request, where that is a person: the actor of a push from a merge queue is a bot. */
export async function mergerOf(client: Octokit, repository: GitHubRepository, number: number): Promise<string | null> {
  const doing = "Looking for who merged";
  const { data } = await explained(doing, "pull-requests: read", () =>
    client.rest.pulls.get({ ...repository, pull_number: number }),
  );
  const { merged_by } = understood(Merged, data, doing);
  return merged_by?.type === "User" ? merged_by.login : null;
}
