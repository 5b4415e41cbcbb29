import type { Octokit } from "@octokit/rest";
import type { Inputs } from "@pipelines/core/actions/inputs";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { actionsOutputs } from "@pipelines/core/actions/outputs";
import { Assessment } from "@pipelines/core/contracts/assessment";
import type { Job } from "@pipelines/core/contracts/job";
import { DocumentError, readDocument } from "@pipelines/core/documents/document";
import { assessmentFile } from "@pipelines/core/documents/layout";
import { createGitHubClient } from "@pipelines/core/github/client";
import { readOutcomes } from "../collect/read-outcomes.ts";
import { dispatchReport } from "../dispatch.ts";
import { mergedPullRequestOf, mergerOf } from "../github/merger.ts";
import { type GitHubRun, runFactsOf } from "../github/run.ts";
import { freshPlanSink } from "../neighbours/fresh-plan-sink.ts";
import { surroundingsOn } from "../neighbours/surroundings.ts";
import { runProblems } from "../report/circumstances.ts";
import { headlineOf } from "../report/headline.ts";
import type { Phase } from "../report/phase.ts";
import { jobsAwaitingApproval, waitingNotices } from "../run/waiting-jobs.ts";
import { sinksOf } from "../sinks/sinks.ts";
import { circumstancesOf, withCircumstances } from "./circumstances.ts";
import { type CommandContext, jobCalled } from "./job.ts";
import { logPublications } from "./publications.ts";

/** Reports how the jobs of the run ended, how far it is, or that it begins. Only at its end the run has a status. */
export async function report({ inputs, folder, environment, run }: CommandContext): Promise<number> {
  const phase = phaseOf(inputs);
  const token = inputs.required("token");
  const client = createGitHubClient({ token, apiUrl: run.apiUrl, log });
  const { repository } = run;
  const sinks = [
    ...sinksOf({
      ...{ client, token, repository, summaryFile: environment["GITHUB_STEP_SUMMARY"] ?? null },
      surroundings: surroundingsOn(client, repository, (message) => log.warning(message)),
    }),
    freshPlanSink(client, token, repository),
  ];
  const read = await readAssessment(folder);
  const runWide = read === null ? null : runProblems(read, circumstancesOf(inputs));
  for (const { title, message } of runWide?.problems ?? []) log.error(message, { title });
  for (const { title, message } of runWide?.notices ?? []) log.warning(message, { title });
  const determined = read === null || runWide === null ? null : withCircumstances(read, runWide);
  const assessment = phase.kind === "end" ? determined : await withWaiting(client, determined, run);
  const only = onlyJob(assessment, inputs.optional("job"), folder);
  const facts = runFactsOf(run, assessment, await peopleOf(client, assessment, run));
  const result = await dispatchReport(sinks, assessment, await readOutcomes(folder), facts, {
    phase,
    only,
    isCovered: runWide?.isCovered ?? (() => false),
  });
  logPublications(result.publications);
  log.info(headlineOf(result.report).text);
  if (phase.kind !== "end") return 0;
  actionsOutputs.set("status", result.report.status);
  return result.report.status === "success" ? 0 : 1;
}

/** @throws InputError when a stage is over and it is not said which */
function phaseOf(inputs: Inputs): Phase {
  const kind = inputs.choice("phase", ["start", "stage", "end"], "end");
  return kind === "stage" ? { kind, stage: inputs.positiveInteger("stage") } : { kind };
}

/** No assessment is an answer too: the run could not determine anything. */
async function readAssessment(folder: string): Promise<Assessment | null> {
  try {
    return await readDocument(assessmentFile(folder), Assessment);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    log.error(error.message);
    return null;
  }
}

/** An assessment that says which other runs hold up the deploys of this one. What can't be found out is left unsaid. */
async function withWaiting(client: Octokit, assessment: Assessment | null, run: GitHubRun): Promise<Assessment | null> {
  if (assessment === null) return null;
  const waiting = await known(jobsAwaitingApproval(client, run.repository, assessment.jobs, Number(run.runId)));
  const notices = waitingNotices(waiting ?? []);
  for (const notice of notices) log.warning(notice, { title: "Another run waits for an approval" });
  return { ...assessment, notices: [...assessment.notices, ...notices] };
}

/** The job that a step of its own reports; `null` for the whole run. */
function onlyJob(assessment: Assessment | null, id: string | null, folder: string): Job | null {
  return assessment === null || id === null ? null : jobCalled(assessment, id, folder);
}

/** Whose pull request it is about, and who is asked to look. What can't be found out is left out of the report. */
async function peopleOf(client: Octokit, assessment: Assessment | null, run: GitHubRun) {
  const person = run.actor?.endsWith("[bot]") === true ? null : run.actor;
  if (run.pullRequest !== null) return { pullRequest: run.pullRequest.number, assignee: person };
  if (assessment === null || assessment.comparison.mode !== "apply") return { pullRequest: null, assignee: person };
  const { head, deployBranch } = assessment.comparison;
  const pullRequest = await known(mergedPullRequestOf(client, run.repository, head, deployBranch));
  if (pullRequest === null || person !== null) return { pullRequest, assignee: person };
  return { pullRequest, assignee: await known(mergerOf(client, run.repository, pullRequest)) };
}

async function known<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    log.warning(error instanceof Error ? error.message : String(error));
    return null;
  }
}
