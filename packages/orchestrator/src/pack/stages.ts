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
  for (const { path } of units) {
    const nearest = new Set<UnitPath>();
    const seen = new Set<UnitPath>(dependenciesOf(path));
    for (const dependency of seen) {
      if (members.has(dependency)) nearest.add(dependency);
      else for (const further of dependenciesOf(dependency)) seen.add(further);
    }
    nearest.delete(path);
    graph.set(path, [...nearest].toSorted());
  }
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
