import type { Octokit } from "@octokit/rest";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { actionsOutputs } from "@pipelines/core/actions/outputs";
import { appendSummary } from "@pipelines/core/actions/summary";
import { Assessment } from "@pipelines/core/contracts/assessment";
import type { Job } from "@pipelines/core/contracts/job";
import { DocumentError, readDocument } from "@pipelines/core/documents/document";
import { assessmentFile } from "@pipelines/core/documents/layout";
import { createGitHubClient } from "@pipelines/core/github/client";
import { readOutcomes } from "../collect/read-outcomes.ts";
import { dispatchReport, dispatchStart } from "../dispatch.ts";
import { headlineOf } from "../report/headline.ts";
import { type RunContextFacts, runFactsOf } from "../run-context.ts";
import { conversationOn, identityOf, issueTracker, mergedPullRequestOf, mergerOf } from "../sinks/github.ts";
import type { Places, Told } from "../sinks/publish.ts";
import { type CommandContext, jobCalled } from "./job.ts";

/** Tells how all jobs of the run ended, or that they begin. */
export async function report({ inputs, folder, environment, run }: CommandContext): Promise<number> {
  const phase = inputs.choice("phase", ["start", "end"], "end");
  const token = inputs.required("token");
  const client = createGitHubClient({ token, apiUrl: run.apiUrl, log });
  const identity = identityOf(client, token);
  const places: Places = {
    async summary(markdown) {
      const file = environment["GITHUB_STEP_SUMMARY"];
      if (file === undefined) return { kind: "skipped", why: "this step has no summary" };
      await appendSummary(file, markdown);
      return { kind: "published", url: run.runUrl };
    },
    conversation: async (number) => conversationOn(client, run.repository, number, await identity),
    tracker: async () => issueTracker(client, run.repository, await identity),
  };
  const assessment = await readAssessment(folder);
  const only = onlyJob(assessment, inputs.optional("job"), folder);
  const facts = runFactsOf(run, assessment, await peopleOf(client, assessment, run));
  if (phase === "start") {
    if (assessment !== null) tell(await dispatchStart(places, assessment, facts, only));
    return 0;
  }
  const result = await dispatchReport(places, assessment, await readOutcomes(folder), facts, only);
  tell(result.told);
  actionsOutputs.set("status", result.status);
  log.info(headlineOf(result.report).text);
  return result.status === "success" ? 0 : 1;
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

/** The job that a step of its own reports; `null` for the whole run. */
function onlyJob(assessment: Assessment | null, id: string | null, folder: string): Job | null {
  return assessment === null || id === null ? null : jobCalled(assessment, id, folder);
}

/** Whose pull request it is about, and who is asked to look. What can't be found out keeps nothing from being told. */
async function peopleOf(client: Octokit, assessment: Assessment | null, run: RunContextFacts) {
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

/** A report that can't be written is a warning with its cause; the run's status stands. */
function tell(told: readonly Told[]): void {
  for (const { place, result } of told) {
    if (result.kind === "failed") log.warning(result.cause, { title: `The ${place} could not be written` });
    else log.info(result.kind === "published" ? `${place}: written` : `${place}: ${result.why}`);
  }
}
