import { type Configurations, configurationsOf } from "@pipelines/core/configuration/configurations";
import { environmentLookup, globMatcher } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { unitsTouchedBy } from "@pipelines/core/configuration/touched-units";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { openRepository, type Repository } from "@pipelines/core/git/repository";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { locateTerragrunt } from "@pipelines/core/terragrunt/binary";
import { configurationProblems } from "./check-configuration.ts";
import { type Classified, classifyChanges, RULES } from "./classify/classify.ts";
import { withoutIgnoredUnits } from "./classify/ignored-units.ts";
import { requestedChanges } from "./classify/requested.ts";
import { type Compared, compareCommits, type Wanted } from "./compare/comparison.ts";
import { ancestryOfLook } from "./compare/look.ts";
import { addedAccounts, withoutCode } from "./configuration.ts";
import { assess, nothingToDo } from "./decide/assess.ts";
import { decide } from "./decide/decide.ts";
import { type Owed, owedChange, owedDestroys, owedUnits } from "./decide/due.ts";
import { existence } from "./decide/exists.ts";
import { untouchedNotice } from "./decide/judge-faults.ts";
import { isAnyGone, type Rename } from "./decide/moves.ts";
import { promotedRun, promotionsOf, withPromotion } from "./decide/promote.ts";
import type { Settings } from "./decide/settings.ts";
import { bothSnapshots, type WantedUnits } from "./discover/both-snapshots.ts";
import { wholeDiff } from "./discover/generated-diff.ts";
import { fileIn, STACK_FILE, UNIT_FILE } from "./discover/paths.ts";
import type { Snapshot } from "./discover/snapshot.ts";
import { discoveringTerragrunt } from "./discover/terragrunt/client.ts";
import { discoveryEnvironment } from "./discover/terragrunt/environment.ts";
import { startStsStandIn } from "./discover/terragrunt/sts-stand-in.ts";
import { standInNotice } from "./discover/terragrunt/variables.ts";
import { type HclParser, loadHclParser } from "./hcl/parse.ts";
import { type Limits, packJobs } from "./pack/pack.ts";
import { deployBranchAt, settingsOf } from "./settings.ts";

/** The files whose place makes units and stacks, as git's patterns at any depth. */
const CONFIGURATION_FILES = [`:(glob)**/${UNIT_FILE}`, `:(glob)**/${STACK_FILE}`];

