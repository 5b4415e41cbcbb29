import type { Octokit } from "@octokit/rest";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { Job } from "@pipelines/core/contracts/job";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained, understood } from "@pipelines/core/github/failure";
import { z } from "zod";

/** A job of another run that waits for an approval, and so holds up the deploys of its environment. */
export type WaitingJob = {
  readonly environment: string;
  readonly run: number;
  readonly url: string;
  /** ISO 8601. */
  readonly since: string;
};

/** Each run costs a request; whoever has more of them waiting has been told enough by these. */
const MOST_RUNS = 10;

const Runs = z.array(z.object({ id: z.number(), run_number: z.number() }));
const Jobs = z.array(
  z.object({ name: z.string(), status: z.string(), created_at: z.string(), html_url: z.string().nullish() }),
);

/**
 * Jobs of other runs that wait for an approval in the environments of these jobs. GitHub gives a job its concurrency group
 * before it asks for the approval, so that the deploys of the environment queue up behind it, for as long as 30 days.
 *
 * @param ownRun the id of this run
 */
export async function jobsAwaitingApproval(
  client: Octokit,
  repository: GitHubRepository,
  jobs: readonly Job[],
  ownRun: number,
): Promise<WaitingJob[]> {
  const deploying = jobs.filter(({ action }) => ["apply", "destroy"].includes(traitsOf(action).phase));
  const environments = new Set(deploying.map(({ environment }) => environment));
  if (environments.size === 0) return [];
  const doing = "Looking for runs that wait for an approval";
  const { data } = await explained(doing, "actions: read", () =>
    client.rest.actions.listWorkflowRunsForRepo({ ...repository, status: "waiting", per_page: MOST_RUNS }),
  );
  const waiting: WaitingJob[] = [];
  for (const run of understood(Runs, data.workflow_runs, doing)) {
    if (run.id === ownRun) continue;
    const listed = await explained(doing, "actions: read", () =>
      client.rest.actions.listJobsForWorkflowRun({ ...repository, run_id: run.id, per_page: 100 }),
    );
    for (const job of understood(Jobs, listed.data.jobs, doing)) {
      // `pipelines / Apply · prod · ModuleChanged prod/vpc`
      const [, environment] = job.name.split(" · ");
      if (job.status !== "waiting" || environment === undefined || !environments.has(environment)) continue;
      waiting.push({ environment, run: run.run_number, url: job.html_url ?? "", since: job.created_at });
    }
  }
  return waiting.toSorted((a, b) => (a.since < b.since ? -1 : 1));
}

/** What the people of this run have to know of it, a sentence per environment and run. */
export function waitingNotices(waiting: readonly WaitingJob[]): string[] {
  const each = new Map(waiting.map((job) => [`${job.environment} ${job.run}`, job]));
  return [...each.values()].map(
    ({ environment, run, url, since }) =>
      `Applies of \`${environment}\` wait behind run ${run}, which has been waiting for an approval since ${since.replace(/T(\d\d:\d\d).*/, " $1 UTC")}. Approve or reject it there: ${url}`,
  );
}
