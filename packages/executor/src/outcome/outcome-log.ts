import type { Execution } from "@pipelines/core/contracts/execution";
import type { JobOutcome, UnitOutcome } from "@pipelines/core/contracts/outcome";
import { writeDocument } from "@pipelines/core/documents/document";
import { outcomeFile, outcomeFolder } from "@pipelines/core/documents/layout";

/** The one owner of a job's outcome document. All that is learnt of the job is written down at once. */
export type OutcomeLog = {
  /** The folder of the document and of the texts that it names. */
  readonly folder: string;
  /** Adds what is known of the job as a whole. @throws when it can't be written */
  add(facts: Partial<Pick<JobOutcome, "toolVersions" | "hooks" | "account">>): Promise<void>;
  /**
   * Adds a unit that ended. Never rejects: the units that run beside it must not lose their folders to a disk that has
   * no room for the document. What could not be written now is written by the next call.
   */
  unitEnded(unit: UnitOutcome): Promise<void>;
  /** What the document says by now. */
  soFar(): JobOutcome;
  /** Closes the document and answers it. @param failure why the job as a whole could not do its work @throws as `add` */
  finish(failure: string | null): Promise<JobOutcome>;
};

/** Begins the outcome of a job. @param warn told when a unit's end could not be written */
export async function startOutcomeLog(execution: Execution, warn: (message: string) => void): Promise<OutcomeLog> {
  const { job, attempt, folder } = execution;
  let outcome: JobOutcome = {
    version: 1,
    job: job.id,
    attempt,
    action: job.action,
    environment: job.environment,
    at: job.at,
    state: "running",
    startedAt: new Date().toISOString(),
    toolVersions: { terragrunt: null, tofu: null },
    units: [],
    hooks: [],
    failure: null,
    logUrl: execution.logUrl,
  };
  const write = async (news: Partial<JobOutcome>): Promise<void> => {
    outcome = { ...outcome, ...news };
    await writeDocument(outcomeFile(folder, job.id, attempt), outcome);
  };
  await write({});
  return {
    folder: outcomeFolder(folder, job.id, attempt),
    add: write,
    async unitEnded(unit) {
      await write({ units: [...outcome.units, unit] }).catch((error: unknown) =>
        warn(`the outcome can't be written: ${error instanceof Error ? error.message : error}`),
      );
    },
    soFar: () => outcome,
    async finish(failure) {
      await write({ state: "finished", finishedAt: new Date().toISOString(), failure });
      return outcome;
    },
  };
}
