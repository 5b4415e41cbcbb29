import { fileIn, folderOf, UNIT_FILE } from "../paths.ts";
import type { Mentions } from "./mentions.ts";

/** Answers by words alone which units may have to do with some files. */
export type TextualIndex = {
  /** The units whose text, or a text that it reads, may read one of these files. */
  readersOf(files: Iterable<string>): Set<string>;
  /** The units that may depend on one of these, by their own text or by one that they include. */
  dependentsOf(units: Iterable<string>): Set<string>;
};

/**
 * Indexes texts by what they mention. A text that can't be understood by its words may read anything.
 *
 * @param files the files with HCL
 * @param units the folders of units
 */
export function textualIndex(
  files: readonly string[],
  units: readonly string[],
  mentionsOf: (file: string) => Mentions | null,
): TextualIndex {
  const unitByFile = new Map(units.map((unit) => [fileIn(unit, UNIT_FILE), unit]));
  const below = unitsBelow(units);
  const parents: Index = new Map();
  const paths: Index = new Map();
  const dependencies: Index = new Map();
  const opaque: string[] = [];
  for (const file of files) {
    const mentions = mentionsOf(file);
    if (mentions === null) opaque.push(file);
    else {
      addAll(parents, mentions.parents, file);
      addAll(paths, mentions.paths, file);
      addAll(dependencies, mentions.dependencies, file);
    }
  }
  const starts = new Set(
    [parents, paths, dependencies].flatMap((index) => [...index.keys()].map((end) => end.split("/", 1)[0] ?? end)),
  );
  // Where a name was met decides about units that look above themselves; texts that others read look above those.
  const unitsLooking = (above: string, name: string): string[] =>
    (below.get(above) ?? []).filter((unit) => mentionsOf(fileIn(unit, UNIT_FILE))?.parents.has(name) === true);
  const spread = (reached: Set<string>, changed: Iterable<string>): Set<string> => {
    // A set that grows while it is walked through: texts that may read one of the files, and what reads those.
    const tainted = new Set<string>([...changed, ...opaque]);
    const met = new Set<string>();
    const reach = (units: Iterable<string>): void => {
      for (const unit of units) reached.add(unit);
    };
    reach(opaque.flatMap((file) => unitByFile.get(file) ?? []));
    const follow = ({ above, end }: Run): void => {
      const namers = paths.get(end) ?? [];
      for (const file of namers) tainted.add(file);
      reach(namers.flatMap((file) => unitByFile.get(file) ?? []));
      const lookers = parents.get(end);
      if (lookers === undefined) return;
      reach(unitsLooking(above, end));
      if (!met.has(end)) for (const file of lookers) tainted.add(file);
      met.add(end);
    };
    for (const file of tainted) for (const run of runsOf(file, starts)) follow(run);
    return reached;
  };
  return {
    readersOf: (changed) => spread(new Set(), changed),
    dependentsOf(targets) {
      const named = [...targets].flatMap((unit) =>
        runsOf(fileIn(unit, UNIT_FILE), starts).flatMap(({ end }) => dependencies.get(end) ?? []),
      );
      return spread(new Set(named.flatMap((file) => unitByFile.get(file) ?? [])), named);
    },
  };
}

type Index = Map<string, string[]>;

function addAll(index: Index, ends: ReadonlySet<string>, file: string): void {
  for (const end of ends) {
    const files = index.get(end);
    if (files === undefined) index.set(end, [file]);
    else files.push(file);
  }
}

/** The units by each folder above them. */
function unitsBelow(units: readonly string[]): Map<string, string[]> {
  const below = new Map<string, string[]>();
  for (const unit of units) {
    for (let folder = unit; folder !== "."; ) {
      folder = folderOf(folder);
      addAll(below, new Set([folder]), unit);
    }
  }
  return below;
}

/** A part of a path, and the folder in which it starts. */
type Run = { readonly above: string; readonly end: string };

/**
 * The parts of a path that a text may name, with the folder in which each starts: of `a/b/c` those from `a` to `a/b/c`,
 * and those from `b` and `c`, where something begins with that word.
 */
function runsOf(path: string, starts: ReadonlySet<string>): Run[] {
  const parts = path.split("/");
  return parts.flatMap((first, index) => {
    if (!starts.has(first)) return [];
    const above = index === 0 ? "." : parts.slice(0, index).join("/");
    return parts
      .slice(index)
      .map((_part, length) => ({ above, end: parts.slice(index, index + length + 1).join("/") }));
  });
}
