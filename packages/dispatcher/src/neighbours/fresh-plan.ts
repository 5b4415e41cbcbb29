import type { Octokit } from "@octokit/rest";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained } from "@pipelines/core/github/failure";

/** The status that a branch rule can require: red once a merge has made a pull request's plan old. */
export const FRESH_PLAN = "Pipelines fresh plan";

/** How fresh a commit's plan is, as a status of the commit says it. */
export type Freshness = { readonly state: "success" | "failure"; readonly description: string; readonly url: string };

/** GitHub takes 140 characters. */
const LONGEST = 140;

export async function setFreshPlan(
  client: Octokit,
  repository: GitHubRepository,
  sha: string,
  { state, description, url }: Freshness,
): Promise<void> {
  await explained(`The status \`${FRESH_PLAN}\``, "statuses: write", () =>
    client.rest.repos.createCommitStatus({
      ...{ ...repository, sha, state, context: FRESH_PLAN, target_url: url },
      description: description.slice(0, LONGEST),
    }),
  );
}
