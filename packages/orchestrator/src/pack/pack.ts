import { STAGES_PER_DIRECTION } from "@pipelines/core/configuration/promotion";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { type Action, traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { Account, RequestedAccount } from "@pipelines/core/contracts/change";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Job } from "@pipelines/core/contracts/job";
import type { Problem } from "@pipelines/core/contracts/problem";
import { byPath, type UnitPath } from "@pipelines/core/contracts/unit-path";
import { components, levels } from "@pipelines/core/graph/order";
import { listPaths } from "../decide/list-paths.ts";
import type { PromotedRun } from "../decide/promote.ts";
import { allWaitForAll, gatesAmong, waitsInRun, withoutCircles } from "./gates.ts";
import { jobId, jobName } from "./names.ts";
import { type Gates, type Ordered, orderWithin, stagesOf, usersBefore } from "./stages.ts";

export type Limits = {
  readonly unitsPerJob: number;
  /** Units that one job runs side by side. */
  readonly parallelism: number;
  /** The longest one unit may take. */
  readonly timeoutMinutes: number;
};

export function limitsOf({ jobs }: Pick<Configuration, "jobs">): Limits {
  return { unitsPerJob: jobs.units_per_job, parallelism: jobs.parallelism, timeoutMinutes: jobs.timeout_minutes };
}

export type PackInput = {
  readonly units: readonly AffectedUnit[];
  /** What a unit depends on at head, and at base for deletes; also of units that do not run. */
  readonly dependenciesAtHead: (unit: UnitPath) => readonly UnitPath[];
  readonly dependenciesAtBase: (unit: UnitPath) => readonly UnitPath[];
  readonly accounts: PackAccounts;
  readonly head: CommitSha;
  readonly mode: "plan" | "apply";
  readonly limits: Limits;
  /** The order of environments; `null` where nothing is applied in the end, so that there is none. */
  readonly promoted?: PromotedRun | null;
};

/** What is done about accounts. One job does it for all of them: they share files that it edits. */
export type PackAccounts = {
  readonly added: readonly Account[];
  /** Those that the factory makes, where it runs. */
  readonly requested: readonly RequestedAccount[];
  readonly factory: string | null;
};

const PLAN_STAGE = 1;
/** Account code comes after all stages. */
const PROVISION_STAGE = 2 * STAGES_PER_DIRECTION + 1;
const JOBS_PER_MATRIX = 256;
/**
 * GitHub ends a hosted job after 360 minutes, all at once. Ended by its own limit before that, a job is cancelled like
 * by a person: what runs is asked to stop, and gets its time to.
 */
const LONGEST_JOB_MINUTES = 350;

/** Packs units into jobs. Deterministic; every unit is in exactly one job, or withheld, or named by a problem. */
export function packJobs(input: PackInput): { jobs: Job[]; problems: Problem[] } {
  const { mode, limits, dependenciesAtHead, dependenciesAtBase } = input;
  const running = input.units.filter(({ withheld }) => withheld === undefined).toSorted(byPath);
  const removals = running.filter(({ action }) => traitsOf(action).removes);
  const others = running.filter(({ action }) => !traitsOf(action).removes);
  const promoted = input.promoted ?? null;
  const applied = staged(others, orderWithin(others, dependenciesAtHead, "dependencies first"), promoted, 0, mode);
  const destroyed = staged(
    removals,
    orderWithin(removals, dependenciesAtBase, "dependents first"),
    promoted,
    STAGES_PER_DIRECTION,
    mode,
  );
  const waits = waitsInRun(running, [applied.gates, destroyed.gates], promoted);
  // A unit that gave up its dependency on a removed one uses it until its own apply has ended well.
  const after = mode === "apply" ? usersBefore(others, removals, dependenciesAtBase) : new Map<UnitPath, UnitPath[]>();
  const refused = new Set(
    [applied, destroyed].flatMap(({ tooDeep, circular }) => [...tooDeep, ...circular].map(({ path }) => path)),
  );
  const blocked = removals.filter(({ path }) => after.get(path)?.some((user) => refused.has(user)) === true);
  const groups = [
    ...applied.groups,
    ...destroyed.groups.map((group) => ({ ...group, units: group.units.filter((unit) => !blocked.includes(unit)) })),
  ];
  const ofAccounts = accountJobs(running, input);
  const jobs = [...Map.groupBy(groups, ({ stage }) => stage)].flatMap(([stage, members]) =>
    jobsOf(
      members,
      { after, waits, followsAll: followsAll(stage, groups, applied.gates, promoted) },
      limits,
      JOBS_PER_MATRIX - (mode === "plan" && stage === PLAN_STAGE ? ofAccounts.length : 0),
    ),
  );
  jobs.push(...ofAccounts);
  const problems = [
    ...[applied.tooDeep, [...destroyed.tooDeep, ...blocked]].flatMap((units) =>
      units.length === 0 ? [] : [tooManyStages(units)],
    ),
    ...[applied.circular, destroyed.circular].flatMap((units) => (units.length === 0 ? [] : [inACircle(units)])),
  ];
  const matrices = Map.groupBy(jobs, ({ stage }) => stage);
  const tooMany = [...matrices.values()].find((members) => members.length > JOBS_PER_MATRIX);
  return tooMany === undefined
    ? { jobs, problems }
    : { jobs: [], problems: [...problems, tooManyJobs(tooMany, running)] };
}

