import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { InputError, inputsFrom } from "@pipelines/core/actions/inputs";
import { actionsLog } from "@pipelines/core/actions/log";
import { actionsOutputs } from "@pipelines/core/actions/outputs";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { Execution, executionOf } from "@pipelines/core/contracts/execution";
import { DocumentError, readDocument, writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, executorFile, outcomeFolder } from "@pipelines/core/documents/layout";
import { openRepository } from "@pipelines/core/git/repository";
import { createGitHubClient } from "@pipelines/core/github/client";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { markOf } from "@pipelines/core/process/running";
import { onFirstSignal } from "@pipelines/core/process/signals";
import { gitHubPullRequests } from "./accounts/pull-request.ts";
import { AuthSettings, authAnswer } from "./credentials/auth-answer.ts";
import { execute } from "./execute.ts";
import { exitCodeOf } from "./exit-code.ts";
import { askDispatcher, parentChannel } from "./look/ask-dispatcher.ts";
import { logProgress } from "./progress.ts";
import { earlierUnits } from "./schedule/earlier.ts";

/** Exit codes: 0 every unit ended well, 1 some did not, 2 bad input, 3 a bug. */
async function main(): Promise<number> {
  const execution = await readExecution();
  const stop = new AbortController();
  using _signals = onFirstSignal((signal) => {
    actionsLog.warning(`${signal}: asking what runs to stop; nothing new starts`);
    stop.abort();
  });
  const outcome = await execute(
    {
      repository: openRepository(execution.repositoryFolder, toolEnvironment(process.env)),
      environment: process.env,
      pullRequests: pullRequestsOf(execution),
      earlier: await earlierUnits(execution),
      stop: stop.signal,
      ...(execution.asksToStart ? { mayStart: askDispatcher(parentChannel(process)) } : {}),
      progress: logProgress(actionsLog, execution.job.units.length),
      program: [process.execPath, ...process.argv.slice(1, 2)],
    },
    execution,
  );
  if (outcome.failure !== null) actionsLog.error(outcome.failure);
  return exitCodeOf(outcome, execution.job);
}

/** The execution that the dispatcher wrote, or one made of the action's own inputs. */
async function readExecution(): Promise<Execution> {
  const { values } = parseArgs({ options: { execution: { type: "string" } } });
  if (values.execution !== undefined) return readDocument(values.execution, Execution);
  const inputs = inputsFrom(process.env);
  const folder = resolve(inputs.optional("folder") ?? join(process.env["RUNNER_TEMP"] ?? ".", "pipelines"));
  const assessment = await readDocument(assessmentFile(folder), Assessment);
  const id = inputs.required("job");
  const job = assessment.jobs.find((candidate) => candidate.id === id);
  if (job === undefined) throw new InputError("job", `names no job of ${assessmentFile(folder)}: ${id}`);
  const attempt = Number(process.env["GITHUB_RUN_ATTEMPT"] ?? "1");
  const config = inputs.optional("config");
  actionsOutputs.set("outcome", outcomeFolder(folder, job.id, attempt));
  await writeDocument(executorFile(folder, job.id, attempt), await markOf(process.pid));
  return executionOf(assessment, job, {
    repositoryFolder: resolve(inputs.optional("repository") ?? process.env["GITHUB_WORKSPACE"] ?? "."),
    configurationFile: config === null ? null : resolve(config),
    folder,
    attempt,
    repository: process.env["GITHUB_REPOSITORY"] ?? null,
  });
}

function pullRequestsOf(execution: Execution) {
  const [token, apiUrl] = [inputsFrom(process.env).optional("token"), process.env["GITHUB_API_URL"]];
  const [owner, repo] = execution.repository?.split("/") ?? [];
  if (token === null || apiUrl === undefined || owner === undefined || repo === undefined) return null;
  return gitHubPullRequests(createGitHubClient({ token, apiUrl, log: actionsLog }), owner, repo, execution.runUrl);
}

/** Answers Terragrunt, which asks for the credentials of the folder that it starts this in. */
async function auth(): Promise<number> {
  const { values } = parseArgs({ options: { settings: { type: "string" } }, allowPositionals: true });
  try {
    const settings = await readDocument(values.settings ?? "", AuthSettings);
    process.stdout.write(`${JSON.stringify(authAnswer(settings, process.cwd()))}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

/** What a person can do something about, in a sentence; `null` for a bug. */
function explained(error: unknown): string | null {
  if (error instanceof InputError || error instanceof DocumentError) return error.message;
  if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) return null;
  return `The runner's disk is full, so how the units ended can't be written down (${error.message}). Free some room or take a larger runner, then run the job again.`;
}

try {
  if (process.argv[2] === "auth") process.exitCode = await auth();
  else if (process.argv.includes("--self-test")) process.stdout.write("executor: ready\n");
  else process.exitCode = await main();
} catch (error) {
  const text = explained(error);
  actionsLog.error(text ?? `This is a bug: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  process.exitCode = text === null ? 3 : 2;
}
