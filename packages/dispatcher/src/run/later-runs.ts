import type { Octokit } from "@octokit/rest";
import { changesUnits } from "@pipelines/core/contracts/action";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Execution } from "@pipelines/core/contracts/execution";
import type { Job } from "@pipelines/core/contracts/job";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained, understood } from "@pipelines/core/github/failure";
import { z } from "zod";
import { artifactsOn, assessmentAmong, type RunArtifacts } from "./run-artifacts.ts";

/** A push run that was started after ours. */
export type LaterRun = { readonly id: number; readonly number: number; readonly commit: CommitSha };

/** Where the push runs after ours are found. */
export type LaterRunSource = {
  /** Runs of this workflow for pushes to a branch, with a higher number than ours. */
  laterRuns(branch: string, number: number): Promise<LaterRun[]>;
} & RunArtifacts;

export type Superseded = NonNullable<Execution["superseded"]>;

/**
 * Which units of a job are left to a later push run: those that it affects as well, and within the job what depends on
 * them. GitHub does not promise the order of waiting runs, so an older commit could come after a newer one and undo it. A run
 * that has determined nothing yet has applied nothing either: it comes behind us.
 */
export async function supersededUnits(
  source: LaterRunSource,
  job: Job,
  branch: string,
  number: number,
): Promise<Superseded> {
  const wanted = new Set(job.units.map(({ path }) => path));
  const by = new Map<UnitPath, CommitSha>();
  const later = (await source.laterRuns(branch, number)).toSorted((a, b) => b.number - a.number);
  for (const run of later) {
    if (wanted.size === 0) break;
    for (const path of unitsOf(await assessmentOf(source, run))) {
      if (wanted.delete(path)) by.set(path, run.commit);
    }
  }
  return withDependents(job, by);
}

/** What a run applies or destroys, as far as it determined that. */
function unitsOf(assessment: Assessment | null): UnitPath[] {
  return (assessment?.jobs ?? [])
    .filter(({ action }) => changesUnits(action))
    .flatMap(({ units }) => units.map(({ path }) => path));
}

function withDependents(job: Job, by: ReadonlyMap<UnitPath, CommitSha>): Superseded {
  const all = new Map(by);
  for (let before = -1; before !== all.size; ) {
    before = all.size;
    for (const { path, after } of job.units) {
      const cause = after.map((needed) => all.get(needed)).find((commit) => commit !== undefined);
      if (!all.has(path) && cause !== undefined) all.set(path, cause);
    }
  }
  return job.units.flatMap(({ path }) => {
    const commit = all.get(path);
    return commit === undefined ? [] : [{ path, by: commit }];
  });
}

/** The assessment of a run's newest attempt; `null` while there is none. */
async function assessmentOf(source: RunArtifacts, run: LaterRun): Promise<Assessment | null> {
  return assessmentAmong(source, await source.artifacts(run.id), Assessment);
}

const Runs = z.array(
  z.object({
    id: z.number(),
    run_number: z.number(),
    head_sha: CommitSha,
    head_repository: z.object({ full_name: z.string() }).nullish(),
  }),
);

/**
 * Later push runs through GitHub's API.
 *
 * @param workflowFile the file name of this workflow
 */
export function gitHubLaterRuns(client: Octokit, repository: GitHubRepository, workflowFile: string): LaterRunSource {
  const doing = "Looking for later runs";
  const name = `${repository.owner}/${repository.repo}`.toLowerCase();
  return {
    async laterRuns(branch, number) {
      const { data } = await explained(doing, "actions: read", () =>
        client.rest.actions.listWorkflowRuns({
          ...repository,
          ...{ workflow_id: workflowFile, branch, event: "push", per_page: 100 },
        }),
      );
      return understood(Runs, data.workflow_runs, doing)
        .filter(
          ({ run_number, head_repository }) => run_number > number && head_repository?.full_name.toLowerCase() === name,
        )
        .map((run) => ({ id: run.id, number: run.run_number, commit: run.head_sha }));
    },
    ...artifactsOn(client, repository, doing),
  };
}
