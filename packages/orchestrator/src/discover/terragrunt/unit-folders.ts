import type { Sources } from "../checkout/sources.ts";
import { fileIn, folderOf, foldersAbove, UNIT_FILE } from "../paths.ts";
import { CODE } from "../reads/local-modules.ts";
import type { FindResult } from "./find.ts";

/**
 * Which folders with a `terragrunt.hcl` are units. A file that another one includes is a root; so is one that includes
 * nothing, names no source, has no code beside it and has other units below it. A template of a stack needs `values`.
 *
 * @param included files that units include about which Terragrunt was not asked
 */
export function unitFolders(
  candidates: readonly string[],
  listed: FindResult,
  sources: Sources,
  read: (file: string) => string | null,
  included: Iterable<string> = [],
): string[] {
  const roots = new Set([
    ...[...listed.units.values()].flatMap(({ path, includes }) => includes.filter((f) => folderOf(f) !== path)),
    ...included,
  ]);
  const withNested = foldersAbove(candidates);
  const lackingValues = new Set(
    // Terragrunt's word counts, not the text's: a unit may well speak of `values.yaml`.
    listed.suppressed.filter(({ message }) => /variable named "values"/.test(message)).map(({ file }) => file),
  );
  const units: string[] = [];
  for (const folder of candidates) {
    const file = fileIn(folder, UNIT_FILE);
    if (roots.has(file)) continue;
    const text = read(file) ?? "";
    const beside = sources.byFolder.get(folder) ?? [];
    const isTemplate = lackingValues.has(file) && !beside.some((name) => name.endsWith("terragrunt.values.hcl"));
    const runs = /^\s*include\b/m.test(text) || /\bsource\s*=/.test(text) || beside.some((name) => CODE.test(name));
    if (!isTemplate && (runs || !withNested.has(folder))) units.push(folder);
  }
  return units.toSorted();
}
