import { join } from "node:path";
import type { JobId } from "../contracts/job.ts";

/**
 * Where documents lie in the folder that a run's jobs share through artifacts. Each name that starts with `pipelines-`
 * is also the name of the artifact that carries it.
 */
export const assessmentFile = (folder: string): string => join(folder, "assessment.json");

/** The folder of one job's outcome, its logs and plan texts, for one run attempt. */
export const outcomeFolder = (folder: string, job: JobId, attempt: number): string =>
  join(folder, `pipelines-outcome-${job}-${attempt}`);

export const outcomeFile = (folder: string, job: JobId, attempt: number): string =>
  join(outcomeFolder(folder, job, attempt), "outcome.json");
