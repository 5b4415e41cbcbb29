import { environmentsOf } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Job, MatrixJob } from "@pipelines/core/contracts/job";
import { PROVISION_STAGE, STAGES_PER_DIRECTION } from "./pack.ts";

const DEFAULT_RUNNER = "ubuntu-latest";

/** The action's outputs that hold a matrix, each a JSON array. Empty stages are there as well. */
export function matricesOf(jobs: readonly Job[], configuration: Configuration): Map<string, readonly MatrixJob[]> {
  const settings = new Map(environmentsOf(configuration).map((environment) => [environment.name, environment]));
  const entry = (job: Job): MatrixJob => {
    const environment = settings.get(job.environment);
    // Approvals belong to what changes the world: a plan that waits for one would be planned too late.
    const approved = job.action === "apply" || job.action === "destroy" || job.action === "unlock";
    return {
      id: job.id,
      name: job.name,
      environment: job.environment,
      github_environment: approved ? (environment?.github_environment ?? "") : "",
      runner: environment?.runner ?? DEFAULT_RUNNER,
      timeout_minutes: job.timeoutMinutes,
    };
  };
  const planned = new Set(["plan", "plan-destroy", "preview-account"]);
  const isPlan = ({ action }: Job): boolean => planned.has(action);
  const result = new Map<string, readonly MatrixJob[]>([["plan", jobs.filter(isPlan).map(entry)]]);
  const stage = (number: number): MatrixJob[] => jobs.filter((job) => !isPlan(job) && job.stage === number).map(entry);
  for (let number = 1; number <= STAGES_PER_DIRECTION; number += 1) {
    result.set(`apply_${number}`, stage(number));
    result.set(`destroy_${number}`, stage(STAGES_PER_DIRECTION + number));
  }
  return result.set("provision", stage(PROVISION_STAGE));
}
