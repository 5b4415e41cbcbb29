import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { findCycles } from "@pipelines/core/graph/cycles";
import { liesIn, type Snapshot, UNIT_FILE } from "../discover/snapshot.ts";

/** Refuses deletes of units that a remaining unit still depends on or reads: named always, withheld where it counts. */
export function refuseDeletes(
  units: readonly AffectedUnit[],
  head: Snapshot,
): { units: AffectedUnit[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const checked = units.map((unit): AffectedUnit => {
    if (unit.status !== "deleted") return unit;
    const users = [...head.units.values()]
      .filter(
        ({ dependencies, reads }) =>
          dependencies.includes(unit.path) ||
          [...reads.keys()].some((file) => liesIn(file, unit.path) && !head.files.has(file)),
      )
      .map(({ path }) => path);
    if (users.length === 0) return unit;
    const message = `\`${unit.path}\` can't be deleted while ${users.map((path) => `\`${path}\``).join(", ")} ${users.length === 1 ? "uses" : "use"} it. Remove the use first, or in the same change.`;
    problems.push({
      kind: "refused-delete",
      path: unit.path,
      file: fileOf(users[0] ?? unit.path),
      line: null,
      message,
    });
    return unit.action === "destroy" ? { ...unit, withheld: { by: "remaining-dependents", message } } : unit;
  });
  return { units: checked, problems };
}

/** What is wrong with the dependencies at head: cycles as a path, and dependencies on what is no unit. */
export function dependencyProblems(head: Snapshot, deleted: ReadonlySet<UnitPath>): Problem[] {
  const graph = new Map([...head.units.values()].map(({ path, dependencies }) => [path, dependencies]));
  const cycles = findCycles(graph).map((cycle): Problem => {
    const first = cycle[0];
    return {
      kind: "dependency-cycle",
      path: first ?? null,
      file: first === undefined ? null : fileOf(first),
      line: null,
      message: `These units depend on each other in a circle: ${cycle.join(" → ")}. Remove one of the dependencies.`,
    };
  });
  const missing = [...head.units.values()].flatMap(({ path, dependencies }) =>
    dependencies
      .filter((dependency) => !head.units.has(dependency) && !deleted.has(dependency))
      .map((dependency): Problem => {
        return {
          kind: "missing-dependency",
          path,
          file: fileOf(path),
          line: null,
          message: `\`${path}\` depends on \`${dependency}\`, which is no unit of this repository.`,
        };
      }),
  );
  return [...cycles, ...missing];
}

function fileOf(unit: UnitPath): string {
  return unit === "." ? UNIT_FILE : `${unit}/${UNIT_FILE}`;
}
