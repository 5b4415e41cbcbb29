import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Octokit } from "@octokit/rest";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { CommitSha as Commit } from "@pipelines/core/contracts/comparison";
import { JobId } from "@pipelines/core/contracts/job";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { newestAttempts, outcomeNamed } from "@pipelines/core/documents/layout";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained, understood } from "@pipelines/core/github/failure";
import { unzipSync } from "fflate";
import { z } from "zod";
import { type Artifact, artifactsOn, assessmentAmong, type RunArtifacts } from "./run-artifacts.ts";

/** Where reviewed plans of merged pull requests are found. */
export type ReviewedPlanSource = {
  /** The pull requests to `branch` that were merged by one of these commits. */
  merged(commits: ReadonlySet<string>, branch: string): Promise<Merged[]>;
  /** The newest completed run of this workflow for a pull request's head that began before the merge, or `null`. */
  newestRun(merged: Merged): Promise<number | null>;
  /** Whether a run is a completed dispatch of this workflow from a branch, and so of that branch's workflow. */
  isDispatchFrom(run: number, branch: string): Promise<boolean>;
} & RunArtifacts;

/** The head of a pull request as people reviewed it, and when it was merged: what came later nobody has seen before. */
export type Merged = { readonly head: CommitSha; readonly at: Date };

/** An outcome's artifact holds texts; more than this is not ours. */
const LARGEST_ARTIFACT = 100 * 1024 * 1024;
const LARGEST_PLAN = 20 * 1024 * 1024;
const MOST_PLANS = 20_000;

/**
 * Brings the reviewed plans of the pull requests that a push merged into a folder: `<folder>/<head commit>/<unit>.json`.
 * Right for merge, squash and rebase merges and for the merge queue, since each has its merge commit in the push.
 *
 * @param commits the commits of the push, `before..after`
 * @param units whose plans are wanted
 * @returns how many plans there are; none when the push merged no pull request, or its plans have expired
 */
export async function bringReviewedPlans(
  source: ReviewedPlanSource,
  commits: ReadonlySet<string>,
  branch: string,
  units: ReadonlySet<UnitPath>,
  folder: string,
): Promise<number> {
  let count = 0;
  for (const merged of await source.merged(commits, branch)) {
    const run = await source.newestRun(merged);
    if (run === null) continue;
    const seen = (await source.artifacts(run)).filter(({ createdAt }) => createdAt <= merged.at);
    count += await bringPlans(source, seen, units, join(folder, merged.head));
  }
  return count;
}

/**
 * Brings the plans of the run that a person looked at before asking for an apply or destroy by hand. Whoever may push a
 * branch decides what its workflow does and says, so that only runs of the deploy branch show anything.
 *
 * @throws Error when the run is no completed dispatch of this workflow from the branch
 */
export async function bringApprovedPlans(
  source: ReviewedPlanSource,
  run: number,
  branch: string,
  units: ReadonlySet<UnitPath>,
  folder: string,
): Promise<number> {
  if (!(await source.isDispatchFrom(run, branch))) {
    throw new Error(`run ${run} is no completed plan run of this workflow that was started by hand from \`${branch}\``);
  }
  return bringPlans(source, await source.artifacts(run), units, join(folder, "approved"));
}

/** What of an assessment tells which job planned which units; another version of this program may have written the rest. */
const PlannedJobs = z.object({
  jobs: z.array(z.object({ id: JobId, units: z.array(z.object({ path: UnitPath })) })),
});

/**
 * Brings the outcomes of the jobs that planned any of these units, as the run's own assessment names them, and no others:
 * each costs a request, of which a repository's jobs have a thousand an hour together.
 *
 * @param artifacts those of the run that count
 */
async function bringPlans(
  source: ReviewedPlanSource,
  artifacts: readonly Artifact[],
  units: ReadonlySet<UnitPath>,
  folder: string,
): Promise<number> {
  await mkdir(folder, { recursive: true });
  const planned = await assessmentAmong(source, artifacts, PlannedJobs);
  const jobs = new Set(
    planned?.jobs.filter((job) => job.units.some(({ path }) => units.has(path))).map(({ id }) => id),
  );
  let count = 0;
  for (const artifact of newestOutcomes(artifacts, jobs)) {
    if (artifact.bytes > LARGEST_ARTIFACT)
      throw new Error(`the artifact ${artifact.name} is too large to be an outcome`);
    for (const [name, content] of reviewedPlansIn(await source.download(artifact))) {
      count += 1;
      if (count > MOST_PLANS) throw new Error(`there are more than ${MOST_PLANS} reviewed plans`);
      await writeFile(join(folder, name), content);
    }
  }
  return count;
}

