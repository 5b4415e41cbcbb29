import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { unitOwning } from "../../discover/paths.ts";
import { remainsOf } from "../../discover/remains.ts";
import { isGenerated, type Snapshot } from "../../discover/snapshot.ts";
import { type SharedType, sharedFinding } from "../readers.ts";
import type { Finding, Rule } from "../rule.ts";

/** Files inside a unit's own folder: the unit was added, changed or deleted. */
export const unitFiles: Rule<OwnType | SharedType> = {
  name: "unit files",
  take(file, commits) {
    const { base, head } = commits;
    // A file belongs to the nearest unit of the commit that has it, so that a new unit takes its folder over.
    const folder = unitOwning(file.path, (name) => isUnit(file.status === "deleted" ? base : head, name));
    if (folder === null) return null;
    const unit = UnitPath.parse(folder);
    const type = changeOf(unit, base, head);
    if (type === null) return null;
    const own: Finding<OwnType> = {
      type: isGenerated(unit, head) || isGenerated(unit, base) ? STACK_TYPES[type] : type,
      subject: unit,
      units: new Map([[unit, [{ relation: "in the folder of", path: unit }]]]),
    };
    return [own, ...sharedFinding(file, commits, unit)];
  },
};

function isUnit(snapshot: Snapshot, folder: string): boolean {
  const unit = UnitPath.safeParse(folder);
  return unit.success && snapshot.units.has(unit.data);
}

function changeOf(unit: UnitPath, base: Snapshot, head: Snapshot): keyof typeof STACK_TYPES | null {
  if (head.units.has(unit)) return base.units.has(unit) ? "ModuleChanged" : "ModuleAdded";
  // What may be the unit still is no delete.
  return remainsOf(unit, head) === null ? "ModuleDeleted" : null;
}

/** The same, of a unit that a stack generates. */
const STACK_TYPES = {
  ModuleAdded: "StackAdded",
  ModuleChanged: "StackChanged",
  ModuleDeleted: "StackDeleted",
} as const;
type OwnType = keyof typeof STACK_TYPES | (typeof STACK_TYPES)[keyof typeof STACK_TYPES];
