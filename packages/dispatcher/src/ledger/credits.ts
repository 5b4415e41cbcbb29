import { actionsLog as log } from "@pipelines/core/actions/log";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { createGitHubClient } from "@pipelines/core/github/client";
import type { Credit } from "@pipelines/core/ledger/record";
import { mergedPullRequestOf, mergerOf } from "../github/merger.ts";
import type { GitHubRun } from "../github/run.ts";

/** Whose changes a run applied. */
export type Credits = {
  /** Who merged the head, or asked for the run. */
  ofHead(): Promise<Credit>;
  /** Who merged other commits; `null` for one that no merged pull request had. */
  ofOthers(commits: readonly CommitSha[]): Promise<(commit: CommitSha) => Credit | null>;
};

/** Commits that are asked for: each is two requests. */
const MOST_COMMITS = 20;

/** Asks GitHub. What can't be found out is left out: the ledger is about what is applied. */
export function creditsOn(run: GitHubRun, { comparison }: Assessment, token: string): Credits {
  const client = createGitHubClient({ token, apiUrl: run.apiUrl, log });
  const { mode, head, deployBranch } = comparison;
  const merge = async (commit: CommitSha): Promise<Credit | null> => {
    try {
      const pullRequest = await mergedPullRequestOf(client, run.repository, commit, deployBranch);
      if (pullRequest === null) return null;
      return { by: await mergerOf(client, run.repository, pullRequest), pullRequest };
    } catch (error) {
      log.warning(error instanceof Error ? error.message : String(error));
      return null;
    }
  };
  return {
    async ofHead() {
      const found = mode === "manual" ? null : await merge(head);
      return { by: found?.by ?? run.actor, pullRequest: found?.pullRequest ?? null };
    },
    async ofOthers(commits) {
      const found = new Map<CommitSha, Credit>();
      for (const commit of commits.slice(0, MOST_COMMITS)) {
        const credit = await merge(commit);
        // Who asks by hand has it done, whoever merged it.
        if (credit !== null) found.set(commit, { ...credit, by: (mode === "manual" ? null : credit.by) ?? run.actor });
      }
      return (commit) => found.get(commit) ?? null;
    },
  };
}
