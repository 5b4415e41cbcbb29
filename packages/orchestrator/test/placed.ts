import { environmentsOf } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Job } from "@pipelines/core/contracts/job";
import type { PlacedJob } from "../src/pack/matrix.ts";

/** Jobs with the settings of one configuration, where base and head have none of their own. */
export function placedBy(jobs: readonly Job[], configuration: Configuration): PlacedJob[] {
  const settings = new Map(environmentsOf(configuration).map((environment) => [environment.name, environment]));
  return jobs.map((job) => ({ job, governing: settings.get(job.environment) ?? null, others: [] }));
}
