import { traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { Problem } from "@pipelines/core/contracts/problem";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { fileIn, type Snapshot, UNIT_FILE, unitOwning } from "../discover/snapshot.ts";
import { listPaths } from "./list-paths.ts";

/** Refuses deletes of units that a remaining unit still depends on or reads: named always, withheld where it counts. */
export function refuseDeletes(
  units: readonly AffectedUnit[],
  head: Snapshot,
): { units: AffectedUnit[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const usersOf = usersOfDeleted(units, head);
  const checked = units.map((unit): AffectedUnit => {
    const users = usersOf.get(unit.path) ?? [];
    if (users.length === 0) return unit;
    const message = `\`${unit.path}\` can't be deleted while ${listPaths(users)} ${users.length === 1 ? "uses" : "use"} it. Remove the use first, or in the same change.`;
    problems.push({
      kind: "refused-delete",
      path: unit.path,
      file: fileIn(users[0] ?? unit.path, UNIT_FILE),
      line: null,
      message,
    });
    return traitsOf(unit.action).writes ? { ...unit, withheld: { by: "remaining-dependents", message } } : unit;
  });
  return { units: checked, problems };
}

/** For each deleted unit the remaining ones that depend on it, or that read a file which went with it. */
function usersOfDeleted(units: readonly AffectedUnit[], head: Snapshot): Map<UnitPath, UnitPath[]> {
  const users = new Map<UnitPath, UnitPath[]>();
  for (const { path, status } of units) if (status === "deleted") users.set(path, []);
  if (users.size === 0) return users;
  const isDeleted = (folder: string): boolean => users.has(UnitPath.parse(folder));
  for (const { path, dependencies, reads } of head.units.values()) {
    const gone = [...reads.keys()].filter((file) => !head.files.has(file));
    const owners = gone.flatMap((file) => unitOwning(file, isDeleted) ?? []).map((folder) => UnitPath.parse(folder));
    for (const used of new Set([...dependencies, ...owners])) users.get(used)?.push(path);
  }
  return users;
}