/** What the orchestrator talks to: git, Terragrunt through an environment, and the HCL parser. */
export type OrchestratorEdges = {
  readonly repository: Repository;
  readonly configurations: Configurations;
  /** What the ledger said before; `null` without one. */
  readonly look: LedgerLook | null;
  readonly parseHcl: HclParser;
  /** The whole environment of the tools: no token, no credentials. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
};

/**
 * The edges for a repository folder, from the environment of this process.
 *
 * @param configurationFile a configuration file to use in place of the repository's own
 * @param look what the ledger said before
 */
export async function orchestratorEdges(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  configurationFile: string | null = null,
  look: LedgerLook | null = null,
): Promise<OrchestratorEdges> {
  const clean = toolEnvironment(environment);
  const repository = openRepository(folder, clean);
  const configurations = configurationsOf(repository, configurationFile);
  return { repository, configurations, look, parseHcl: await loadHclParser(), toolEnvironment: clean };
}

/** Of which units is asked. */
export type Extent = "affected" | "all";

/**
 * Determines what changed between two commits, what it affects and why, and which jobs have to run.
 *
 * @param extent whether Terragrunt evaluates what the comparison may affect, or every unit to find what is wrong anywhere
 * @throws MissingCommitError, ConfigurationError, ToolError, EventError when it can't be determined at all
 */
export async function orchestrate(
  edges: OrchestratorEdges,
  wanted: Wanted,
  extent: Extent = "affected",
): Promise<Assessment> {
  const { repository, configurations } = edges;
  const compared = await compareCommits(
    repository,
    wanted,
    (commit) => deployBranchAt(configurations, repository, commit),
    edges.look,
  );
  if (compared.kind === "nothing") return nothingToDo(compared.comparison, compared.why);
  const { comparison } = compared;
  const request = compared.kind === "requested" ? compared.request : null;
  const diff = await repository.diff(comparison.base, comparison.head);
  const { settings, notices } = await settingsOf(configurations, comparison, diff);
  if (diff.length === 0 && request === null && !mayOwe(edges.look, comparison))
    return nothingToDo(comparison, "Nothing to do: the two commits hold the same files.");

  const { base, head, discovery } = await discover(
    edges,
    comparison,
    diff,
    settings,
    wantedUnits(compared, extent, edges.look),
  );
  const accounts = await accountChanges(repository, comparison, diff, settings.governing);
  const isIgnored = globMatcher(settings.governing.ignore);
  const isIgnoredUnit = (unit: UnitPath): boolean => isIgnored(fileIn(unit, UNIT_FILE));
  const reconfigured = unitsTouchedBy(settings.atBase, settings.atHead, head.units);
  const checked = await configurationProblems(repository, configurations, { base, head, diff, settings });
  const commits = { base, head, configuration: settings.governing, addedAccounts: accounts.accounts, reconfigured };
  const found =
    compared.kind === "due"
      ? { changes: [], unmatched: [], ignored: [] }
      : request === null
        ? classifyChanges(wholeDiff(diff, base, head), commits, RULES)
        : requestedChanges(head, request);
  const owed = await owedBy(edges, compared, head);
  const classified = withOwed(withoutIgnoredUnits(found, isIgnoredUnit), owed);
  const decided = decide({
    ...{ comparison, request, settings, base, head, diff, classified, isIgnored, isIgnoredUnit, owed },
    destroys: await owedDestroys(owed, configurations, settings),
    writes: writesAny(compared),
    existsNow: await existsNow(repository, comparison, head),
    renames: isAnyGone(base, head) ? await renamesBetween(repository, comparison) : [],
  });
  const promoted = promotedRun(edges.look, compared, settings);
  const dependenciesAt = (snapshot: Snapshot) => (unit: UnitPath) =>
    snapshot.facts.get(unit)?.dependencies ?? decided.owedDependencies(unit);
  const waiting = withPromotion(decided.units, {
    ...{ promoted, comparison, problems: [...checked.problems, ...decided.problems], look: edges.look },
    takesDueAlone: compared.kind === "due",
    environmentOf: environmentLookup(settings.newest),
    dependenciesAtHead: dependenciesAt(head),
    dependenciesAtBase: dependenciesAt(base),
  });
  const packed = packJobs({
    units: waiting,
    promoted,
    dependenciesAtHead: (unit) => head.facts.get(unit)?.dependencies ?? [],
    dependenciesAtBase: (unit) => base.facts.get(unit)?.dependencies ?? decided.owedDependencies(unit),
    accounts: withoutCode(accounts.accounts ?? [], head.files.keys()),
    head: comparison.head,
    mode: writesAny(compared) ? "apply" : "plan",
    limits: limitsOf(settings.governing),
  });
  return assess({
    comparison,
    governing: settings.governing,
    classified,
    units: waiting,
    promotions: promoted === null ? [] : promotionsOf(waiting, promoted.promotion),
    jobs: compared.kind === "comparison" && compared.withoutCloud ? [] : packed.jobs,
    problems: [...checked.problems, ...accounts.problems, ...decided.problems, ...packed.problems],
    living: head.units,
    untouched: decided.untouched,
    notices: [
      ...notices,
      ...owed.notices,
      ...decided.notices,
      ...comparedNotices(compared),
      ...checked.notices,
      ...untouchedNotice(decided.untouched),
      ...standInNotice(head.unset),
    ],
    discovery,
  });
}

/** Which units Terragrunt evaluates: what is due belongs to what a push affects, and to nothing else that is asked for. */
function wantedUnits(
  compared: Exclude<Compared, { kind: "nothing" }>,
  extent: Extent,
  look: LedgerLook | null,
): WantedUnits {
  if (extent === "all") return { kind: "all" };
  if (compared.kind === "requested") return { kind: "named", matches: globMatcher(compared.request.globs) };
  const { mode, base, head, ledgerClaim } = compared.comparison;
  const takesDue = ledgerClaim !== undefined && (compared.kind === "due" || mode === "apply");
  const owed = new Set(
    (takesDue ? (look?.units ?? []) : []).flatMap(({ unit, due, applied }) => ((due ?? applied) ? [unit] : [])),
  );
  return { kind: "affected", also: base === head ? owed : dueUnits(look, takesDue) };
}

/** The units that are due, whether this run may take them or not. */
function dueUnits(look: LedgerLook | null, takesDue: boolean): ReadonlySet<UnitPath> {
  return new Set((takesDue ? (look?.units ?? []) : []).flatMap(({ unit, due }) => (due === undefined ? [] : [unit])));
}

/** Reads both commits by Terragrunt, and says what that cost. */
async function discover(
  edges: OrchestratorEdges,
  comparison: Comparison,
  diff: readonly ChangedFile[],
  settings: Settings,
  wanted: WantedUnits,
) {
  await locateTerragrunt(edges.toolEnvironment, edges.repository.folder);
  await using sts = await startStsStandIn();
  const terragrunt = discoveringTerragrunt();
  const { base, head } = await bothSnapshots(
    {
      ...edges,
      terragrunt,
      gitEnvironment: edges.toolEnvironment,
      toolEnvironment: discoveryEnvironment(edges.toolEnvironment, sts.url),
    },
    comparison,
    diff,
    settings,
    wanted,
  );
  const { calls, seconds } = terragrunt.cost();
  const snapshots = base === head || base.facts === head.facts || base.facts.size === 0 ? 1 : 2;
  return { base, head, discovery: { snapshots, terragruntCalls: calls, seconds } };
}

function comparedNotices(compared: Compared): string[] {
  return compared.kind === "comparison" && compared.notice !== undefined ? [compared.notice] : [];
}

/** Whether the run is to change anything but reports. */
function writesAny(compared: Exclude<Compared, { kind: "nothing" }>): boolean {
  if (compared.kind === "due") return true;
  return compared.kind === "requested"
    ? traitsOf(compared.request.action).writes
    : compared.comparison.mode === "apply";
}

/** Whether something may be due that this run can take along. */
function mayOwe(look: LedgerLook | null, { ledgerClaim }: Comparison): boolean {
  return (
    look !== null && ledgerClaim !== undefined && look.units.some(({ due, applied }) => (due ?? applied) !== undefined)
  );
}

/** What is due and free to be taken by this run: of a push all, of a request for what is due the units that it names. */
async function owedBy(
  { look, repository }: OrchestratorEdges,
  compared: Exclude<Compared, { kind: "nothing" }>,
  head: Snapshot,
): Promise<Owed> {
  const { comparison } = compared;
  const takesDue = compared.kind === "due" || (compared.kind === "comparison" && comparison.mode === "apply");
  if (look === null || !takesDue || comparison.ledgerClaim === undefined) return { units: [], notices: [] };
  return owedUnits({
    ...{ look, comparison, contains: await ancestryOfLook(repository, look, comparison.head) },
    existsAtHead: (unit) => head.units.has(unit),
    asked: compared.kind === "due" ? globMatcher(compared.globs) : null,
  });
}

function withOwed(classified: Classified, owed: Owed): Classified {
  const change = owedChange(owed);
  return change === null ? classified : { ...classified, changes: [...classified.changes, change] };
}

function limitsOf({ jobs }: Configuration): Limits {
  return { unitsPerJob: jobs.units_per_job, parallelism: jobs.parallelism, timeoutMinutes: jobs.timeout_minutes };
}

/** Whether a unit exists on the branch now, as far as that keeps it from being destroyed. */
async function existsNow(
  repository: Repository,
  { tip, destroyExisting }: Comparison,
  head: Snapshot,
): Promise<(unit: UnitPath) => boolean> {
  if (destroyExisting === true) return () => false;
  if (tip === undefined) return (unit) => head.units.has(unit);
  return existence(
    head,
    (await repository.tree(tip)).map(({ path }) => path),
  );
}

async function renamesBetween(repository: Repository, { base, head }: Comparison): Promise<readonly Rename[]> {
  return base === null ? [] : repository.renames(base, head, CONFIGURATION_FILES);
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
