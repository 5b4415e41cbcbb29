import { UNKNOWN } from "../../hcl/references.ts";
import { type Sources, submoduleOf } from "../checkout/sources.ts";
import { folderOf, foldersAbove, liesIn } from "../paths.ts";
import { addModules, type ModuleReads, scanModule } from "../reads/local-modules.ts";
import { pathMatcher } from "../reads/may-read.ts";
import { includedBy, type Reading, readText, type Written } from "../reads/unit-reads.ts";
import type { ListedUnit } from "../terragrunt/find.ts";

/** Answers by its parsed text what a unit may have to do with: at least all that Terragrunt would say. */
export type TextReader = {
  /** Those of some files that a unit may read, or for whose place it may ask. */
  mayRead(unit: string, files: ReadonlySet<string>): Set<string>;
  /** The units that a unit depends on, and whether there may be others. */
  dependencies(unit: string): { readonly units: readonly string[]; readonly unknown: boolean };
  /** The files that a unit includes, and whether there may be others. */
  includes(unit: string): { readonly files: readonly string[]; readonly unknown: boolean };
};

/** Reads each unit once. */
export function textReader(sources: Sources, readingOf: (unit: string) => Reading): TextReader {
  const texts = new Map<string, UnitText>();
  let asked: Changed = { files: new Set(), folders: new Set() };
  const modules = new Map<string, ModuleReads>();
  const moduleReads = (folder: string): ModuleReads => {
    const known = modules.get(folder) ?? scanModule(sources, folder);
    modules.set(folder, known);
    return known;
  };
  const textOf = (unit: string): UnitText => {
    const known = texts.get(unit);
    if (known !== undefined) return known;
    const files = new Set<string>();
    const listed: ListedUnit = { path: unit, includes: [], dependencies: [], reading: [], exclude: null };
    const written = readText(listed, readingOf(unit), sources, (file) => files.add(file));
    addModules(new Set([...written.sources, ...written.otherModules, unit]), unit, moduleReads, (file) =>
      files.add(file),
    );
    for (const file of sources.byFolder.get(unit) ?? []) if (sources.realOf(file) !== file) files.add(file);
    const text = { files, written };
    texts.set(unit, text);
    return text;
  };
  return {
    mayRead(unit, files) {
      if (asked.files !== files) asked = { files, folders: foldersAbove(files) };
      return hitsOf(textOf(unit), asked, sources);
    },
    dependencies(unit) {
      const { written } = textOf(unit);
      const named = [...written.dependencies.keys(), ...written.readDependencies];
      const units = named.filter((path) => !path.includes(UNKNOWN));
      return { units: units.map(sources.realOf), unknown: written.unknownDependency || isOpen(written) };
    },
    includes: (unit) => includedBy(unit, readingOf(unit), sources),
  };
}

type UnitText = { readonly files: ReadonlySet<string>; readonly written: Written };

/** Whether it may read anything at all. */
function isOpen({ unknownAbove, unknownFunction, unknownLocalSource, unreadable }: Written): boolean {
  return unknownAbove || unknownFunction || unknownLocalSource || unreadable;
}

/** Changed files with the folders that hold them at any depth: most units have to do with none of these. */
type Changed = { readonly files: ReadonlySet<string>; readonly folders: ReadonlySet<string> };

function hitsOf({ files, written }: UnitText, changed: Changed, sources: Sources): Set<string> {
  const patterns = [...written.unknownFiles, ...written.unknownConfigurations];
  if (isOpen(written) || patterns.includes(UNKNOWN)) return new Set(changed.files);
  const hits = new Set<string>();
  // Terragrunt lists all code below a local source; behind a link to a folder lies all that is in it.
  const folders = new Set([...written.sources, ...written.otherModules]);
  for (const file of [...files, ...written.located]) {
    const real = sources.realOf(file);
    if (real !== file) folders.add(real);
    for (const path of [file, real, submoduleOf(real, sources) ?? file]) {
      // Something on the way to it may have changed its kind, as a folder that became a link.
      for (let above = path; above !== "."; above = folderOf(above)) if (changed.files.has(above)) hits.add(above);
    }
  }
  const touched = [...folders].filter((folder) => changed.folders.has(folder));
  for (const path of filesFitting(changed, touched, patterns.map(pathMatcher))) hits.add(path);
  return hits;
}

function filesFitting(
  { files }: Changed,
  folders: readonly string[],
  matchers: readonly ((path: string) => boolean)[],
): string[] {
  if (matchers.length === 0 && folders.length === 0) return [];
  return [...files].filter(
    (path) => matchers.some((matches) => matches(path)) || folders.some((folder) => liesIn(path, folder)),
  );
}
