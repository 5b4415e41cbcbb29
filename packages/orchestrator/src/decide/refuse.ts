import { carriedOutBy, changesUnits } from "@pipelines/core/contracts/action";
import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { Mode } from "@pipelines/core/contracts/comparison";
import type { Problem } from "@pipelines/core/contracts/problem";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { byHand } from "@pipelines/core/wording/by-hand";
import { JSON_UNIT_FILE } from "../discover/json-units.ts";
import { fileIn, liesIn, UNIT_FILE, unitOwning } from "../discover/paths.ts";
import type { Snapshot } from "../discover/snapshot.ts";
import { listPaths } from "./list-paths.ts";
import { finalAction, withheldInTheEnd, withholding } from "./merge.ts";

/**
 * Refuses deletes of units that a remaining unit still depends on or reads: named always, and never destroyed. A destroy is
 * withheld as well while a unit that gave up its use of it is not applied.
 */
export function refuseDeletes(
  units: readonly AffectedUnit[],
  base: Snapshot,
  head: Snapshot,
  mode: Mode,
): { units: AffectedUnit[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const usersOf = usersOfDeleted(units, base, head);
  const lateUsersOf = usersNotApplied(units, base, head, mode);
  const checked = units.map((unit): AffectedUnit => {
    const users = usersOf.get(unit.path) ?? [];
    if (users.length === 0) return withheldFor(unit, lateUsersOf.get(unit.path) ?? []);
    const why = `\`${unit.path}\` can't be deleted while ${listPaths(users)} ${users.length === 1 ? "uses" : "use"} it.`;
    const next = "Remove the use first, or in the same change.";
    const place = placeOfUse(unit.path, users[0] ?? unit.path, head);
    problems.push({ kind: "refused-delete", path: unit.path, ...place, message: `${why} ${next}` });
    return { ...unit, ...withholding(unit.action, { by: "remaining-dependents", message: why, next }) };
  });
  return { units: checked, problems };
}

/** Where a unit's text names the one that it uses, or the stack that made it. */
function placeOfUse(used: UnitPath, user: UnitPath, head: Snapshot): { file: string; line: number | null } {
  const places = head.facts.get(user)?.places;
  const stack = [...(places?.keys() ?? [])].find((folder) => liesIn(used, folder));
  const place = places?.get(used) ?? (stack === undefined ? undefined : places?.get(stack));
  return place ?? { file: fileIn(user, head.jsonUnits.has(user) ? JSON_UNIT_FILE : UNIT_FILE), line: null };
}

/** For each deleted unit the remaining ones that depend on it, or that read a file which went with it. */
function usersOfDeleted(units: readonly AffectedUnit[], base: Snapshot, head: Snapshot): Map<UnitPath, UnitPath[]> {
  const users = new Map<UnitPath, UnitPath[]>();
  for (const { path, status } of units) if (status === "deleted") users.set(path, []);
  if (users.size === 0) return users;
  const isDeleted = (folder: string): boolean => users.has(UnitPath.parse(folder));
  for (const { path, dependencies, reads } of head.facts.values()) {
    const gone = [...reads.keys()].filter((file) => !head.files.has(file));
    const owners = gone.flatMap((file) => unitOwning(file, isDeleted) ?? []).map((folder) => UnitPath.parse(folder));
    const inStacks = dependencies.flatMap((dependency) => unitsOfStack(dependency, base).filter(isDeleted));
    for (const used of new Set([...dependencies, ...owners, ...inStacks])) users.get(used)?.push(path);
  }
  // A unit that does not run here is somebody's all the same, with what it depends on.
  for (const [folder, named] of head.jsonUnits) {
    const used = [...users.keys()].filter((unit) => named.some((path) => path === unit || liesIn(path, unit)));
    for (const unit of used) users.get(unit)?.push(UnitPath.parse(folder));
  }
  return users;
}

/** A dependency may name the folder of a stack, which means all of its units. */
function unitsOfStack(folder: UnitPath, { stacks, units }: Snapshot): UnitPath[] {
  if (!stacks.some((stack) => stack.folder === folder)) return [];
  return [...units.keys()].filter((unit) => liesIn(unit, folder));
}

function withheldFor(unit: AffectedUnit, users: readonly UnitPath[]): AffectedUnit {
  if (users.length === 0 || withheldInTheEnd(unit) !== null) return unit;
  const message = `\`${unit.path}\` is not destroyed while ${listPaths(users)} may use it still: ${users.length === 1 ? "that unit" : "those units"} gave it up in this change, and ${users.length === 1 ? "is" : "are"} not applied with it.`;
  const next = `First get ${listPaths(users)} applied. Then ${byHand({ ...unit, action: carriedOutBy(unit.action) ?? unit.action })}`;
  return { ...unit, ...withholding(unit.action, { by: "needed-apply", message, next }) };
}

/** For each deleted unit the remaining ones that depended on it at base, and that are not applied with its destroy. */
function usersNotApplied(
  units: readonly AffectedUnit[],
  base: Snapshot,
  head: Snapshot,
  mode: Mode,
): Map<UnitPath, UnitPath[]> {
  const users = new Map<UnitPath, UnitPath[]>();
  for (const { path, status } of units) if (status === "deleted") users.set(path, []);
  if (users.size === 0) return users;
  const applied = new Set(
    units
      .filter((unit) => {
        const action = finalAction(unit.action, mode);
        return action !== null && changesUnits(action) && withheldInTheEnd(unit) === null;
      })
      .map(({ path }) => path),
  );
  for (const { path, dependencies } of base.facts.values()) {
    if (!head.units.has(path) || applied.has(path)) continue;
    for (const used of new Set(dependencies)) users.get(used)?.push(path);
  }
  return users;
}
