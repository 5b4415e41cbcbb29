import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Job } from "@pipelines/core/contracts/job";

/** For checking out, installing tools, hooks and uploads around the units. */
const AROUND_MINUTES = 5;

/**
 * How long after its start a job starts no further unit, in milliseconds: a unit that starts then can still take its whole
 * time before the runner ends the job. A job that is killed in the middle of an apply leaves locks and half a change.
 */
export function startsUntilMs({ timeoutMinutes }: Pick<Job, "timeoutMinutes">, { jobs }: Configuration): number {
  return Math.max(AROUND_MINUTES, timeoutMinutes - jobs.timeout_minutes - AROUND_MINUTES) * 60_000;
}
