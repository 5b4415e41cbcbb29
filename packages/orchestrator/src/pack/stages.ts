import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { findCycles } from "@pipelines/core/graph/cycles";
import { reversed, topologicalOrder } from "@pipelines/core/graph/order";

/** The units of one direction of work, each with those of the same run that have to end before it starts. */
export type Ordered = ReadonlyMap<UnitPath, readonly UnitPath[]>;

/**
 * What units wait for because of the order of environments. A gate stands for all units of one environment and commit, so
 * that a thousand units that wait for a thousand others are two thousand edges and not a million.
 */
export type Gates = {
  /** The gates that a unit waits for. */
  readonly of: ReadonlyMap<UnitPath, readonly string[]>;
  /** The units that have to end well before a gate is open. */
  readonly members: ReadonlyMap<string, readonly UnitPath[]>;
};

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

/**
 * The stage of each unit, from 1: as early as what it waits for in other environments allows. Units that wait for each
 * other, some by their dependencies and some by the order of environments, have none.
 */
export function stagesOf(
  order: Ordered,
  gates: Gates,
  environmentOf: (unit: UnitPath) => string,
): { stages: Map<UnitPath, number>; circular: UnitPath[] } {
  const graph = graphOf(gates, order);
  const circular = takeCircles(graph, order);
  const stages = new Map<UnitPath, number>();
  const open = new Map<string, number>();
  for (const node of topologicalOrder(graph)) {
    const unit = unitAt(order, node);
    if (unit === null) {
      open.set(node, Math.max(1, ...(gates.members.get(node) ?? []).map((member) => stages.get(member) ?? 1)));
      continue;
    }
    const earlier = (order.get(unit) ?? []).map(
      (before) => (stages.get(before) ?? 1) + (environmentOf(before) === environmentOf(unit) ? 0 : 1),
    );
    const opened = (gates.of.get(unit) ?? []).map((gate) => (open.get(gate) ?? 1) + 1);
    stages.set(unit, Math.max(1, ...earlier, ...opened));
  }
  return { stages, circular };
}

/** What units and gates wait for. */
export function graphOf({ of, members }: Gates, order: Ordered): Map<string, readonly string[]> {
  const graph = new Map<string, readonly string[]>(members);
  for (const [unit, before] of order) graph.set(unit, [...before, ...(of.get(unit) ?? [])]);
  return graph;
}

/** Takes the units of circles out of a graph, and answers them. */
function takeCircles(graph: Map<string, readonly string[]>, order: Ordered): UnitPath[] {
  const circular: UnitPath[] = [];
  for (let cycles = findCycles(graph); cycles.length > 0; cycles = findCycles(graph)) {
    for (const node of new Set(cycles.flat())) {
      const unit = unitAt(order, node);
      if (unit !== null && graph.delete(node)) circular.push(unit);
    }
  }
  return circular.toSorted();
}

/** The unit that a node is; `null` for a gate. */
function unitAt(order: Ordered, node: string): UnitPath | null {
  const path = UnitPath.safeParse(node);
  return path.success && order.has(path.data) ? path.data : null;
}
