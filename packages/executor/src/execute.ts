import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationsOf } from "@pipelines/core/configuration/configurations";
import { type Environment, environmentsOf } from "@pipelines/core/configuration/environments";
import { governingCommit } from "@pipelines/core/configuration/governing";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { Execution } from "@pipelines/core/contracts/execution";
import type { JobOutcome, UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { writeDocument } from "@pipelines/core/documents/document";
import { outcomeFile, outcomeFolder } from "@pipelines/core/documents/layout";
import type { Repository } from "@pipelines/core/git/repository";
import { addWorktree } from "@pipelines/core/git/worktree";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import { locateTerragrunt } from "@pipelines/core/terragrunt/binary";
import type { AccountPullRequests } from "./accounts/pull-request.ts";
import { readTemplates } from "./accounts/templates.ts";
import { type Steps, stepsOf } from "./actions/index.ts";
import { cleanOf, runUnit } from "./actions/unit.ts";
import { demandAuthority } from "./authority.ts";
import { variablesOf } from "./credentials/environment.ts";
import { moduleAccess } from "./credentials/module-access.ts";
import { openAuthProvider } from "./credentials/provider.ts";
import { hooksOf, runHooks } from "./hooks/run-hooks.ts";
import type { EarlierUnits } from "./schedule/earlier.ts";
import { runGraph } from "./schedule/run-graph.ts";
import { locateBinary } from "./tofu/wrapper.ts";

/** What the executor talks to. */
export type ExecutorEdges = {
  readonly repository: Repository;
  /** The environment of the job, of which tools get an allow-list. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `null` where nobody can be proposed anything. */
  readonly pullRequests: AccountPullRequests | null;
  /** The units of earlier jobs of the run. */
  readonly earlier: EarlierUnits;
  /** Aborted once when the run is asked to stop. */
  readonly stop: AbortSignal;
  readonly progress: Progress;
  /** How this program is started: Terragrunt asks it for credentials. Where it is left out, nobody is asked. */
  readonly program?: readonly string[];
};

/** Told of units as they start and end. */
export type Progress = {
  started(unit: UnitPath): void;
  ended(outcome: UnitOutcome, folder: string): void;
  warn?(message: string): void;
};

/** Runs a job: its action on its units, at its commit. Writes the outcome after every unit and answers the last. */
export async function execute(edges: ExecutorEdges, execution: Execution): Promise<JobOutcome> {
  const { job, attempt } = execution;
  const steps = stepsOf[job.action];
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
  const record = async (news: Partial<JobOutcome>): Promise<void> => {
    outcome = { ...outcome, ...news };
    await writeDocument(outcomeFile(execution.folder, job.id, attempt), outcome);
  };
  await record({});
  try {
    const configurations = configurationsOf(edges.repository, execution.configurationFile);
    const configuration = await configurations.governing(execution.comparison, job.action);
    demandAuthority(job, execution.comparison, configuration.deploy_branch, edges.environment);
    if (steps.on === "account") await record({ account: await runAccount(edges, execution, steps, configuration) });
    else await runUnits(edges, execution, steps, configuration, () => outcome, record);
    await record({ state: "finished", finishedAt: new Date().toISOString() });
  } catch (error) {
    await record({
      state: "finished",
      finishedAt: new Date().toISOString(),
      failure: error instanceof Error ? error.message : String(error),
    });
  }
  return outcome;
}

async function runUnits(
  edges: ExecutorEdges,
  execution: Execution,
  steps: Extract<Steps, { on: "units" }>,
  configuration: Configuration,
  outcome: () => JobOutcome,
  record: (news: Partial<JobOutcome>) => Promise<void>,
): Promise<void> {
  const { job } = execution;
  const clean = toolEnvironment(edges.environment);
  const environment = environmentOf(configuration, job.environment);
  const { variables, secrets } = variablesOf(environment, edges.environment);
  const modules = moduleAccess(configuration, edges.environment);
  const env = { ...clean, ...modules.variables, ...variables };
  const [terragrunt, binary] = await Promise.all([locateTerragrunt(clean, tmpdir()), locateBinary(clean)]);
  const toolVersions = { terragrunt: terragrunt.version, tofu: `${binary.kind} ${binary.version}` };
  await record({ toolVersions });

  await using tree = await addWorktree(edges.repository.folder, job.at, clean);
  const jobFolder = await mkdtemp(join(tmpdir(), "pipelines-job-"));
  const folder = outcomeFolder(execution.folder, job.id, execution.attempt);
  const context = {
    ...{ execution, configuration, environment, env, binary, toolVersions, jobFolder },
    secrets: new Set([...secrets, ...modules.secrets]),
    treeFolder: tree.folder,
    outcomeFolder: folder,
    stop: edges.stop,
    mergesMocks: await mentions(tree.folder, "mock_outputs_merge", clean),
    onRunner: edges.environment["GITHUB_ACTIONS"] === "true",
  };
  const hooks = hooksOf(configuration, job.action);
  const plansFolder = hooks.length === 0 ? null : join(jobFolder, "plans");
  try {
    if (plansFolder !== null) await mkdir(plansFolder);
    await using authProvider = await openAuthProvider({
      ...{ execution, configuration, environment, jobFolder, repository: edges.repository },
      treeFolder: tree.folder,
      process: edges.environment,
      program: edges.program ?? [],
      warn: (message) => edges.progress.warn?.(message),
    });
    const superseded = supersededEnds(execution);
    const ended = async (unit: UnitOutcome): Promise<void> => {
      // Units that run beside it must not lose their folders to a disk that has no room for the document. The last
      // record says all of it once more.
      await record({ units: [...outcome().units, unit] }).catch((error: unknown) =>
        edges.progress.warn?.(`the outcome can't be written: ${error instanceof Error ? error.message : error}`),
      );
      edges.progress.ended(unit, folder);
    };
    for (const [path, end] of superseded) await ended({ path, end, seconds: 0 });
    const units = job.units.filter(({ path }) => !superseded.has(path));
    await runGraph({
      units: traitsOf(job.action).ordered ? units : units.map(({ path }) => ({ path, after: [] })),
      limit: configuration.jobs.parallelism,
      earlier: new Map([...edges.earlier.ends, ...superseded]),
      ...(traitsOf(job.action).removes ? { applies: edges.earlier.applies } : {}),
      stopped: () => edges.stop.aborted,
      run: (unit) => {
        edges.progress.started(unit);
        return runUnit({ ...context, plansFolder, authProvider: authProvider.command }, unit, steps.run);
      },
      ended,
    });
    if (plansFolder !== null && !edges.stop.aborted) {
      await using trusted = await addWorktree(
        edges.repository.folder,
        governingCommit(execution.comparison, job.action),
        clean,
      );
      const hookFolders = { folder: trusted.folder, plansFolder, jobFolder };
      await record({ hooks: await runHooks({ hooks, ...hookFolders, env, clean: cleanOf(context) }) });
    }
  } finally {
    // Plans and downloaded modules can hold secrets.
    await rm(jobFolder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The ends of units that a later run takes care of. They are not touched. */
function supersededEnds({ job, superseded = [] }: Execution): Map<UnitPath, UnitEnd> {
  const own = new Set(job.units.map(({ path }) => path));
  return new Map(
    superseded.filter(({ path }) => own.has(path)).map(({ path, by }) => [path, { kind: "superseded", by }]),
  );
}

/** Whether a configuration file of a checkout has a text in it. What can't be said is taken for yes. */
async function mentions(folder: string, text: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  const found = await run("git", ["grep", "--quiet", "--fixed-strings", text, "HEAD", "--", "*.hcl"], {
    cwd: folder,
    env,
  });
  return found.exitCode !== 1;
}

async function runAccount(
  edges: ExecutorEdges,
  { job, comparison }: Execution,
  steps: Extract<Steps, { on: "account" }>,
  configuration: Configuration,
) {
  if (job.account === undefined) throw new Error(`the job ${job.id} names no account`);
  const templates = await readTemplates(edges.repository, job.at, configuration.accounts.templates);
  return steps.run(job.account, templates, { pullRequests: edges.pullRequests, base: comparison.deployBranch });
}

/** A job names its environment; what it is comes from the configuration at the trusted commit. */
function environmentOf(configuration: Configuration, name: string): Environment {
  const environment = environmentsOf(configuration).find((candidate) => candidate.name === name);
  if (environment === undefined) throw new Error(`the configuration has no environment called ${name}`);
  return environment;
}
