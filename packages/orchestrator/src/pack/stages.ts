import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { findCycles } from "@pipelines/core/graph/cycles";
import { reversed, topologicalOrder } from "@pipelines/core/graph/order";

/** The workflow has four stages of applies, then four of destroys. */
export const STAGES_PER_DIRECTION = 4;

/** The units of one direction of work, each with those of the same run that have to end before it starts. */
export type Ordered = ReadonlyMap<UnitPath, readonly UnitPath[]>;

/**
 * Which units of the run have to end before each: its dependencies, also through units that do not run; for deletes
 * its dependents. Units of a cycle are left without an order among each other, since there is none.
 */
export function orderWithin(
  units: readonly AffectedUnit[],
  dependenciesOf: (unit: UnitPath) => readonly UnitPath[],
  direction: "dependencies first" | "dependents first",
): Ordered {
  const members = new Set(units.map(({ path }) => path));
  const graph = new Map<UnitPath, UnitPath[]>();
  for (const { path } of units) graph.set(path, nearestAmong(members, path, dependenciesOf));
  const inCycle = new Set(findCycles(graph).flat());
  for (const [path, targets] of graph) {
    if (inCycle.has(path))
      graph.set(
        path,
        targets.filter((target) => !inCycle.has(target)),
      );
  }
  return direction === "dependencies first" ? graph : reversed(graph);
}

/** The members that a unit depends on, directly or through units that are none; sorted, without the unit itself. */
function nearestAmong(
  members: ReadonlySet<UnitPath>,
  unit: UnitPath,
  dependenciesOf: (unit: UnitPath) => readonly UnitPath[],
): UnitPath[] {
  const nearest = new Set<UnitPath>();
  const seen = new Set<UnitPath>(dependenciesOf(unit));
  for (const dependency of seen) {
    if (members.has(dependency)) nearest.add(dependency);
    else for (const further of dependenciesOf(dependency)) seen.add(further);
  }
  nearest.delete(unit);
  return [...nearest].toSorted();
}

/** For each removed unit the remaining ones of the run that depended on it at base: their applies come first. */
export function usersBefore(
  remaining: readonly AffectedUnit[],
  removed: readonly AffectedUnit[],
  dependenciesAtBase: (unit: UnitPath) => readonly UnitPath[],
): Map<UnitPath, UnitPath[]> {
  const members = new Set(removed.map(({ path }) => path));
  const users = new Map<UnitPath, UnitPath[]>();
  for (const { path } of remaining) {
    for (const used of nearestAmong(members, path, dependenciesAtBase))
      users.set(used, [...(users.get(used) ?? []), path]);
  }
  return users;
}

/** The stage of each unit, from 1: as early as what it waits for in other environments allows. */
export function stagesOf(order: Ordered, environmentOf: (unit: UnitPath) => string): Map<UnitPath, number> {
  const stages = new Map<UnitPath, number>();
  for (const unit of topologicalOrder(order)) {
    const earlier = (order.get(unit) ?? []).map(
      (before) => (stages.get(before) ?? 1) + (environmentOf(before) === environmentOf(unit) ? 0 : 1),
    );
    stages.set(unit, Math.max(1, ...earlier));
  }
  return stages;
}
