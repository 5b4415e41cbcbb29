import { comesFirst } from "@pipelines/core/configuration/comes-first";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { reachable, reversed } from "@pipelines/core/graph/order";
import type { PromotedRun } from "../decide/promote.ts";
import { type Gates, graphOf, type Ordered } from "./stages.ts";

const NO_GATES: Gates = { of: new Map(), members: new Map() };

/**
 * The gates among units of one direction of work. No gate keeps a unit from starting before one that needs it: dependencies
 * stand above the order of environments.
 */
export function gatesAmong(units: readonly AffectedUnit[], order: Ordered, run: PromotedRun | null): Gates {
  if (run === null || run.promotion.size === 0) return NO_GATES;
  const { promotion, commitsOf } = run;
  const placed = units.flatMap((unit) =>
    commitsOf(unit).map((commit) => ({ gate: gateOf(unit.environment, commit), path: unit.path })),
  );
  const members = new Map(
    [...Map.groupBy(placed, ({ gate }) => gate)].map(([gate, all]) => [gate, all.map(({ path }) => path)]),
  );
  const of = new Map<UnitPath, readonly string[]>();
  for (const unit of units) {
    const keys = [...(promotion.get(unit.environment) ?? [])].flatMap((name) =>
      commitsOf(unit)
        .map((commit) => gateOf(name, commit))
        .filter((gate) => members.has(gate)),
    );
    if (keys.length > 0) of.set(unit.path, keys.toSorted());
  }
  return withoutNeeded({ of, members }, order);
}

/** No unit's path begins so. */
const gateOf = (environment: string, commit: string): string => `//${environment} ${commit}`;

/** Gates without the units that come after those that wait, by dependencies. */
function withoutNeeded(gates: Gates, order: Ordered): Gates {
  const later = reversed(order);
  const behindAny = reachable(
    later,
    [...gates.of.keys()].flatMap((path) => later.get(path) ?? []),
  );
  const touched = new Set(
    [...gates.members].flatMap(([key, paths]) => (paths.some((path) => behindAny.has(path)) ? [key] : [])),
  );
  const members = new Map(gates.members);
  const of = new Map<UnitPath, readonly string[]>();
  for (const [path, keys] of gates.of) {
    if (!keys.some((key) => touched.has(key))) {
      of.set(path, keys);
      continue;
    }
    const behind = reachable(later, [path]);
    const own = keys.flatMap((key) => {
      const left = (gates.members.get(key) ?? []).filter((member) => !behind.has(member));
      if (left.length === (gates.members.get(key) ?? []).length) return [key];
      if (left.length === 0) return [];
      members.set(`${key} ${path}`, left);
      return [`${key} ${path}`];
    });
    if (own.length > 0) of.set(path, own);
  }
  return { of, members };
}

/**
 * Gates without what units of circles wait for in their circle: there dependencies alone say who goes first, since nobody
 * could begin otherwise. What was merged by several pull requests can be such a circle, and nobody can split it any more.
 */
export function withoutCircles(gates: Gates, order: Ordered, circular: readonly UnitPath[]): Gates {
  const waiting = reversed(graphOf(gates, order));
  const members = new Map(gates.members);
  const of = new Map(gates.of);
  for (const path of circular) {
    const behind = reachable<string>(waiting, [path]);
    const own = (gates.of.get(path) ?? []).flatMap((key) => {
      const all = gates.members.get(key) ?? [];
      const left = all.filter((member) => !behind.has(member));
      if (left.length === all.length) return [key];
      const ofItsOwn = key.endsWith(` ${path}`) ? key : `${key} ${path}`;
      if (left.length > 0) members.set(ofItsOwn, left);
      return left.length === 0 ? [] : [ofItsOwn];
    });
    if (own.length > 0) of.set(path, own);
    else of.delete(path);
  }
  return { of, members };
}

/** The environments that each unit waits for in this run: also a destroy for applies, which come before it anyway. */
export function waitsInRun(
  units: readonly AffectedUnit[],
  gates: readonly Gates[],
  run: PromotedRun | null,
): Map<UnitPath, string[]> {
  const waits = new Map<UnitPath, string[]>();
  if (run === null || run.promotion.size === 0) return waits;
  const environments = new Map(units.map(({ path, environment }) => [path, environment]));
  for (const { of, members } of gates) {
    for (const [path, keys] of of) {
      const names = keys.flatMap((key) => environments.get(members.get(key)?.[0] ?? path) ?? []);
      waits.set(path, [...new Set(names)].toSorted());
    }
  }
  const applied = new Set(
    units
      .filter(({ action }) => !traitsOf(action).removes)
      .flatMap((unit) => run.commitsOf(unit).map((commit) => `${unit.environment} ${commit}`)),
  );
  for (const unit of units.filter(({ action }) => traitsOf(action).removes)) {
    const names = [...(run.promotion.get(unit.environment) ?? [])].filter((name) =>
      run.commitsOf(unit).some((commit) => applied.has(`${name} ${commit}`)),
    );
    if (names.length > 0) waits.set(unit.path, [...new Set([...(waits.get(unit.path) ?? []), ...names])].toSorted());
  }
  return waits;
}

/** Whether every one of some units waits for every one of others: then nothing of the first starts without all of those. */
export function allWaitForAll(
  waiting: readonly AffectedUnit[],
  others: readonly AffectedUnit[],
  gates: Gates,
  { promotion, commitsOf }: PromotedRun,
): boolean {
  // A gate of its own leaves somebody out.
  if (waiting.some(({ path }) => (gates.of.get(path) ?? []).some((key) => key.endsWith(` ${path}`)))) return false;
  const kinds = (units: readonly AffectedUnit[]): AffectedUnit[] => [
    ...new Map(units.map((unit) => [`${unit.environment} ${commitsOf(unit).join(" ")}`, unit])).values(),
  ];
  const promotedOf = (unit: AffectedUnit) => ({
    ...{ path: unit.path, environments: [unit.environment], commits: commitsOf(unit) },
    removes: traitsOf(unit.action).removes,
  });
  const [firsts, thens] = [kinds(others).map(promotedOf), kinds(waiting).map(promotedOf)];
  return firsts.length > 0 && thens.every((then) => firsts.every((first) => comesFirst(first, then, promotion)));
}
