import { type Configurations, configurationsOf } from "@pipelines/core/configuration/configurations";
import { environmentLookup, globMatcher } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { openRepository, type Repository } from "@pipelines/core/git/repository";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { locateTerragrunt } from "@pipelines/core/terragrunt/binary";
import { classifyChanges, RULES } from "./classify/classify.ts";
import { withoutIgnoredUnits } from "./classify/ignored-units.ts";
import { requestedChanges } from "./classify/requested.ts";
import { compareCommits, type Wanted } from "./compare/comparison.ts";
import { EventError } from "./compare/event.ts";
import { addedAccounts, withoutCode } from "./configuration.ts";
import { affectedUnits } from "./decide/affect.ts";
import { assess, nothingToDo } from "./decide/assess.ts";
import { judgeFaults, untouchedNotice } from "./decide/judge-faults.ts";
import { movesBetween } from "./decide/moves.ts";
import { refuseDeletes } from "./decide/refuse.ts";
import { bothSnapshots } from "./discover/both-snapshots.ts";
import { discoveryEnvironment } from "./discover/environment.ts";
import { generatedDiff } from "./discover/generated-diff.ts";
import { fileIn, UNIT_FILE } from "./discover/snapshot.ts";
import { startStsStandIn } from "./discover/sts-stand-in.ts";
import { discoveringTerragrunt } from "./discover/terragrunt.ts";
import { standInNotice } from "./discover/variables.ts";
import { type HclParser, loadHclParser } from "./hcl/parse.ts";
import { packJobs } from "./pack/pack.ts";

/** What the orchestrator talks to: git, Terragrunt through an environment, and the HCL parser. */
export type OrchestratorEdges = {
  readonly repository: Repository;
  readonly configurations: Configurations;
  readonly parseHcl: HclParser;
  /** The whole environment of the tools: no token, no credentials. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
};

/**
 * The edges for a repository folder, from the environment of this process.
 *
 * @param configurationFile a configuration file to use in place of the repository's own
 */
export async function orchestratorEdges(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  configurationFile: string | null = null,
): Promise<OrchestratorEdges> {
  const clean = toolEnvironment(environment);
  const repository = openRepository(folder, clean);
  const configurations = configurationsOf(repository, configurationFile);
  return { repository, configurations, parseHcl: await loadHclParser(), toolEnvironment: clean };
}

/**
 * Determines what changed between two commits, what it affects and why, and which jobs have to run.
 *
 * @throws MissingCommitError, ConfigurationError, ToolError, EventError when it can't be determined at all
 */
export async function orchestrate(edges: OrchestratorEdges, wanted: Wanted): Promise<Assessment> {
  const { repository, configurations } = edges;
  const compared = await compareCommits(
    repository,
    wanted,
    async (commit) => (await configurations.at(commit)).deploy_branch,
  );
  if (compared.kind === "nothing") return nothingToDo(compared.comparison, compared.why);
  const { comparison } = compared;
  const request = compared.kind === "requested" ? compared.request : null;
  const atHead = await configurations.at(comparison.head);
  const atBase = comparison.base === null ? atHead : await configurations.at(comparison.base);
  const governing = await configurations.governing(comparison, null);

  const diff = await repository.diff(comparison.base, comparison.head);
  if (diff.length === 0 && request === null)
    return nothingToDo(comparison, "Nothing to do: the two commits hold the same files.");
  await locateTerragrunt(edges.toolEnvironment, repository.folder);
  await using sts = await startStsStandIn();
  const terragrunt = discoveringTerragrunt();
  const discovery = {
    ...edges,
    terragrunt,
    gitEnvironment: edges.toolEnvironment,
    toolEnvironment: discoveryEnvironment(edges.toolEnvironment, sts.url),
  };
  const { base, head } = await bothSnapshots(discovery, comparison, diff, { atBase, atHead, governing });

  const accounts = await accountChanges(repository, comparison, diff, governing);
  const commits = { base, head, configuration: governing, addedAccounts: accounts.accounts };
  const isIgnored = globMatcher(governing.ignore);
  const isIgnoredUnit = (unit: UnitPath): boolean => isIgnored(fileIn(unit, UNIT_FILE));
  const classified = withoutIgnoredUnits(
    request === null
      ? classifyChanges([...diff, ...generatedDiff(base, head)], commits, RULES)
      : requestedChanges(head, request),
    isIgnoredUnit,
  );
  const asked = [...(classified.changes[0]?.reasons.keys() ?? [])];
  if (request !== null && traitsOf(request.action).worksOn === "lock" && asked.length !== 1) {
    throw new EventError(`a lock is of one unit, and \`units\` names ${asked.length}: ${request.globs.join(" ")}`);
  }

  const lookups = {
    base: environmentLookup(atBase),
    head: environmentLookup(atHead),
    governing: environmentLookup(governing),
  };
  const affected = affectedUnits(classified.changes, base, head, {
    mode: comparison.mode,
    requested: request?.action ?? null,
    environmentOf: (unit, deleted) => (deleted ? lookups.base : lookups.governing)(unit),
    includeDependents: governing.include_dependents,
    isIgnored: isIgnoredUnit,
    moves: await movesBetween(repository, comparison, base, head),
    holdMoves: governing.moves === "hold",
    applyAccountDeletions: governing.accounts.apply_deletions,
    knownAtHead: (unit) => lookups.head(unit).kind === "one",
  });
  const refused = refuseDeletes(affected.units, base, head);
  const packed = packJobs({
    units: refused.units,
    dependenciesAtHead: (unit) => head.units.get(unit)?.dependencies ?? [],
    dependenciesAtBase: (unit) => base.units.get(unit)?.dependencies ?? [],
    accounts: withoutCode(accounts.accounts ?? [], head.files.keys()),
    head: comparison.head,
    mode: (request === null ? comparison.mode === "apply" : traitsOf(request.action).writes) ? "apply" : "plan",
    limits: {
      unitsPerJob: governing.jobs.units_per_job,
      parallelism: governing.jobs.parallelism,
      timeoutMinutes: governing.jobs.timeout_minutes,
    },
  });
  const touched = new Set(classified.changes.flatMap(({ reasons }) => [...reasons.keys()]));
  const deleted = new Set(refused.units.filter(({ status }) => status === "deleted").map(({ path }) => path));
  const judged = judgeFaults({ base, head }, diff, touched, deleted, isIgnored);
  const standIns = standInNotice(head.unset);
  const { calls, seconds } = terragrunt.cost();
  return assess({
    comparison,
    governing,
    classified,
    units: refused.units,
    jobs: compared.kind === "comparison" && compared.withoutCloud ? [] : packed.jobs,
    problems: [...judged.problems, ...accounts.problems, ...affected.problems, ...refused.problems, ...packed.problems],
    untouched: judged.untouched,
    notices: [...untouchedNotice(judged.untouched), ...(standIns === null ? [] : [standIns])],
    discovery: { snapshots: base === head || base.units === head.units ? 1 : 2, terragruntCalls: calls, seconds },
  });
}

async function accountChanges(
  repository: Repository,
  comparison: Comparison,
  diff: readonly ChangedFile[],
  configuration: Configuration,
) {
  const { file } = configuration.accounts;
  if (!diff.some(({ path }) => path === file)) return { accounts: null, problems: [] };
  const before = comparison.base === null ? null : await repository.read(comparison.base, file);
  const { accounts, problem } = addedAccounts(before, await repository.read(comparison.head, file), file);
  return { accounts, problems: problem === null ? [] : [problem] };
}