/** Units whose jobs may run side by side, and do not mix with those of other groups. */
type Group = { readonly stage: number; readonly units: readonly AffectedUnit[]; readonly order: Ordered };

/** Groups the units of one direction by stage, environment and action. Plans need no stages. */
function staged(
  units: readonly AffectedUnit[],
  order: Ordered,
  promoted: PromotedRun | null,
  offset: number,
  mode: PackInput["mode"],
): { groups: Group[]; gates: Gates; tooDeep: AffectedUnit[]; circular: AffectedUnit[] } {
  // A job is of one environment and one commit: destroys that are due since earlier pushes have commits of their own.
  const jobKeys = new Map(units.map(({ path, environment, at }) => [path, `${environment} ${at}`]));
  const keyOf = (unit: UnitPath): string => jobKeys.get(unit) ?? "";
  let gates = gatesAmong(units, order, promoted);
  let { stages, circular: paths } = stagesOf(order, gates, keyOf);
  // A pull request can be split. What is merged has to be done, as far as dependencies let it.
  while (mode === "apply" && paths.length > 0) {
    gates = withoutCircles(gates, order, paths);
    ({ stages, circular: paths } = stagesOf(order, gates, keyOf));
  }
  const circular = units.filter(({ path }) => paths.includes(path));
  const tooDeep = units.filter(({ path }) => (stages.get(path) ?? 1) > STAGES_PER_DIRECTION);
  const stageOf = ({ path }: AffectedUnit): number => (mode === "plan" ? PLAN_STAGE : offset + (stages.get(path) ?? 1));
  const left = new Set([...tooDeep, ...circular]);
  const packed = mode === "plan" ? units : units.filter((unit) => !left.has(unit));
  const keyed = Map.groupBy(packed, (unit) => `${stageOf(unit)} ${unit.action} ${jobKeys.get(unit.path) ?? ""}`);
  const groups = [...keyed]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => ({ stage: Math.max(...members.map(stageOf)), units: members, order }));
  return { groups, gates, tooDeep, circular };
}

/** Whether nothing of a stage of applies can start unless all that comes before it ended well. */
function followsAll(stage: number, groups: readonly Group[], gates: Gates, promoted: PromotedRun | null): boolean {
  if (promoted === null || stage > STAGES_PER_DIRECTION) return false;
  const unitsOf = (wanted: (of: number) => boolean): AffectedUnit[] =>
    groups.filter((group) => wanted(group.stage)).flatMap(({ units }) => units);
  const [own, before] = [unitsOf((of) => of === stage), unitsOf((of) => of < stage)];
  return allWaitForAll(own, before, gates, promoted);
}

/** Environments are never mixed, so that more of them than a matrix has jobs can't be run side by side. */
function tooManyJobs(jobs: readonly Job[], units: readonly AffectedUnit[]): Problem {
  const environments = new Set(jobs.map(({ environment }) => environment)).size;
  return {
    kind: "other",
    path: null,
    units: units.map(({ path }) => path),
    file: null,
    line: null,
    message: `${jobs.length} jobs would have to run side by side, for ${environments} environments; GitHub starts at most ${JOBS_PER_MATRIX}. Nothing is run. Split the change into several, by environment.`,
  };
}

/** Units joined by a dependency share a job, the rest fills jobs up; denser when a matrix has no room for so many. */
function jobsOf(groups: readonly Group[], waiting: Waiting, limits: Limits, most: number): Job[] {
  const joined = groups.map((group) => ({ ...group, sets: joinedUnits(group.units, group.order) }));
  for (let size = limits.unitsPerJob; ; size *= 2) {
    const packed = joined.flatMap((group) => fill(group.sets, size).map((members) => ({ ...group, members })));
    const densest = groups.every(({ units }) => units.length <= size);
    if (packed.length > most && !densest) continue;
    return packed.flatMap(({ members, order, stage }) => jobOf(members, order, waiting, stage, limits));
  }
}

/** What the units of a stage wait for besides what orders them among each other. */
type Waiting = {
  /** For a removed unit the remaining ones that used it. */
  readonly after: Ordered;
  /** Environments of the same run that come first. */
  readonly waits: ReadonlyMap<UnitPath, readonly string[]>;
  readonly followsAll: boolean;
};

