import type { Problem } from "@pipelines/core/contracts/problem";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { JSON_UNIT_FILE } from "./json-units.ts";
import { fileIn, folderOf, liesIn, UNIT_FILE } from "./paths.ts";
import { isGenerated, type Snapshot, type Stack } from "./snapshot.ts";
import { isInCatalogue } from "./templates.ts";

/** What is left at head of a unit that is none there: it can hold the unit still, in a form that is not read. */
export type Remains = { readonly path: string; readonly kind: "link" | "opaque" | "configuration" | "stack" };

/**
 * What is left of a unit at a commit where it is none; `null` when it is gone. A delete needs this answer: a unit is
 * destroyed only when nothing is left that may still be the unit.
 */
export function remainsOf(unit: UnitPath, head: Snapshot): Remains | null {
  const links = new Set(head.links);
  for (let folder: string = unit; folder !== "."; folder = folderOf(folder)) {
    if (links.has(folder)) return { path: folder, kind: "link" };
    // Git's tree has an entry in the folder's place: a submodule, or a file.
    if (head.files.has(folder)) return { path: folder, kind: "opaque" };
  }
  // The unit may have become a root that others include, or be written as JSON.
  for (const name of [UNIT_FILE, JSON_UNIT_FILE]) {
    if (head.files.has(fileIn(unit, name))) return { path: fileIn(unit, name), kind: "configuration" };
  }
  // What somebody committed of a stack's units says nothing about them, and Terragrunt could not say it.
  const stack = head.stacks.find((one) => one.state === "failed" && mayGenerate(one, unit));
  return stack === undefined ? null : { path: stack.file, kind: "stack" };
}

function mayGenerate({ folder, copies }: Stack, unit: UnitPath): boolean {
  return [fileIn(folder, ".terragrunt-stack"), ...copies.keys()].some((place) => unit === place || liesIn(unit, place));
}

/** Units that a comparison removes as far as can be read, and of which something is left that can't be. */
export function doubtfulDeletes(removed: Iterable<UnitPath>, head: Snapshot): Problem[] {
  return [...removed].toSorted().flatMap((unit): Problem[] => {
    const remains = remainsOf(unit, head);
    if (remains === null) return [];
    const what = describe(remains);
    if (what === null) return [];
    const message = `\`${unit}\` has no \`${UNIT_FILE}\` any more, but it is not known to be gone: ${what}. Nothing of it is run or destroyed. If it is to go, remove \`${remains.path}\` in a change of its own.`;
    return [{ kind: "path", path: unit, file: remains.path, line: null, message }];
  });
}

/**
 * Units and stacks that ran by themselves and are templates now: nothing is destroyed by that, and nothing runs any more,
 * which has to be meant.
 */
export function becameTemplates(base: Snapshot, head: Snapshot): Problem[] {
  const message = (what: string): string =>
    `${what} ran by itself before, and is a template of stacks now: it asks for \`values\`, or a stack copies it and no environment has it. What it made is not destroyed, and not run any more. If it is to go, remove its file in a change of its own; if it is to run, leave it as it was and copy another folder.`;
  const units = [...base.units.keys()]
    // What lies in a catalogue was never meant to run.
    .filter((unit) => !head.units.has(unit) && head.templates.has(unit))
    .filter((unit) => !isInCatalogue(unit) && becameOne(fileIn(unit, UNIT_FILE), unit, base, head))
    .map((unit): Problem => {
      return { kind: "path", path: unit, file: fileIn(unit, UNIT_FILE), line: null, message: message(`\`${unit}\``) };
    });
  const generated = new Set(base.stacks.filter(({ state }) => state === "generated").map(({ file }) => file));
  const stacks = head.stacks
    .filter(({ file, state }) => state === "template" && generated.has(file))
    // One that made no unit, such as one that is written for the place of its copies, never ran.
    .filter(({ folder }) => [...base.units].some((unit) => liesIn(unit, folder) && isGenerated(unit, base)))
    .filter(({ file, folder }) => !isInCatalogue(folder) && becameOne(file, folder, base, head))
    .map(({ file }): Problem => {
      return { kind: "path", path: null, file, line: null, message: message(`The stack \`${file}\``) };
    });
  return [...units, ...stacks];
}

/** Whether an edit made a template of it: a configuration that tells templates where none was before made nothing. */
function becameOne(file: string, folder: string, base: Snapshot, head: Snapshot): boolean {
  const isCopied = ({ stacks }: Snapshot): boolean =>
    stacks.some(({ templates }) => templates.some((source) => source === folder || liesIn(folder, source)));
  return base.files.get(file) !== head.files.get(file) || (isCopied(head) && !isCopied(base));
}

/** Links and stacks that can't be generated are problems of their own, and a file that is there and is no unit is a root. */
function describe({ path, kind }: Remains): string | null {
  if (kind === "opaque")
    return `\`${path}\` is a submodule or a file now, whose content is not part of this repository`;
  if (kind === "configuration" && path.endsWith(".json")) return `\`${path}\` is there, which Pipelines does not read`;
  return null;
}
