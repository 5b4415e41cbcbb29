import { randomUUID } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { context as github } from "@actions/github";
import type { Octokit } from "@octokit/rest";
import { type Inputs, inputsFrom } from "@pipelines/core/actions/inputs";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { maskInLog } from "@pipelines/core/actions/mask";
import { actionsOutputs } from "@pipelines/core/actions/outputs";
import { appendSummary } from "@pipelines/core/actions/summary";
import { Assessment } from "@pipelines/core/contracts/assessment";
import type { Job } from "@pipelines/core/contracts/job";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { DocumentError, readDocument, writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, outcomeFile, outcomeFolder } from "@pipelines/core/documents/layout";
import { openRepository } from "@pipelines/core/git/repository";
import { createGitHubClient } from "@pipelines/core/github/client";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { readOutcomes } from "./collect/read-outcomes.ts";
import { dispatchCollect, dispatchReport, dispatchRun, dispatchStart } from "./dispatch.ts";
import { headlineOf } from "./report/headline.ts";
import { executorEnvironment, ownSignals, runExecutor } from "./run/executor-process.ts";
import { gitHubLaterRuns, type Superseded, supersededUnits } from "./run/later-runs.ts";
import { bringApprovedPlans, bringReviewedPlans, gitHubReviewedPlans } from "./run/reviewed-plans.ts";
import { readSecrets } from "./run/secrets.ts";
import { logUrlOf, type RunContextFacts, readRunContext, runFactsOf } from "./run-context.ts";
import { conversationOn, identityOf, issueTracker, mergedPullRequestOf, mergerOf } from "./sinks/github.ts";
import type { Places, Told } from "./sinks/publish.ts";

/** GitHub ends a cancelled job five minutes after the cancel; the upload needs its share of them. */
const SURVIVOR_SECONDS = 240;

const environment = process.env;

async function main(): Promise<number> {
  const inputs = inputsFrom(environment);
  const command = inputs.choice("command", ["run", "collect", "report"]);
  const folder = inputs.optional("folder") ?? join(environment["RUNNER_TEMP"] ?? ".", "pipelines");
  const context = readRunContext(github);
  switch (command) {
    case "run":
      return await run(inputs, folder, context);
    case "collect":
      return await collect(inputs, folder, context);
    case "report":
      return await report(inputs, folder, context);
    default:
      return command satisfies never;
  }
}

async function run(inputs: Inputs, folder: string, context: RunContextFacts): Promise<number> {
  const { assessment, job, edges, logUrl } = await jobOf(inputs, folder, context);
  const token = inputs.optional("token");
  const secrets = readSecrets(inputs.optional("secrets"));
  for (const value of Object.values(secrets)) maskInLog(value);
  const executionFile = join(folder, `execution-${job.id}-${context.attempt}.json`);
  const repositoryFolder = resolve(inputs.optional("repository") ?? environment["GITHUB_WORKSPACE"] ?? ".");
  const wanted = { folder, repositoryFolder, token, context };
  const reviewedPlansFolder = await reviewedPlans(assessment, job, wanted);
  const superseded = await leftToLaterRuns(assessment, job, wanted);
  const stop = randomUUID();
  process.stdout.write(`::stop-commands::${stop}\n`);
  const { outcome, well } = await dispatchRun(
    {
      ...edges,
      async execute(execution) {
        await writeDocument(executionFile, execution);
        return runExecutor({
          program: executorProgram(),
          executionFile,
          logFile: join(folder, `executor-${job.id}-${context.attempt}.log`),
          environment: {
            ...executorEnvironment(environment, token, job.action === "provision-account"),
            ...secrets,
          },
          show: (chunk) => process.stdout.write(chunk),
          onSignal: ownSignals,
        });
      },
    },
    job,
    {
      comparison: assessment.comparison,
      addedUnits: assessment.units.filter(({ status }) => status === "added").map(({ path }) => path),
      repositoryFolder,
      configurationFile: inputs.optional("config"),
      folder,
      attempt: context.attempt,
      reviewedPlansFolder,
      superseded,
      repository: context.fullName,
      runUrl: context.runUrl,
      logUrl,
    },
  ).finally(() => process.stdout.write(`\n::${stop}::\n`));
  setJobOutputs(folder, job, context);
  if (outcome.failure !== null) log.error(outcome.failure, { title: job.name });
  return well ? 0 : 1;
}

type Wanted = {
  readonly folder: string;
  readonly repositoryFolder: string;
  readonly token: string | null;
  readonly context: RunContextFacts;
};

/**
 * The folder with the reviewed plans of what a push merged; `null` for a job that applies nothing. Plans that can't be
 * had count as none, which stops what they would have allowed: the job is told why, and goes on.
 */
async function reviewedPlans(assessment: Assessment, job: Job, wanted: Wanted): Promise<string | null> {
  const { base, head, mode, deployBranch, approvedRun } = assessment.comparison;
  const { folder, repositoryFolder, token, context } = wanted;
  if (job.action !== "apply" && job.action !== "destroy") return null;
  const plansFolder = join(folder, `reviewed-plans-${job.id}-${context.attempt}`);
  if (token === null || (mode === "manual" ? approvedRun === undefined : base === null)) return plansFolder;
  try {
    const git = openRepository(repositoryFolder, toolEnvironment(environment));
    const client = createGitHubClient({ token, apiUrl: context.apiUrl, log });
    const source = gitHubReviewedPlans(client, context.repository, workflowFile());
    const count =
      approvedRun !== undefined
        ? await bringApprovedPlans(source, approvedRun, plansFolder)
        : await bringReviewedPlans(source, new Set(await git.between(base ?? head, head)), deployBranch, plansFolder);
    log.info(`${count} reviewed plans belong to this ${approvedRun === undefined ? "push" : "request"}.`);
  } catch (error) {
    log.warning(`The reviewed plans can't be had: ${error instanceof Error ? error.message : String(error)}`);
  }
  return plansFolder;
}

