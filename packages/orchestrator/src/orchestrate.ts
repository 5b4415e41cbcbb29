import { type Configurations, configurationsOf } from "@pipelines/core/configuration/configurations";
import { environmentLookup } from "@pipelines/core/configuration/environments";
import { unitsTouchedBy } from "@pipelines/core/configuration/touched-units";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { openRepository, type Repository } from "@pipelines/core/git/repository";
import { withSubmodules } from "@pipelines/core/git/submodules";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { accountChanges, withoutCode } from "./accounts.ts";
import { assess, nothingToDo } from "./assess.ts";
import { configurationProblems } from "./check-configuration.ts";
import { classifyComparison } from "./classify/classify-comparison.ts";
import { ignoredBy } from "./classify/ignored-units.ts";
import { noticesOf, requestOf, writesAny } from "./compare/compared.ts";
import { compareCommits, type Query } from "./compare/comparison.ts";
import { type Extent, mayOwe, unitsToEvaluate } from "./compare/units-to-evaluate.ts";
import { branchFacts } from "./decide/branch-facts.ts";
import { decide } from "./decide/decide.ts";
import { promotedRun, promotionsOf, withPromotion } from "./decide/promote.ts";
import { discover } from "./discover/discover.ts";
import type { Snapshot } from "./discover/snapshot.ts";
import type { DiscoveryWatch } from "./discover/terragrunt/client.ts";
import { owedBy } from "./due/owed-by.ts";
import { type HclParser, loadHclParser } from "./hcl/parse.ts";
import { limitsOf, packJobs } from "./pack/pack.ts";
import { rulesOf, settingsOf } from "./settings.ts";

/** What the orchestrator talks to: git, Terragrunt through an environment, and the HCL parser. */
export type OrchestratorEdges = {
  readonly repository: Repository;
  readonly configurations: Configurations;
  /** What the ledger said before; `null` without one. */
  readonly look: LedgerLook | null;
  readonly parseHcl: HclParser;
  /** The whole environment of the tools: no token, no credentials. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
  /** A token that only reads, for the private sources of stacks; empty where there is none. */
  readonly moduleToken: string;
  /** Somebody who watches, and can ask for a stop. */
  readonly watch?: DiscoveryWatch;
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
  const moduleToken = environment["PIPELINES_MODULE_TOKEN"] ?? "";
  return { repository, configurations, look, parseHcl: await loadHclParser(), toolEnvironment: clean, moduleToken };
}

/**
 * Determines what changed between two commits, what it affects and why, and which jobs have to run.
 *
 * @param extent whether Terragrunt evaluates what the comparison may affect, or every unit to find what is wrong anywhere
 * @throws MissingCommitError, ConfigurationError, ToolError, EventError when it can't be determined at all
 */
export async function orchestrate(
  edges: OrchestratorEdges,
  query: Query,
  extent: Extent = "affected",
): Promise<Assessment> {
  const { configurations, look } = edges;
  const compared = await compareCommits(edges.repository, query, rulesOf(configurations, edges.repository), look);
  if (compared.kind === "nothing") return nothingToDo(compared.comparison, compared.why);
  const { comparison } = compared;
  const [request, writes, said] = [requestOf(compared), writesAny(compared), noticesOf(compared)];
  const commits = [comparison.base, comparison.head].filter((commit) => commit !== null);
  const repository = await withSubmodules(edges.repository, commits, edges.toolEnvironment);
  const ofGit = await repository.diff(comparison.base, comparison.head);
  const { settings, notices } = await settingsOf(configurations, comparison, ofGit);
  const { governing } = settings;
  if (ofGit.length === 0 && extent === "affected" && request === null && !mayOwe(compared, look)) {
    return nothingToDo(comparison, "Nothing to do: the two commits hold the same files.");
  }

  const wanted = unitsToEvaluate(compared, extent, look);
  const discovered = await discover({ ...edges, repository }, comparison, ofGit, settings, wanted);
  const { base, head } = discovered;
  const checked = await configurationProblems(repository, configurations, { base, head, diff: ofGit, settings });
  const accounts = await accountChanges(repository, comparison, ofGit, head.files.keys(), governing);
  const owed = await owedBy(edges, compared, head, settings);

  const ignored = ignoredBy(governing);
  const reconfigured = unitsTouchedBy(settings.atBase, settings.atHead, head.units);
  const ofAccounts = { addedAccounts: accounts.added, accountsEdited: accounts.edited };
  const changed = { configuration: governing, ...ofAccounts, reconfigured };
  const classified = classifyComparison(compared, discovered, changed, owed, ignored);
  const decided = decide({
    ...{ comparison, request, writes, settings, base, head, diff: ofGit, classified, owed, ignored },
    branch: await branchFacts(repository, comparison, base, head),
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
  const promotions = promoted === null ? [] : promotionsOf(waiting, promoted.promotion);
  const runs = new Set(decided.runnable.map(({ path }) => path));
  const packed = packJobs({
    units: waiting.filter(({ path }) => runs.has(path)),
    promoted,
    dependenciesAtHead: (unit) => head.facts.get(unit)?.dependencies ?? [],
    dependenciesAtBase: (unit) => base.facts.get(unit)?.dependencies ?? decided.owedDependencies(unit),
    accounts: {
      added: withoutCode(accounts.added ?? [], head.files.keys(), governing.accounts.folder),
      requested: writes ? accounts.pending : accounts.requested,
      factory: governing.accounts.factory_unit ?? null,
    },
    head: comparison.head,
    mode: writes ? "apply" : "plan",
    limits: limitsOf(governing),
  });
  return assess({
    ...{ comparison, governing, classified, living: head.units, discovery: discovered.discovery },
    ...{ units: waiting, untouched: decided.untouched, look, promotions },
    jobs: compared.kind === "comparison" && compared.withoutCloud ? [] : packed.jobs,
    problems: [...checked.problems, ...accounts.problems, ...decided.problems, ...packed.problems],
    notices: [...notices, ...accounts.notices, ...owed.notices, ...said, ...checked.notices, ...discovered.notices],
  });
}
