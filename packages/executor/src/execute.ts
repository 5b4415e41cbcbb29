import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { configurationsOf } from "@pipelines/core/configuration/configurations";
import { type Environment, environmentsOf } from "@pipelines/core/configuration/environments";
import { governingCommit } from "@pipelines/core/configuration/governing";
import type { Configuration, Hook } from "@pipelines/core/configuration/schema";
import { changesUnits, traitsOf } from "@pipelines/core/contracts/action";
import { mayBuildOn } from "@pipelines/core/contracts/end";
import type { Execution } from "@pipelines/core/contracts/execution";
import type { AccountOutcome, HookOutcome, JobOutcome, UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Repository } from "@pipelines/core/git/repository";
import { addWorktree } from "@pipelines/core/git/worktree";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { maskOf } from "@pipelines/core/redaction/mask";
import { redactPattern } from "@pipelines/core/redaction/pattern";
import type { AccountPullRequests } from "./accounts/pull-request.ts";
import { readTemplates } from "./accounts/templates.ts";
import type { AccountAction } from "./actions/account.ts";
import { carriedOut } from "./actions/index.ts";
import { demandAuthority } from "./authority.ts";
import { secretsOf } from "./credentials/environment.ts";
import { hooksOf, runHooks } from "./hooks/run-hooks.ts";
import { type OpenJob, openJob } from "./job/open-job.ts";
import { findTools } from "./job/tools.ts";
import type { MayStart } from "./look/ask-dispatcher.ts";
import { endOfStart } from "./look/end-of-start.ts";
import { type OutcomeLog, startOutcomeLog } from "./outcome/outcome-log.ts";
import type { Progress } from "./progress.ts";
import { startsUntilMs } from "./schedule/deadline.ts";
import type { EarlierUnits } from "./schedule/earlier.ts";
import { runGraph } from "./schedule/run-graph.ts";
import { runUnit, type UnitAction } from "./unit/run-unit.ts";

/** What the executor talks to. */
export type ExecutorEdges = {
  readonly repository: Repository;
  /** The environment of the job, of which tools get an allow-list. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `null` where nobody can be proposed anything. */
  readonly pullRequests: AccountPullRequests | null;
  /** The units of earlier jobs of the run. */
  readonly earlier: EarlierUnits;
  /** Asked right before each unit starts; where it is left out, every unit of the job may. */
  readonly mayStart?: MayStart;
  /** Aborted once when the run is asked to stop. */
  readonly stop: AbortSignal;
  readonly progress: Progress;
  /** Milliseconds since some moment; the process's own where it is left out. */
  readonly clock?: () => number;
  /** How this program is started: Terragrunt asks it for credentials. Where it is left out, nobody is asked. */
  readonly program?: readonly string[];
};

/** Runs a job: its action on its units, at its commit. Writes the outcome after every unit and answers the last. */
export async function execute(edges: ExecutorEdges, execution: Execution): Promise<JobOutcome> {
  const { job, comparison } = execution;
  const log = await startOutcomeLog(execution, (message) => edges.progress.warn?.(message));
  let hide = maskOf([]);
  try {
    const configurations = configurationsOf(edges.repository, execution.configurationFile);
    const configuration = await configurations.governing(comparison, job);
    hide = maskOf(secretsOf(configuration, edges.environment), configuration.redact.map(redactPattern));
    const newest = await configurations.at(comparison.tip ?? comparison.head);
    demandAuthority(job, comparison, newest.deploy_branch, edges.environment);
    const { on, run } = carriedOut[job.action];
    if (on === "account") await log.add({ account: await runAccount(edges, execution, run, configuration) });
    else {
      await runUnits(edges, execution, run, { configuration, newest }, log);
    }
    return await log.finish(null);
  } catch (error) {
    return log.finish(hide(error instanceof Error ? error.message : String(error)));
  }
}

async function runUnits(
  edges: ExecutorEdges,
  execution: Execution,
  action: UnitAction,
  { configuration, newest }: Pick<OpenJob, "configuration" | "newest">,
  log: OutcomeLog,
): Promise<void> {
  const environment = environmentNamed(configuration, execution.job.environment);
  const tools = await findTools(
    execution.job.action,
    configuration,
    environment,
    edges.environment,
    edges.repository.folder,
  );
  for (const warning of tools.warnings) edges.progress.warn?.(warning);
  await log.add({ toolVersions: tools.versions });
  await using job = await openJob({
    ...{ execution, configuration, newest, environment, tools, repository: edges.repository, stop: edges.stop },
    mayStart: edges.mayStart ?? null,
    ...{ outcomeFolder: log.folder, process: edges.environment, program: edges.program ?? [] },
    warn: (message) => edges.progress.warn?.(message),
  });
  await runInOrder(edges, job, action, log);
  if (!edges.stop.aborted) await followWithHooks(edges, job, log);
  // What was applied and not checked must not look checked: other environments may wait for it.
  else if (changesUnits(execution.job.action))
    await log.add({ hooks: hooksOf(configuration, execution.job.action).map(notRun) });
}