/**
 * Units of an apply or destroy that a later push run takes care of. When that can't be found out the job goes on: runs of one
 * environment follow each other, so it matters only when GitHub turned their order round as well.
 */
async function leftToLaterRuns(assessment: Assessment, job: Job, { token, context }: Wanted): Promise<Superseded> {
  const { mode, deployBranch } = assessment.comparison;
  if (mode !== "apply" || token === null || (job.action !== "apply" && job.action !== "destroy")) return [];
  try {
    const client = createGitHubClient({ token, apiUrl: context.apiUrl, log });
    const source = gitHubLaterRuns(client, context.repository, workflowFile());
    return await supersededUnits(source, job, deployBranch, context.runNumber);
  } catch (error) {
    log.warning(`Later runs can't be looked for: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** The file name of the workflow that the run belongs to: the caller's, where it calls a reusable one. */
function workflowFile(): string {
  return basename(environment["GITHUB_WORKFLOW_REF"]?.split("@", 1)[0] ?? "pipelines.yml");
}

async function collect(inputs: Inputs, folder: string, context: RunContextFacts): Promise<number> {
  const { job, edges, logUrl } = await jobOf(inputs, folder, context);
  await dispatchCollect(
    { ...edges, sleep: (ms) => sleep(ms) },
    job,
    { attempt: context.attempt, logUrl },
    SURVIVOR_SECONDS,
  );
  setJobOutputs(folder, job, context);
  return 0;
}

async function report(inputs: Inputs, folder: string, context: RunContextFacts): Promise<number> {
  const phase = inputs.choice("phase", ["start", "end"], "end");
  const token = inputs.required("token");
  const client = createGitHubClient({ token, apiUrl: context.apiUrl, log });
  const identity = identityOf(client, token);
  const places: Places = {
    async summary(markdown) {
      const file = environment["GITHUB_STEP_SUMMARY"];
      if (file === undefined) return { kind: "skipped", why: "this step has no summary" };
      await appendSummary(file, markdown);
      return { kind: "published", url: context.runUrl };
    },
    conversation: async (number) => conversationOn(client, context.repository, number, await identity),
    tracker: async () => issueTracker(client, context.repository, await identity),
  };
  const assessment = await readAssessment(folder);
  const only = onlyJob(assessment, inputs.optional("job"), folder);
  const facts = runFactsOf(context, assessment, await peopleOf(client, assessment, context));
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

async function jobOf(inputs: Inputs, folder: string, context: RunContextFacts) {
  const id = inputs.required("job");
  const assessment = await readDocument(assessmentFile(folder), Assessment);
  const job = jobCalled(assessment, id, folder);
  const file = outcomeFile(folder, job.id, context.attempt);
  const edges = {
    readOutcome: () => readDocument(file, JobOutcome).catch(() => null),
    writeOutcome: (outcome: JobOutcome) => writeDocument(file, outcome),
  };
  return { assessment, job, edges, logUrl: logUrlOf(context, inputs.optional("check-run-id")) };
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

function jobCalled(assessment: Assessment, id: string, folder: string): Job {
  const job = assessment.jobs.find((candidate) => candidate.id === id);
  if (job === undefined) throw new Error(`${assessmentFile(folder)} has no job \`${id}\``);
  return job;
}

/** Whose pull request it is about, and who is asked to look. What can't be found out keeps nothing from being told. */
async function peopleOf(client: Octokit, assessment: Assessment | null, context: RunContextFacts) {
  const person = context.actor?.endsWith("[bot]") === true ? null : context.actor;
  if (context.pullRequest !== null) return { pullRequest: context.pullRequest.number, assignee: person };
  if (assessment === null || assessment.comparison.mode !== "apply") return { pullRequest: null, assignee: person };
  const { head, deployBranch } = assessment.comparison;
  const pullRequest = await known(mergedPullRequestOf(client, context.repository, head, deployBranch));
  if (pullRequest === null || person !== null) return { pullRequest, assignee: person };
  return { pullRequest, assignee: await known(mergerOf(client, context.repository, pullRequest)) };
}

async function known<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    log.warning(error instanceof Error ? error.message : String(error));
    return null;
  }
}

function setJobOutputs(folder: string, job: Job, context: RunContextFacts): void {
  actionsOutputs.set("outcome", outcomeFolder(folder, job.id, context.attempt));
  actionsOutputs.set("artifact", `pipelines-outcome-${job.id}-${context.attempt}`);
}

/** A report that can't be written is a warning with its cause; the run's status stands. */
function tell(told: readonly Told[]): void {
  for (const { place, result } of told) {
    if (result.kind === "failed") log.warning(result.cause, { title: `The ${place} could not be written` });
    else log.info(result.kind === "published" ? `${place}: written` : `${place}: ${result.why}`);
  }
}

/** The executor lies beside the dispatcher: its bundle in an action, its source in a checkout. */
function executorProgram(): string {
  const bundled = import.meta.url.endsWith(".mjs");
  return fileURLToPath(
    new URL(bundled ? "../../executor/dist/main.mjs" : "../../executor/src/main.ts", import.meta.url),
  );
}

if (process.argv.includes("--self-test")) {
  createGitHubClient({ token: "", apiUrl: "https://api.github.com", log });
  process.stdout.write("dispatcher: ready\n");
} else {
  try {
    process.exitCode = await main();
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  }
}
