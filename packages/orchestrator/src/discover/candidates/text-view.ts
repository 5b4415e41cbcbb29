import { submoduleOf } from "../checkout/sources.ts";
import { type Commit, foldersWithUnitFile } from "../commit.ts";
import { fileIn, folderOf, foldersAbove, UNIT_FILE } from "../paths.ts";
import { SHARED } from "../reads/may-read.ts";
import { accountOfKey } from "../terragrunt/environment.ts";
import { unitFolders } from "../terragrunt/unit-folders.ts";
import { unitTemplates } from "../unit-templates.ts";
import { type Mentions, mentionsIn } from "./mentions.ts";
import { modulesWith } from "./module-index.ts";
import { type TextReader, textReader } from "./text-reader.ts";
import { type TextualIndex, textualIndex } from "./textual.ts";

/** A commit as its texts say it, without Terragrunt: for every question at least the true answer, sometimes more. */
export type TextView = {
  /** Folders that may be units. */
  readonly folders: ReadonlySet<string>;
  /** Those that are units, by their texts. */
  readonly units: ReadonlySet<string>;
  /** Units of which it is open what they include, so that another folder may be no unit. */
  readonly open: readonly string[];
  /** Files that units include, but for some units. */
  includedBeyond(others: ReadonlySet<string>): ReadonlySet<string>;
  /** The folders of roots with the name of a unit's file that these units include. */
  rootsOf(units: ReadonlySet<string>): ReadonlySet<string>;
  /** The units that may read one of these files, each with those that it may read. */
  readersOf(files: ReadonlySet<string>): Map<string, ReadonlySet<string>>;
  /** The units that may depend on one of these. */
  dependentsOf(units: ReadonlySet<string>): Set<string>;
  /** The units that a unit may depend on; `null` where only Terragrunt knows. */
  dependenciesOf(unit: string): readonly string[] | null;
};

/** Mentions of texts by blob, which commits share. */
export type MentionsByText = (text: string) => Mentions | null;

/** Looks at each distinct text once. */
export function mentionsByText(): MentionsByText {
  const known = new Map<string, Mentions | null>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const mentions = mentionsIn(text);
    known.set(text, mentions);
    return mentions;
  };
}

/** Reads a commit by its texts; each question costs no more than it needs. */
export function textViewOf(commit: Commit, mentionsOf: MentionsByText): TextView {
  const { sources, textOf, variablesOf } = commit;
  const files = [...sources.files.keys()];
  const templates = unitTemplates(sources, textOf, { stacks: [], files: new Map() }, commit.isInEnvironment);
  const folders = foldersWithUnitFile(files, templates);
  const mentions = (file: string): Mentions | null => {
    const text = textOf(file);
    return text === null ? null : mentionsOf(text);
  };
  const reader = textReader(sources, (unit) => {
    const env = variablesOf(unit);
    return { env, account: accountOfKey(env["AWS_ACCESS_KEY_ID"]), byTextAlone: true, anyFile: true };
  });
  // A path may lead elsewhere through a link, so that its words say nothing.
  const hasLinks = commit.entries.some(({ kind }) => kind === "symlink");
  const hcl = files.filter((file) => file.endsWith(".hcl"));
  const index = once((): TextualIndex => textualIndex(hcl, folders, mentions));
  // A text that is no HCL in parts may read any shared file above it. It takes a parser to tell.
  const strictIndex = once(
    (): TextualIndex =>
      textualIndex(hcl, folders, (file) => (sources.parsed(file)?.isBroken === true ? null : mentions(file))),
  );
  const above = foldersAbove(folders);
  /** Whether a unit includes what changed, so that nothing else has to be asked. */
  const isSure = (unit: string, changed: ReadonlySet<string>): boolean => {
    if (changed.size !== 1) return false;
    const { includes: included, parents } = mentions(fileIn(unit, UNIT_FILE)) ?? NOTHING;
    return [...included].some(
      (name) => parents.has(name) && changed.has(nearestAbove(unit, name, sources.files) ?? ""),
    );
  };
  const includes = once(() => includesOf(folders, sources.files, mentions, textOf, reader));
  const includedBeyond = (others: ReadonlySet<string>): Set<string> =>
    new Set([...includes().byFile].flatMap(([file, units]) => (units.some((unit) => !others.has(unit)) ? [file] : [])));
  return {
    folders: new Set(folders),
    units: new Set(
      unitFolders(folders, { units: new Map(), suppressed: [] }, sources, textOf, includedBeyond(new Set())),
    ),
    open: includes().open,
    includedBeyond,
    rootsOf: (of) =>
      new Set(
        [...includes().byFile].flatMap(([file, users]) => (users.some((unit) => of.has(unit)) ? [folderOf(file)] : [])),
      ),
    readersOf(changed) {
      // A file that every unit includes: its readers are known without a parser.
      if (folders.every((unit) => isSure(unit, changed))) return new Map(folders.map((unit) => [unit, changed]));
      const modules = modulesWith(changed, sources, textOf);
      const isShared = [...changed].some((file) => SHARED.test(file) && above.has(folderOf(file)));
      const inSubmodule = [...changed].some((file) => submoduleOf(file, sources) !== null);
      const named =
        hasLinks || inSubmodule
          ? new Set(folders)
          : (isShared ? strictIndex : index)().readersOf([
              ...changed,
              ...modules,
              ...[...modules].map((folder) => fileIn(folder, UNIT_FILE)),
            ]);
      const maybe = folders.filter((folder) => named.has(folder) || modules.has(folder));
      return new Map(
        maybe.flatMap((unit): [string, ReadonlySet<string>][] => {
          const hits = isSure(unit, changed) ? changed : reader.mayRead(unit, changed);
          return hits.size === 0 ? [] : [[unit, hits]];
        }),
      );
    },
    dependentsOf(units) {
      if (units.size === 0) return new Set();
      const named = hasLinks ? new Set(folders) : index().dependentsOf(units);
      return new Set(
        [...named].filter((unit) => {
          const { units: targets, unknown } = reader.dependencies(unit);
          return unknown || targets.some((target) => units.has(target));
        }),
      );
    },
    dependenciesOf(unit) {
      const { units, unknown } = reader.dependencies(unit);
      return unknown ? null : units;
    },
  };
}

