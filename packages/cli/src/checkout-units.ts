import { posix } from "node:path";
import type { AskedVariable } from "@pipelines/core/configuration/check-environments";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { isCached } from "@pipelines/core/terragrunt/files";
import { isTemplate, valuesUseIn } from "@pipelines/orchestrator/discover/templates";
import type { HclParser } from "@pipelines/orchestrator/hcl/parse";

/** Files of a checkout by path, with their texts. */
export type Texts = ReadonlyMap<string, string>;

/** What makes a folder a unit, or the folder of a stack's units. */
const UNIT = /(?:^|\/)terragrunt(?:\.stack)?\.hcl$/;
/** Code that runs in its own folder, without a source. */
const CODE = /\.(?:tf|tofu)(?:\.json)?$/;

const folderOf = (file: string): string => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : ".");
const liesBelow = (file: string, folder: string): boolean => folder === "." || file.startsWith(`${folder}/`);

/** What a checkout's folders with a unit's or a stack's file are. */
export type CheckoutUnits = {
  /** What runs: a stack stands for the units that it generates. */
  readonly units: readonly UnitPath[];
  /** What stacks copy. */
  readonly templates: readonly string[];
};

/**
 * The units of a checkout by their files alone, without Terragrunt. A file that another one includes is a root; so is one
 * that includes nothing, names no source, has no code beside it and has units below it.
 *
 * @param files every file of the checkout
 */
export function unitsIn(texts: Texts, files: Iterable<string>, parse: HclParser): CheckoutUnits {
  const candidates = [...texts.keys()].filter((file) => UNIT.test(file) && !isCached(file));
  const withCode = new Set([...files].filter((file) => CODE.test(file)).map(folderOf));
  const included = includedIn(texts, new Set(candidates));
  const nested = new Set(candidates.flatMap((file) => foldersOn(folderOf(file)).slice(1)));
  const isRoot = (file: string): boolean => {
    if (included.has(file)) return true;
    const text = texts.get(file) ?? "";
    const runs = /^\s*include\b/m.test(text) || /\bsource\s*=/.test(text) || withCode.has(folderOf(file));
    return !runs && nested.has(folderOf(file));
  };
  const isSource = templatesOf(texts);
  const isMadeToBeCopied = (file: string): boolean => {
    const text = texts.get(file) ?? "";
    const folder = folderOf(file);
    const values = text.includes("values") ? valuesUseIn(parse(text)) : "none";
    return isSource(folder) || isTemplate({ folder, values, isSource: false, isInEnvironment: true });
  };
  const running = candidates.filter((file) => !isRoot(file));
  const [templates, units] = [true, false].map((copied) =>
    [...new Set(running.filter((file) => isMadeToBeCopied(file) === copied).map(folderOf))].toSorted(),
  );
  return {
    units: (units ?? []).flatMap((folder) => UnitPath.safeParse(folder).data ?? []),
    templates: templates ?? [],
  };
}

/** A folder and those above it, the nearest first, up to the root. */
function foldersOn(folder: string): string[] {
  return folder === "." ? ["."] : [folder, ...foldersOn(folderOf(folder))];
}

/** The files that others include, as far as their paths are written out. */
function includedIn(texts: Texts, candidates: ReadonlySet<string>): Set<string> {
  return new Set(
    [...texts].flatMap(([file, text]) => [
      ...parentIncludedBy(file, text, candidates),
      ...[...text.matchAll(/^[^\S\n]*path\s*=\s*"(.*\})?([^"}]*terragrunt\.hcl)"/gm)].flatMap(
        ([, filled, path = ""]) => {
          if (filled === undefined) return [posix.join(folderOf(file), path)];
          // What is put together from more than that is known by how it ends.
          if (path === "/terragrunt.hcl") return [];
          return [...candidates].filter((other) => `/${other}`.endsWith(path) && other !== file);
        },
      ),
    ]),
  );
}

function parentIncludedBy(file: string, text: string, candidates: ReadonlySet<string>): string[] {
  if (!/\bfind_in_parent_folders\(\s*(?:"terragrunt\.hcl"\s*)?\)/.test(text)) return [];
  const above = foldersOn(folderOf(file))
    .slice(1)
    .map((folder) => posix.join(folder, "terragrunt.hcl"));
  return above.filter((parent) => candidates.has(parent)).slice(0, 1);
}

/** Whether a folder is one that a stack generates units from: it does not run by itself. */
function templatesOf(texts: Texts): (folder: string) => boolean {
  const named = new Set<string>();
  const endings: string[] = [];
  for (const [file, text] of texts) {
    if (!file.endsWith("terragrunt.stack.hcl")) continue;
    for (const [, source = ""] of text.matchAll(/^\s*source\s*=\s*"([^"]+)"/gm)) {
      const fromRoot = /^\$\{get_repo_root\(\)\}\/\/?(.+)$/.exec(source)?.[1];
      if (fromRoot !== undefined) named.add(posix.normalize(fromRoot));
      // What is put together from more than that is known by how it ends.
      else if (source.includes("${")) endings.push(source.slice(source.lastIndexOf("}") + 1));
      else named.add(posix.join(folderOf(file), source));
    }
  }
  return (folder) => named.has(folder) || endings.some((ending) => ending.length > 1 && `/${folder}`.endsWith(ending));
}

/**
 * The variables that configuration asks for by name and without a default: of a shared file, each unit below its folder
 * does, and where none lies there, each unit that reads it by its name.
 */
export function askedVariables(texts: Texts, units: readonly UnitPath[]): AskedVariable[] {
  return [...texts].flatMap(([file, text]) => {
    const asked = text.split("\n").flatMap((line, index) => {
      const code = line.replace(/^\s*(?:#|\/\/).*/, "");
      return [...code.matchAll(/\bget_env\(\s*"(\w+)"\s*\)/g)].map(([, name = ""]) => ({ name, line: index + 1 }));
    });
    if (asked.length === 0) return [];
    const near = unitsOf(file, units);
    const asking = near.length > 0 ? near : readersOf(file, texts, units);
    return asked.flatMap((variable) => asking.map((unit) => ({ ...variable, unit, file })));
  });
}

/** The units to which a file belongs: that of its folder, else those below. */
function unitsOf(file: string, units: readonly UnitPath[]): UnitPath[] {
  const folder = folderOf(file);
  const own = units.filter((unit) => unit === folder);
  return own.length > 0 ? own : units.filter((unit) => liesBelow(unit, folder));
}

/** The units that read a shared file, as far as it is called by its name, also in files that they read. */
function readersOf(file: string, texts: Texts, units: readonly UnitPath[]): UnitPath[] {
  const found = new Set<string>([file]);
  for (const read of found) {
    const name = posix.basename(read);
    for (const [other, text] of texts) if (text.includes(`/${name}"`) || text.includes(`"${name}"`)) found.add(other);
  }
  return [...new Set([...found].flatMap((reading) => unitsOf(reading, units)))].toSorted();
}
