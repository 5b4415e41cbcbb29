import type { Environment } from "@pipelines/core/configuration/environments";
import { STAGES_PER_DIRECTION } from "@pipelines/core/configuration/promotion";
import type { Runner } from "@pipelines/core/configuration/schema";
import { type ActionTraits, traitsOf } from "@pipelines/core/contracts/action";
import type { Job, MatrixJob } from "@pipelines/core/contracts/job";
import { jobTitle } from "./names.ts";

const DEFAULT_RUNNER = "ubuntu-latest";

/** A job with the settings of its environment: those of the configuration that governs it, then those of base and head. */
export type PlacedJob = {
  readonly job: Job;
  readonly governing: Environment | null;
  readonly others: readonly (Environment | null)[];
};

/** The action's outputs that hold a matrix, each a JSON array. Empty stages are there as well. */
export function matricesOf(jobs: readonly PlacedJob[]): Map<string, readonly MatrixJob[]> {
  const first = Math.min(...jobs.filter(({ job }) => isStaged(job)).map(({ job }) => job.stage));
  const of = (phase: ActionTraits["phase"], stage: number | null): MatrixJob[] =>
    jobs
      .filter(({ job }) => traitsOf(job.action).phase === phase && (stage === null || job.stage === stage))
      .map((placed) => entryOf(placed, first));
  const result = new Map<string, readonly MatrixJob[]>([["plan", of("plan", null)]]);
  for (let number = 1; number <= STAGES_PER_DIRECTION; number += 1) {
    result.set(`apply_${number}`, of("apply", number));
    result.set(`destroy_${number}`, of("destroy", STAGES_PER_DIRECTION + number));
  }
  return result.set("provision", of("provision", null)).set("unlock", of("unlock", null));
}

/** The last stage that has jobs, counted as jobs count theirs; 0 where nothing is applied or destroyed. */
export function lastStageOf(jobs: readonly PlacedJob[]): number {
  return Math.max(0, ...jobs.filter(({ job }) => isStaged(job)).map(({ job }) => job.stage));
}

/**
 * The stages of applies of which nothing can start unless every job before ended well, by the names of their outputs:
 * nobody is asked to approve what would then not run.
 */
export function strictStagesOf(jobs: readonly Job[]): string[] {
  const applies = jobs.filter(({ action }) => traitsOf(action).phase === "apply");
  return [...Map.groupBy(applies, ({ stage }) => stage)]
    .filter(([, members]) => members.every(({ followsAll }) => followsAll === true))
    .map(([stage]) => `apply_${stage}`)
    .toSorted();
}

const isStaged = (job: Job): boolean => ["apply", "destroy"].includes(traitsOf(job.action).phase);

function entryOf({ job, governing, others }: PlacedJob, firstStage: number): MatrixJob {
  // Approvals belong to what changes the world: a plan that waits for one would be planned too late. A change that
  // takes an environment's approval away is itself approved, so that each commit's word for one counts.
  const approvals = [governing, ...others].flatMap((environment) => environment?.github_environment ?? []);
  return {
    id: job.id,
    title: jobTitle(job),
    environment: job.environment,
    github_environment: traitsOf(job.action).needsApproval ? (approvals[0] ?? "") : "",
    runner: runnerOf(job, governing?.runner),
    timeout_minutes: job.timeoutMinutes,
    follows: (isStaged(job) || (job.accounts?.requested ?? []).length > 0) && firstStage < job.stage,
  };
}

function runnerOf({ action }: Job, runner: Runner | undefined): string {
  if (runner === undefined) return DEFAULT_RUNNER;
  if (typeof runner === "string") return runner;
  return traitsOf(action).writes ? runner.apply : runner.plan;
}