const NOTHING: Pick<Mentions, "includes" | "parents"> = { includes: new Set(), parents: new Set() };

function once<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** What an include may name in a file that is no unit's: then no unit is concerned. */
const OTHER_FILE =
  /\bpath\s*=\s*(?:find_in_parent_folders\(\s*"[^"$]*(?<!terragrunt)\.hcl"\s*\)|"[^"]*\/[\w-]+(?<!\/terragrunt)\.hcl"|"[\w-]+(?<!"terragrunt)\.hcl")/g;
const ANY_PATH = /\bpath\s*=/g;

/** The files of units that units include, each with those units; a root that others include is no unit itself. */
function includesOf(
  folders: readonly string[],
  files: ReadonlyMap<string, string>,
  mentionsOf: (file: string) => Mentions | null,
  textOf: (file: string) => string | null,
  reader: TextReader,
): { readonly byFile: ReadonlyMap<string, readonly string[]>; readonly open: readonly string[] } {
  const byFile = new Map<string, string[]>();
  const open: string[] = [];
  const add = (file: string, unit: string): void => {
    if (folderOf(file) === unit || !file.endsWith(UNIT_FILE)) return;
    const units = byFile.get(file);
    if (units === undefined) byFile.set(file, [unit]);
    else units.push(unit);
  };
  for (const unit of folders) {
    const own = fileIn(unit, UNIT_FILE);
    const mentions = mentionsOf(own);
    const names = [...(mentions?.includes ?? [])].filter(
      (name) => name === UNIT_FILE || name.endsWith(`/${UNIT_FILE}`),
    );
    if (mentions !== null && names.length === 0) continue;
    if (mentions !== null && names.every((name) => name === UNIT_FILE && !mentions.paths.has(name))) {
      const nearest = nearestAbove(unit, UNIT_FILE, files);
      if (nearest !== null) add(nearest, unit);
      continue;
    }
    const text = textOf(own) ?? "";
    if (mentions === null && [...text.matchAll(ANY_PATH)].length === [...text.matchAll(OTHER_FILE)].length) continue;
    const included = reader.includes(unit);
    for (const file of included.files) add(file, unit);
    if (included.unknown) open.push(unit);
  }
  return { byFile, open };
}

/** The nearest file of a name above a folder. */
function nearestAbove(unit: string, name: string, files: ReadonlyMap<string, string>): string | null {
  for (let folder = unit; folder !== "."; ) {
    folder = folderOf(folder);
    if (files.has(fileIn(folder, name))) return fileIn(folder, name);
  }
  return null;
}