/** Sets of units that dependencies join, in the order of their first paths; most units stand alone. */
function joinedUnits(units: readonly AffectedUnit[], order: Ordered): AffectedUnit[][] {
  const byName = new Map(units.map((unit) => [unit.path, unit]));
  const edges = new Map([...order].filter(([path, before]) => byName.has(path) && before.length > 0));
  const joined = new Set([...edges.keys(), ...[...edges.values()].flat()].filter((path) => byName.has(path)));
  const graph = new Map([...joined].toSorted().map((path) => [path, edges.get(path) ?? []]));
  const sets = components(graph).map((members) => members.flatMap((path) => byName.get(path) ?? []));
  const alone = units.filter(({ path }) => !joined.has(path)).map((unit) => [unit]);
  return [...sets, ...alone].toSorted(([a], [b]) => (a === undefined || b === undefined ? 0 : byPath(a, b)));
}

function fill(sets: readonly (readonly AffectedUnit[])[], size: number): AffectedUnit[][] {
  const result: AffectedUnit[][] = [];
  let open: AffectedUnit[] = [];
  for (const members of sets) {
    if (open.length > 0 && open.length + members.length > size) {
      result.push(open);
      open = [];
    }
    open.push(...members);
  }
  return open.length === 0 ? result : [...result, open];
}

function jobOf(
  members: readonly AffectedUnit[],
  order: Ordered,
  { after, waits, followsAll }: Waiting,
  stage: number,
  limits: Limits,
): Job[] {
  const sorted = members.toSorted(byPath);
  const [first] = sorted;
  if (first === undefined) return [];
  const content = {
    stage,
    action: first.action,
    at: first.at,
    environment: first.environment,
    units: sorted.map(({ path }) => ({
      path,
      after: [...(order.get(path) ?? []), ...(after.get(path) ?? [])].toSorted(),
      ...(waits.has(path) ? { waitsFor: [...(waits.get(path) ?? [])] } : {}),
    })),
    ...(followsAll ? { followsAll } : {}),
    changes: [...new Set(sorted.flatMap(({ because }) => because.map(({ change }) => change)))].toSorted(),
    timeoutMinutes: timeoutOf(sorted, order, limits),
  };
  return [{ id: jobId(content), name: jobName(first.action, first.environment, sorted), ...content }];
}

/** Enough for every unit to take its longest, level by level, plus setting up. */
function timeoutOf(members: readonly AffectedUnit[], order: Ordered, limits: Limits): number {
  const rounds = levels(new Map(members.map(({ path }) => [path, order.get(path) ?? []]))).map((level) =>
    Math.ceil(level.length / limits.parallelism),
  );
  const total = rounds.reduce((sum, count) => sum + count, 0) * limits.timeoutMinutes + 10;
  return Math.min(total, LONGEST_JOB_MINUTES);
}

function accountJobs(running: readonly AffectedUnit[], { mode, head, accounts }: PackInput): Job[] {
  const { added, factory } = accounts;
  const requested = running.some(({ path }) => path === factory) ? accounts.requested : [];
  const names = [...added, ...requested].map(({ name }) => name).toSorted();
  if (names.length === 0) return [];
  const action: Action = mode === "apply" ? "provision-account" : "preview-account";
  const label = names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
  const content: Omit<Job, "id" | "name"> = {
    stage: mode === "apply" ? PROVISION_STAGE : PLAN_STAGE,
    action,
    at: head,
    environment: label,
    units: [],
    changes: [
      ...(added.length > 0 ? (["AccountAdded"] as const) : []),
      ...(requested.length > 0 ? (["AccountRequested"] as const) : []),
    ],
    accounts: { added: [...added], requested: [...requested] },
    timeoutMinutes: 15,
  };
  return [{ id: jobId(content), name: jobName(action, label, []), ...content }];
}

function tooManyStages(units: readonly AffectedUnit[]): Problem {
  const names = listPaths(units.map(({ path }) => path));
  return {
    kind: "too-many-stages",
    path: units[0]?.path ?? null,
    units: units.map(({ path }) => path),
    file: null,
    line: null,
    message: `${names} depend on more than ${STAGES_PER_DIRECTION} environments in a row, or come after them by \`environments.*.after\`, which one run can't do. Split the change into several, dependencies first.`,
  };
}

function inACircle(units: readonly AffectedUnit[]): Problem {
  const names = listPaths(units.map(({ path }) => path));
  return {
    kind: "other",
    path: units[0]?.path ?? null,
    units: units.map(({ path }) => path),
    file: null,
    line: null,
    message: `${names} wait for each other: some depend on others whose environment comes later by \`environments.*.after\`. Split the change into several, dependencies first.`,
  };
}
