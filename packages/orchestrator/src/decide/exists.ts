import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { liesIn } from "../discover/paths.ts";
import type { Snapshot } from "../discover/snapshot.ts";

/**
 * Answers whether a unit of one commit exists at a newer one, from the files of that one alone: any file in its folder, or
 * for a unit that a stack generates the stack's own file, says so. What may exist counts as existing: so does a unit in a
 * submodule, whose files are in another tree.
 *
 * @param files every path of the newer commit's tree
 */
export function existence(older: Snapshot, files: Iterable<string>): (unit: UnitPath) => boolean {
  const [known, entries] = [new Set<string>(), new Set<string>()];
  for (const file of files) {
    known.add(file);
    entries.add(file);
    for (let slash = file.lastIndexOf("/"); slash > 0; slash = file.lastIndexOf("/", slash - 1)) {
      known.add(file.slice(0, slash));
    }
  }
  const generators = (unit: UnitPath) => older.stacks.filter(({ folder }) => liesIn(unit, folder));
  const isBelowEntry = (unit: UnitPath): boolean =>
    unit.split("/").some((_segment, index, segments) => entries.has(segments.slice(0, index).join("/")));
  return (unit) => known.has(unit) || isBelowEntry(unit) || generators(unit).some(({ file }) => known.has(file));
}
