import { posix } from "node:path";
import type { AskedVariable } from "@pipelines/core/configuration/check-environments";
import { UnitPath } from "@pipelines/core/contracts/unit-path";

/** Files of a checkout by path, with their texts. */
export type Texts = ReadonlyMap<string, string>;

/** What makes a folder a unit, or the folder of a stack's units. */
const UNIT = /(?:^|\/)terragrunt(?:\.stack)?\.hcl$/;

const folderOf = (file: string): string => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : ".");
const liesBelow = (file: string, folder: string): boolean => folder === "." || file.startsWith(`${folder}/`);

/**
 * The units of a checkout by their files alone, without Terragrunt: a stack stands for the units that it generates. A
 * file that has units below it, and neither a source nor an include, is a root that they include.
 */
export function unitsIn(texts: Texts): UnitPath[] {
  const files = [...texts.keys()].filter((file) => UNIT.test(file));
  const isRoot = (file: string): boolean =>
    files.some((other) => other !== file && liesBelow(other, folderOf(file))) &&
    !/^\s*(?:include|terraform)\b/m.test(texts.get(file) ?? "");
  const isTemplate = templatesOf(texts);
  const folders = new Set(
    files
      .filter((file) => !isRoot(file))
      .map(folderOf)
      .filter((folder) => !isTemplate(folder)),
  );
  return [...folders].toSorted().flatMap((folder) => UnitPath.safeParse(folder).data ?? []);
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

/** The variables that configuration asks for by name and without a default: of a shared file, each unit below its folder does. */
export function askedVariables(texts: Texts, units: readonly UnitPath[]): AskedVariable[] {
  return [...texts].flatMap(([file, text]) =>
    text.split("\n").flatMap((line, index) => {
      const code = line.replace(/^\s*(?:#|\/\/).*/, "");
      const names = [...code.matchAll(/\bget_env\(\s*"(\w+)"\s*\)/g)].map(([, name = ""]) => name);
      if (names.length === 0) return [];
      const folder = folderOf(file);
      const own = units.filter((unit) => unit === folder);
      const below = units.filter((unit) => liesBelow(unit, folder));
      return names.flatMap((name) =>
        (own.length > 0 ? own : below).map((unit) => ({ unit, name, file, line: index + 1 })),
      );
    }),
  );
}