/** The outcomes of some jobs among a run's artifacts, of each job the one of the highest attempt. */
export function newestOutcomes(artifacts: readonly Artifact[], jobs: ReadonlySet<JobId>): Artifact[] {
  const outcomes = artifacts.flatMap((artifact) => {
    const named = outcomeNamed(artifact.name);
    return named === null || !jobs.has(named.job) ? [] : [{ ...named, artifact }];
  });
  return [...newestAttempts(outcomes).values()].map(({ artifact }) => artifact);
}

/** The reviewed plans in an outcome's archive by file name. Nothing else is unpacked, and no folder is followed. */
export function reviewedPlansIn(archive: Uint8Array): Map<string, Uint8Array> {
  const files = unzipSync(archive, {
    filter: ({ name, originalSize }) => /^reviewed-plans\/[^/]+\.json$/.test(name) && originalSize <= LARGEST_PLAN,
  });
  return new Map(Object.entries(files).map(([name, content]) => [basename(name), content]));
}

const Pulls = z.array(
  z.object({
    merge_commit_sha: z.string().nullish(),
    merged_at: z.coerce.date().nullish(),
    head: z.object({ sha: Commit, repo: z.object({ full_name: z.string() }).nullish() }),
  }),
);
const Runs = z.array(
  z.object({
    id: z.number(),
    run_number: z.number(),
    created_at: z.coerce.date(),
    head_repository: z.object({ full_name: z.string() }).nullish(),
  }),
);

const Dispatched = z.object({
  event: z.literal("workflow_dispatch"),
  status: z.literal("completed"),
  path: z.string(),
  head_branch: z.string(),
  head_repository: z.object({ full_name: z.string() }).nullish(),
});

/**
 * Reviewed plans through GitHub's API.
 *
 * @param workflowFile the file name of this workflow: plans of other workflows are not what was reviewed
 */
export function gitHubReviewedPlans(
  client: Octokit,
  repository: GitHubRepository,
  workflowFile: string,
): ReviewedPlanSource {
  const doing = "Looking for the reviewed plans";
  const name = `${repository.owner}/${repository.repo}`.toLowerCase();
  const isOurs = (from: { full_name: string } | null | undefined): boolean => from?.full_name.toLowerCase() === name;
  return {
    async merged(commits, branch) {
      const { data } = await explained(doing, "pull-requests: read", () =>
        client.rest.pulls.list({
          ...repository,
          ...{ state: "closed", base: branch, sort: "updated", direction: "desc", per_page: 100 },
        }),
      );
      return understood(Pulls, data, doing)
        .filter(({ merge_commit_sha }) => commits.has(merge_commit_sha ?? ""))
        .flatMap(({ head, merged_at }) => (merged_at == null ? [] : [{ head: head.sha, at: merged_at }]));
    },
    async newestRun({ head, at }) {
      const { data } = await explained(doing, "actions: read", () =>
        client.rest.actions.listWorkflowRuns({
          ...repository,
          ...{ workflow_id: workflowFile, head_sha: head, event: "pull_request", status: "completed", per_page: 100 },
        }),
      );
      const runs = understood(Runs, data.workflow_runs, doing).filter(
        (run) => isOurs(run.head_repository) && run.created_at <= at,
      );
      return runs.toSorted((a, b) => b.run_number - a.run_number)[0]?.id ?? null;
    },
    async isDispatchFrom(run, branch) {
      const { data } = await explained(doing, "actions: read", () =>
        client.rest.actions.getWorkflowRun({ ...repository, run_id: run }),
      );
      const found = Dispatched.safeParse(data);
      return (
        found.success &&
        found.data.head_branch === branch &&
        isOurs(found.data.head_repository) &&
        basename(found.data.path.split("@", 1)[0] ?? "") === workflowFile
      );
    },
    ...artifactsOn(client, repository, doing),
  };
}
