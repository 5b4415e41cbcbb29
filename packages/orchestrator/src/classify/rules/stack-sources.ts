import type { ChangedFile, ChangeType } from "@pipelines/core/contracts/change";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { folderOf, isGenerated, type Link, liesIn, STACK_FILE } from "../../discover/snapshot.ts";
import { sharedFinding } from "../readers.ts";
import type { Commits, Rule } from "../rule.ts";

/**
 * Files that stacks are generated from: stack files and the templates that they name. What they changed is what differs
 * between the generated units of the two commits; a template can be read by other units as well.
 */
export const stackSources: Rule = {
  name: "stack sources",
  take(file, commits) {
    const template = [...commits.head.stackTemplates, ...commits.base.stackTemplates].find((folder) =>
      liesIn(file.path, folder),
    );
    const isStackFile = file.path === STACK_FILE || file.path.endsWith(`/${STACK_FILE}`);
    if (!isStackFile && template === undefined) return null;
    const generated = isStackFile ? folderOf(file.path) : ".";
    const name = template === undefined ? "" : file.path.slice(template === "." ? 0 : template.length + 1);
    const units = new Map<UnitPath, readonly Link[]>();
    for (const unit of new Set([...commits.head.units.keys(), ...commits.base.units.keys()])) {
      if (!isGenerated(unit) || !liesIn(unit, generated)) continue;
      if (differs(unit, isStackFile ? null : name, commits)) units.set(unit, [{ relation: "generates", path: unit }]);
    }
    const found = sharedFinding(file, commits, null);
    if (units.size > 0) found.unshift({ type: STACK_TYPES[file.status], subject: file.path, units });
    return found.length === 0 ? null : found;
  },
};

const STACK_TYPES = {
  added: "StackAdded",
  modified: "StackChanged",
  deleted: "StackDeleted",
} as const satisfies Record<ChangedFile["status"], ChangeType>;

/** Whether what was generated for a unit differs between the commits, in a file of a template where one is named. */
function differs(unit: UnitPath, name: string | null, { base, head }: Commits): boolean {
  const files = new Set([...base.files.keys(), ...head.files.keys()].filter((file) => liesIn(file, unit)));
  return [...files].some(
    (file) => base.files.get(file) !== head.files.get(file) && (name === null || file.endsWith(`/${name}`)),
  );
}
