import { z } from "zod";
import type { Assessment } from "./assessment.ts";
import { CommitSha, Comparison } from "./comparison.ts";
import { Job } from "./job.ts";
import { UnitPath } from "./unit-path.ts";

/**
 * What the executor is asked to do, and where. The document is data, not authority: roles, environments and whether
 * the world may be changed at all come from configuration and from the repository itself.
 */
export const Execution = z.strictObject({
  version: z.literal(1),
  job: Job,
  comparison: Comparison,
  /** Units of the job that a later push run takes care of, with the commit of that run. They are not touched. */
  superseded: z.array(z.strictObject({ path: UnitPath, by: CommitSha })).optional(),
  /** Whether the dispatcher that starts the executor answers, for each unit, if it may start now. */
  asksToStart: z.boolean(),
  /** Units that this change adds: they have no outputs before they are applied. */
  addedUnits: z.array(UnitPath),
  /** Absolute path of a checkout of the repository that has the job's commit. */
  repositoryFolder: z.string(),
  /** A configuration file to use instead of the repository's own (terminal only). */
  configurationFile: z.string().nullable(),
  /** Absolute path of the folder in which the outcome's folder is made. */
  folder: z.string(),
  attempt: z.int().positive(),
  /** Absolute path of a folder with the reviewed plans of the job's units, where there are any. */
  reviewedPlansFolder: z.string().nullable(),
  /** `owner/name`, where the run belongs to a GitHub repository. */
  repository: z.string().nullable(),
  runUrl: z.string().nullable(),
  logUrl: z.string().nullable(),
});
export type Execution = z.infer<typeof Execution>;

/** What an execution is made of besides its job and what the assessment says of it. */
export type ExecutionPlace = Pick<Execution, "repositoryFolder" | "folder" | "attempt"> &
  Partial<Omit<Execution, "version" | "job" | "comparison" | "addedUnits">>;

/** The execution of a job of an assessment, at one place. What is not given is not there. */
export function executionOf(assessment: Assessment, job: Job, place: ExecutionPlace): Execution {
  return {
    version: 1,
    job,
    comparison: assessment.comparison,
    addedUnits: assessment.units.filter(({ status }) => status === "added").map(({ path }) => path),
    asksToStart: false,
    configurationFile: null,
    reviewedPlansFolder: null,
    repository: null,
    runUrl: null,
    logUrl: null,
    ...place,
  };
}
