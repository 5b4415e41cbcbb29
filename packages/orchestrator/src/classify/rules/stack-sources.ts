import type { ChangedFile, FileChangeType } from "@pipelines/core/contracts/change";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { generatedDiff } from "../../discover/generated-diff.ts";
import { folderOf, liesIn, STACK_FILE, unitOwning } from "../../discover/paths.ts";
import type { Link, Stack } from "../../discover/snapshot.ts";
import { type SharedType, sharedFinding } from "../readers.ts";
import type { Commits, Finding, Rule } from "../rule.ts";

/**
 * Files that stacks are generated from: stack files, the templates that they name, and what else they read. What they
 * changed is what differs between the generated units of the two commits; such a file can be read by other units as well.
 */
export const stackSources: Rule<StackType | SharedType> = {
  name: "stack sources",
  take(file, commits) {
    const stacks = [...commits.head.stacks, ...commits.base.stacks];
    const isStackFile = file.path === STACK_FILE || file.path.endsWith(`/${STACK_FILE}`);
    const template = stacks.flatMap(({ templates }) => templates).find((folder) => liesIn(file.path, folder));
    const readers = stacks.filter(({ reads }) => reads.includes(file.path)).map(({ folder }) => folder);
    if (!isStackFile && template === undefined && readers.length === 0) return null;
    const below = isStackFile ? [folderOf(file.path), ...readers] : readers;
    const name =
      template === undefined || isStackFile ? null : file.path.slice(template === "." ? 0 : template.length + 1);
    const units = new Map<UnitPath, readonly Link[]>();
    const generated = new Set(differing(name, commits).flatMap((path) => unitOf(path, commits) ?? []));
    for (const unit of generated) {
      const isBelow = below.some((folder) => liesIn(unit, folder));
      if (isBelow || (template !== undefined && mayComeFrom(file.path, unit, stacks))) {
        units.set(unit, [{ relation: "generates", path: unit }]);
      }
    }
    const found: Finding<StackType | SharedType>[] = sharedFinding(file, commits, null);
    const type = isStackFile || template !== undefined ? STACK_TYPES[file.status] : "StackChanged";
    if (units.size > 0) found.unshift({ type, subject: file.path, units });
    return found.length === 0 ? null : found;
  },
};

/** Whether a unit, or a stack that it lies in, is a copy of what holds a file; where that is not known, it may be. */
function mayComeFrom(file: string, unit: UnitPath, stacks: readonly Stack[]): boolean {
  const copied = stacks.flatMap(({ copies }) => [...copies].filter(([copy]) => copy === unit || liesIn(unit, copy)));
  return copied.length === 0 || copied.some(([, source]) => liesIn(file, source));
}

const STACK_TYPES = {
  added: "StackAdded",
  modified: "StackChanged",
  deleted: "StackDeleted",
} as const satisfies Record<ChangedFile["status"], FileChangeType>;
type StackType = (typeof STACK_TYPES)[ChangedFile["status"]];

/** Generated files that differ between the commits; those of a template's file where one is named. */
function differing(name: string | null, { base, head }: Commits): string[] {
  return generatedDiff(base, head)
    .map(({ path }) => path)
    .filter((path) => name === null || path.endsWith(`/${name}`));
}

/** The generated unit that a generated file belongs to. */
function unitOf(path: string, { base, head }: Commits): UnitPath | null {
  const has = (folder: string): boolean => {
    const unit = UnitPath.safeParse(folder);
    return unit.success && (head.units.has(unit.data) || base.units.has(unit.data));
  };
  const folder = unitOwning(path, has);
  return folder === null ? null : UnitPath.parse(folder);
}