function notRun({ name }: Hook): HookOutcome {
  return { name, result: "failed", summary: "It did not run, since the run was asked to stop." };
}

/** Runs the job's units along their order, except those that a later run takes care of. */
async function runInOrder(edges: ExecutorEdges, job: OpenJob, action: UnitAction, log: OutcomeLog): Promise<void> {
  const { ordered, removes } = traitsOf(job.execution.job.action);
  const superseded = supersededEnds(job.execution);
  const ended = async (unit: UnitOutcome): Promise<void> => {
    await log.unitEnded(unit);
    edges.progress.ended(unit, log.folder);
  };
  for (const [path, end] of superseded) await ended({ path, end, seconds: 0 });
  const now = edges.clock ?? (() => performance.now());
  const started = now();
  const startsUntil = startsUntilMs(job.execution.job, job.configuration);
  const units = job.execution.job.units.filter(({ path }) => !superseded.has(path));
  await runGraph({
    units: ordered ? units : units.map(({ path }) => ({ path, after: [] })),
    action: job.execution.job.action,
    limit: job.configuration.jobs.parallelism,
    earlier: new Map([...edges.earlier.ends, ...superseded]),
    ...(removes ? { applies: edges.earlier.applies } : {}),
    over() {
      if (edges.stop.aborted) return "The run was asked to stop before this unit was started.";
      if (now() - started < startsUntil) return null;
      return "The job has no time left for this unit before its runner ends it, so it was not started. It stays due.";
    },
    async run(unit) {
      const start = await job.mayStart?.(unit);
      const end = start === undefined ? null : endOfStart(start, job.execution.comparison.head);
      if (end !== null) return { path: unit, end, seconds: 0 };
      edges.progress.started(unit);
      return runUnit(job, unit, action, start);
    },
    ended,
  });
}

/** The ends of units that a later run takes care of. They are not touched. */
function supersededEnds({ job, superseded = [] }: Execution): Map<UnitPath, UnitEnd> {
  const own = new Set(job.units.map(({ path }) => path));
  return new Map(
    superseded.filter(({ path }) => own.has(path)).map(({ path, by }) => [path, { kind: "superseded", by }]),
  );
}

/** Runs the configuration's hooks on the plans of the job, from a checkout of the commit that governs it. */
async function followWithHooks(edges: ExecutorEdges, job: OpenJob, log: OutcomeLog): Promise<void> {
  const { plans: plansFolder, work: jobFolder } = job.folders;
  if (plansFolder === null) return;
  const { comparison, job: asked } = job.execution;
  const commit = governingCommit(comparison, asked);
  await using governing = await addWorktree(edges.repository.folder, commit, toolEnvironment(edges.environment));
  const hooks = await runHooks({
    ...{ hooks: hooksOf(job.configuration, asked.action), folder: governing.folder, plansFolder, jobFolder },
    ...{ env: job.tools.env, clean: job.redactor.clean, outcome: log.soFar() },
  });
  await log.add({ hooks });
}

async function runAccount(
  { repository, pullRequests, earlier }: ExecutorEdges,
  { job, comparison, configurationFile }: Execution,
  action: AccountAction,
  configuration: Configuration,
): Promise<AccountOutcome> {
  if (job.accounts === undefined) throw new Error(`the job ${job.id} names no account`);
  const { file, factory_unit: unit } = configuration.accounts;
  const factory = UnitPath.safeParse(unit).data;
  const end = factory === undefined ? undefined : earlier.ends.get(factory);
  const read = (path: string) => repository.read(job.at, path);
  return action({
    accounts: job.accounts,
    source: {
      templates: await readTemplates(repository, job.at, configuration.accounts),
      configurationFile: configurationFile ?? CONFIGURATION_FILE,
      accountsFile: file,
    },
    place: { read, deployed: read, proposed: async () => null },
    factory: {
      unit: unit ?? "the account factory",
      isApplied: end !== undefined && mayBuildOn(end, "apply"),
      made: earlier.accounts ?? null,
    },
    ...{ pullRequests, base: comparison.deployBranch },
  });
}

/** A job names its environment; what it is comes from the configuration that governs the job. */
function environmentNamed(configuration: Configuration, name: string): Environment {
  const environment = environmentsOf(configuration).find((candidate) => candidate.name === name);
  if (environment === undefined) throw new Error(`the configuration has no environment called ${name}`);
  return environment;
}
