import { basename, join } from "node:path";
import { JobId } from "../contracts/job.ts";

/**
 * Where documents lie in the folder that a run's jobs share through artifacts, and what those artifacts are called. A
 * folder that belongs to one job and attempt has the name of the artifact that carries it.
 */
export const ASSESSMENT_FILE = "assessment.json";
export const OUTCOME_FILE = "outcome.json";

export const assessmentFile = (folder: string): string => join(folder, ASSESSMENT_FILE);

/** What the ledger said before the run determined anything. It stays on the runner that determines. */
export const ledgerLookFile = (folder: string): string => join(folder, "ledger-look.json");

/** The attempt whose assessment an artifact holds; `null` for any other artifact. */
export function assessmentAttemptOf(artifact: string): number | null {
  const attempt = /^pipelines-assessment-([1-9]\d*)$/.exec(artifact)?.[1];
  return attempt === undefined ? null : Number(attempt);
}

/** The artifact with one job's outcome, its logs and plan texts, for one run attempt. */
export const outcomeArtifact = (job: JobId, attempt: number): string => `pipelines-outcome-${job}-${attempt}`;

/** The job and the attempt whose outcome an artifact, or a folder of that name, holds; `null` for any other. */
export function outcomeNamed(artifact: string): { readonly job: JobId; readonly attempt: number } | null {
  const [, name, attempt] = /^pipelines-outcome-([a-z0-9-]+)-([1-9]\d*)$/.exec(basename(artifact)) ?? [];
  const job = JobId.safeParse(name);
  return job.success && attempt !== undefined ? { job: job.data, attempt: Number(attempt) } : null;
}

export const outcomeFolder = (folder: string, job: JobId, attempt: number): string =>
  join(folder, outcomeArtifact(job, attempt));

export const outcomeFile = (folder: string, job: JobId, attempt: number): string =>
  join(outcomeFolder(folder, job, attempt), OUTCOME_FILE);

/** Which process a job's executor is, for who comes after its step. It stays on the runner. */
export const executorFile = (folder: string, job: JobId, attempt: number): string =>
  join(folder, `executor-${job}-${attempt}.json`);

/** How the name of the folder begins that an executor works in: programs that it starts have it in their arguments. */
export const workFolderPrefix = (pid: number): string => `pipelines-job-${pid}_`;

/** Of several attempts of each job the newest: a rerun's result takes the place of what it ran again. */
export function newestAttempts<T extends { readonly job: string; readonly attempt: number }>(
  documents: Iterable<T>,
): Map<string, T> {
  const newest = new Map<string, T>();
  for (const document of documents) {
    const known = newest.get(document.job);
    if (known === undefined || known.attempt < document.attempt) newest.set(document.job, document);
  }
  return newest;
}
