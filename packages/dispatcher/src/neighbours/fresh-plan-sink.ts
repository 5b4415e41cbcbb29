import type { Octokit } from "@octokit/rest";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { readCommentMarker } from "../sinks/comment-marker.ts";
import { conversationOn, type Identity, identityOf } from "../sinks/github.ts";
import type { Sink } from "../sinks/sink.ts";
import { readMarks } from "../sinks/stale-mark.ts";
import { configurationOn } from "./deploy-branch.ts";
import { setFreshPlan } from "./fresh-plan.ts";

/**
 * The status that says whether a pull request's plan is as new as the deploy branch, where the configuration asks for one.
 * It comes after the comment, which has the marks. A merge queue's commit has the deploy branch in it, so it is fresh.
 */
export function freshPlanSink(client: Octokit, token: string, repository: GitHubRepository): Sink {
  const isMarked = async (pullRequest: number): Promise<boolean> => {
    const isOurs: Identity = await identityOf(client, token);
    const comments = await conversationOn(client, repository, pullRequest, isOurs).list();
    return comments.some(({ body }) => readCommentMarker(body)?.kind === "plan" && readMarks(body).length > 0);
  };
  return {
    name: "fresh plan",
    wants: ({ phase, scope, run }) =>
      phase.kind === "end" && scope === null && (run.event === "pull_request" || run.event === "merge_group"),
    async publish({ comparison, run }) {
      const governing = comparison?.base ?? run.tip;
      const { stale_plans: wanted } = await configurationOn(client, repository, governing);
      if (wanted === "warn") return { kind: "skipped", why: "the configuration says `stale_plans: warn`" };
      const marked = run.pullRequest !== null && (await isMarked(run.pullRequest));
      await setFreshPlan(client, repository, run.pullRequest === null ? run.tip : run.commit, {
        state: marked ? "failure" : "success",
        description: marked
          ? "The deploy branch has changed since the plan: update the branch"
          : "The plan is up to date",
        url: run.runUrl,
      });
      return { kind: "published", url: null };
    },
  };
}
