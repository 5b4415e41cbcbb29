import type { Octokit } from "@octokit/rest";
import { actionsLog } from "@pipelines/core/actions/log";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { jobTimes } from "../github/job-times.ts";
import { commentSink, type Surroundings } from "./comment.ts";
import { conversationOn, type Identity, identityOf, issueTracker } from "./github.ts";
import { issuesSink } from "./issues.ts";
import type { Sink } from "./sink.ts";
import { summarySink } from "./summary.ts";

/** What sinks publish with. */
export type SinkAccess = {
  readonly client: Octokit;
  readonly token: string;
  readonly repository: GitHubRepository;
  /** The file that GitHub shows as the step's summary; `null` where the step has none. */
  readonly summaryFile: string | null;
  /** What a plan's comment says of the deploy branch and of other pull requests. */
  readonly surroundings?: (identity: () => Promise<Identity>) => Surroundings;
};

/** Every sink, in the order in which they are published to: the summary first, since it can hold what no other takes. */
export function sinksOf({ client, token, repository, summaryFile, surroundings }: SinkAccess): Sink[] {
  let known: Promise<Identity> | null = null;
  const identity = (): Promise<Identity> => {
    known ??= identityOf(client, token);
    return known;
  };
  return [
    summarySink(summaryFile, async ({ run }) => {
      const times = jobTimes(client, repository, { id: Number(run.runId), attempt: run.attempt });
      // A report without them is a report all the same.
      return times.catch((error: unknown) => {
        actionsLog.warning(error instanceof Error ? error.message : String(error));
        return [];
      });
    }),
    commentSink(
      async (pullRequest) => conversationOn(client, repository, pullRequest, await identity()),
      surroundings?.(identity),
    ),
    issuesSink(async () => issueTracker(client, repository, await identity())),
  ];
}
