import type { Inputs } from "@pipelines/core/actions/inputs";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { actionsOutputs } from "@pipelines/core/actions/outputs";
import { appendSummary } from "@pipelines/core/actions/summary";
import { Assessment } from "@pipelines/core/contracts/assessment";
import type { Job } from "@pipelines/core/contracts/job";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { readDocument, writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, outcomeArtifact, outcomeFile, outcomeFolder } from "@pipelines/core/documents/layout";
import { readOutcomes } from "../collect/read-outcomes.ts";
import { reportOfJob } from "../dispatch.ts";
import { type GitHubRun, logUrlOf, runFactsOf } from "../github/run.ts";
import { renderMarkdown, SUMMARY_LIMIT } from "../render/markdown.ts";

/** What every command works in. */
export type CommandContext = {
  readonly inputs: Inputs;
  /** The folder with the run's documents. */
  readonly folder: string;
  readonly run: GitHubRun;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** The job that a step is about, and where its outcome lies. */
export async function openJob({ inputs, folder, run }: CommandContext) {
  const assessment = await readDocument(assessmentFile(folder), Assessment);
  const job = jobCalled(assessment, inputs.required("job"), folder);
  const file = outcomeFile(folder, job.id, run.attempt);
  const edges = {
    readOutcome: () => readDocument(file, JobOutcome).catch(() => null),
    writeOutcome: (outcome: JobOutcome) => writeDocument(file, outcome),
  };
  return { assessment, job, edges, logUrl: logUrlOf(run, inputs.optional("check-run-id")) };
}

/** @throws Error when there is none of that name */
export function jobCalled(assessment: Assessment, id: string, folder: string): Job {
  const job = assessment.jobs.find((candidate) => candidate.id === id);
  if (job === undefined) throw new Error(`${assessmentFile(folder)} has no job \`${id}\``);
  return job;
}

/** Sets outputs by which later steps find the job's outcome. */
export function setJobOutputs({ folder, run }: CommandContext, job: Job): void {
  actionsOutputs.set("outcome", outcomeFolder(folder, job.id, run.attempt));
  actionsOutputs.set("artifact", outcomeArtifact(job.id, run.attempt));
}

/** Writes how a job ended to its own page, with all that a comment has no room for. */
export async function summarizeJob(context: CommandContext, assessment: Assessment, job: Job): Promise<void> {
  const { folder, run, environment } = context;
  const file = environment["GITHUB_STEP_SUMMARY"];
  if (file === undefined) return;
  try {
    const facts = runFactsOf(run, assessment, { pullRequest: run.pullRequest?.number ?? null, assignee: null });
    const report = reportOfJob(assessment, await readOutcomes(folder), facts, job);
    await appendSummary(file, renderMarkdown(report, SUMMARY_LIMIT));
  } catch (error) {
    log.warning(error instanceof Error ? error.message : String(error), { title: "The summary could not be written" });
  }
}
