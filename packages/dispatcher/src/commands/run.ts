import { randomUUID } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { maskInLog } from "@pipelines/core/actions/mask";
import { changesUnits, traitsOf } from "@pipelines/core/contracts/action";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import { executionOf } from "@pipelines/core/contracts/execution";
import type { Job } from "@pipelines/core/contracts/job";
import { writeDocument } from "@pipelines/core/documents/document";
import { executorFile } from "@pipelines/core/documents/layout";
import { openRepository } from "@pipelines/core/git/repository";
import { createGitHubClient } from "@pipelines/core/github/client";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { markOf } from "@pipelines/core/process/running";
import { dispatchRun } from "../dispatch.ts";
import { executorEnvironment, ownSignals, runExecutor } from "../run/executor-process.ts";
import { gitHubLaterRuns, type Superseded, supersededUnits } from "../run/later-runs.ts";
import { bringApprovedPlans, bringReviewedPlans, gitHubReviewedPlans } from "../run/reviewed-plans.ts";
import type { RunEdges } from "../run/run-job.ts";
import { readSecrets } from "../run/secrets.ts";
import { startAnswers } from "../run/start-answers.ts";
import { type CommandContext, openJob, setJobOutputs, summarizeJob } from "./job.ts";

/** Runs one job through the executor. */
export async function run(context: CommandContext): Promise<number> {
  const { inputs, folder, environment } = context;
  const { attempt, fullName, runUrl } = context.run;
  const { assessment, job, edges, logUrl } = await openJob(context);
  const token = inputs.optional("token");
  const secrets = readSecrets(inputs.optional("secrets"), (message) => log.warning(message));
  const moduleToken = inputs.optional("module_token") ?? "";
  for (const value of [...Object.values(secrets), moduleToken]) maskInLog(value);
  const executionFile = join(folder, `execution-${job.id}-${attempt}.json`);
  const repositoryFolder = resolve(inputs.optional("repository") ?? environment["GITHUB_WORKSPACE"] ?? ".");
  const gitHub = { ...context, repositoryFolder, token };
  const reviewedPlansFolder = await reviewedPlans(assessment, job, gitHub);
  const superseded = await leftToLaterRuns(assessment, job, gitHub);
  const place = { checkout: repositoryFolder, folder, run: context.run, token, environment };
  const mayStart = startAnswers(assessment, job, place);
  const execution = executionOf(assessment, job, {
    asksToStart: mayStart !== null,
    repositoryFolder,
    configurationFile: inputs.optional("config"),
    folder,
    attempt,
    reviewedPlansFolder,
    superseded,
    repository: fullName,
    runUrl,
    logUrl,
  });
  const edgesOfRun: RunEdges = {
    ...edges,
    async execute(toExecute) {
      await writeDocument(executionFile, toExecute);
      return runExecutor({
        program: executorProgram(),
        executionFile,
        logFile: join(folder, `executor-${job.id}-${attempt}.log`),
        environment: {
          ...executorEnvironment(environment, token, traitsOf(job.action).phase === "provision"),
          ...secrets,
          ...(moduleToken === "" ? {} : { PIPELINES_MODULE_TOKEN: moduleToken }),
        },
        mayStart,
        onStart: (pid) => markExecutor(executorFile(folder, job.id, attempt), pid),
        show: (chunk) => process.stdout.write(chunk),
        onSignal: ownSignals,
      });
    },
  };
  const stop = randomUUID();
  process.stdout.write(`::stop-commands::${stop}\n`);
  const { outcome, well } = await dispatchRun(edgesOfRun, execution).finally(() =>
    process.stdout.write(`\n::${stop}::\n`),
  );
  setJobOutputs(context, job);
  await summarizeJob(context, assessment, job);
  if (outcome.failure !== null) log.error(outcome.failure, { title: job.name });
  return well ? 0 : 1;
}

/** Writes down which process the executor is. Where that can't be done, who collects waits for as long as there is time. */
async function markExecutor(file: string, pid: number): Promise<void> {
  try {
    await writeDocument(file, await markOf(pid));
  } catch (error) {
    log.warning(
      `Which process the executor is can't be written down: ${error instanceof Error ? error.message : error}`,
    );
  }
}

type GitHubContext = CommandContext & { readonly repositoryFolder: string; readonly token: string | null };

/**
 * The folder with the reviewed plans of what a push merged; `null` for a job that applies nothing. Plans that
 * can't be downloaded count as none, so that the guard stops what only they allow: the log says why, and the job goes on.
 */
async function reviewedPlans(assessment: Assessment, job: Job, gitHub: GitHubContext): Promise<string | null> {
  const { base, head, mode, deployBranch, approvedRun } = assessment.comparison;
  const { folder, repositoryFolder, token, environment, run } = gitHub;
  if (!changesUnits(job.action)) return null;
  const plansFolder = join(folder, `reviewed-plans-${job.id}-${run.attempt}`);
  const dueOnly = mode === "manual" && assessment.units.some(({ due }) => due !== undefined);
  if (token === null || (mode === "manual" && !dueOnly ? approvedRun === undefined : base === null)) return plansFolder;
  try {
    const git = openRepository(repositoryFolder, toolEnvironment(environment));
    const client = createGitHubClient({ token, apiUrl: run.apiUrl, log });
    const source = gitHubReviewedPlans(client, run.repository, workflowFile(environment));
    const units = new Set(job.units.map(({ path }) => path));
    // A unit that is due was reviewed with the commits that made it so.
    const earlier = assessment.units.filter(({ path }) => units.has(path)).flatMap(({ due }) => due?.commits ?? []);
    const commits = async (): Promise<Set<string>> => new Set([...(await git.between(base ?? head, head)), ...earlier]);
    const count =
      approvedRun !== undefined
        ? await bringApprovedPlans(source, approvedRun, deployBranch, units, plansFolder)
        : await bringReviewedPlans(source, await commits(), deployBranch, units, plansFolder);
    log.info(`${count} reviewed plans belong to this ${approvedRun === undefined ? "push" : "request"}.`);
  } catch (error) {
    log.warning(
      `The reviewed plans could not be downloaded: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return plansFolder;
}

/**
 * Units of an apply or destroy that a later push run takes care of. When that can't be found out the job goes on: runs of one
 * environment follow each other, so it matters only when GitHub turned their order round as well. With the ledger nobody
 * has to guess: it says which run has a unit.
 */
async function leftToLaterRuns(
  assessment: Assessment,
  job: Job,
  { token, environment, run }: GitHubContext,
): Promise<Superseded> {
  const { mode, deployBranch, ledgerClaim } = assessment.comparison;
  if (ledgerClaim !== undefined || mode !== "apply" || token === null || !changesUnits(job.action)) return [];
  try {
    const client = createGitHubClient({ token, apiUrl: run.apiUrl, log });
    const source = gitHubLaterRuns(client, run.repository, workflowFile(environment));
    return await supersededUnits(source, job, deployBranch, run.runNumber);
  } catch (error) {
    log.warning(`Later runs could not be looked up: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** The file name of the workflow that the run belongs to: the caller's, where it calls a reusable one. */
function workflowFile(environment: CommandContext["environment"]): string {
  return basename(environment["GITHUB_WORKFLOW_REF"]?.split("@", 1)[0] ?? "pipelines.yml");
}

/** The executor lies beside the dispatcher: its bundle in an action, its source in a checkout. */
function executorProgram(): string {
  const bundled = import.meta.url.endsWith(".mjs");
  return fileURLToPath(
    new URL(bundled ? "../../executor/dist/main.mjs" : "../../../executor/src/main.ts", import.meta.url),
  );
}
