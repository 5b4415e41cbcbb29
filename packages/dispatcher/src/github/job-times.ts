import type { Octokit } from "@octokit/rest";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained, understood } from "@pipelines/core/github/failure";
import { z } from "zod";
import type { JobTime } from "../report/times.ts";

/** A page of jobs is a request each; a run has at most so many as are drawn and counted. */
const MOST_PAGES = 5;

const Jobs = z.array(
  z.object({
    name: z.string(),
    conclusion: z.string().nullable(),
    created_at: z.string(),
    started_at: z.string(),
    completed_at: z.string().nullable(),
    labels: z.array(z.string()),
    runner_group_name: z.string().nullish(),
    run_attempt: z.int().optional(),
  }),
);

/** When the jobs of a run's attempt waited and worked: those that have ended, in the order in which they began. */
export async function jobTimes(
  client: Octokit,
  repository: GitHubRepository,
  run: { readonly id: number; readonly attempt: number },
): Promise<JobTime[]> {
  const doing = "Looking at the times of the run's jobs";
  const found: JobTime[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await explained(doing, "actions: read", () =>
      client.rest.actions.listJobsForWorkflowRunAttempt({
        ...repository,
        ...{ run_id: run.id, attempt_number: run.attempt, per_page: 100, page },
      }),
    );
    const jobs = understood(Jobs, data.jobs, doing);
    // A re-run of failed jobs lists those that it kept from the attempt before.
    found.push(...jobs.filter(({ run_attempt = run.attempt }) => run_attempt === run.attempt).flatMap(timeOf));
    if (jobs.length < 100) break;
  }
  return found.toSorted((a, b) => a.began - b.began);
}

function timeOf(job: z.infer<typeof Jobs>[number]): JobTime[] {
  const { name, conclusion, completed_at, labels } = job;
  // A skipped job has times as well, and took none.
  if (completed_at === null || conclusion === null || conclusion === "skipped") return [];
  const [queued, began, ended] = [job.created_at, job.started_at, completed_at].map((text) => Date.parse(text));
  if (queued === undefined || began === undefined || ended === undefined || !(ended >= began)) return [];
  const result = conclusion === "success" || conclusion === "cancelled" ? conclusion : "failure";
  // A self-hosted runner's jobs name that label, or the group that somebody made for them.
  const hosted =
    !labels.includes("self-hosted") && [undefined, null, "", "GitHub Actions"].includes(job.runner_group_name);
  return [
    { name: plainName(name), queued: Math.min(queued, began), began, ended, result, runner: labels.join(", "), hosted },
  ];
}

/** `pipelines / Apply · prod · …` without the calling job. */
function plainName(name: string): string {
  return name.replace(/^[^·]*? \/ /, "");
}
