import { posix } from "node:path";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Problem } from "@pipelines/core/contracts/problem";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { repositoryPath } from "../hcl/evaluate.ts";
import { fileIn, folderOf, foldersAbove, isCached, liesIn, UNIT_FILE } from "./paths.ts";
import type { Snapshot } from "./snapshot.ts";

/** The name of a unit's file that is written as JSON. */
export const JSON_UNIT_FILE = `${UNIT_FILE}.json`;

/**
 * Units that are written as JSON, by their folders, with the files and folders that their texts name. Terragrunt runs one
 * when it is started there, and neither lists it in `find` nor runs it with all others.
 */
export function jsonUnitsIn(
  files: ReadonlyMap<string, string>,
  textOf: (file: string) => string | null,
): Map<string, readonly string[]> {
  return new Map(
    [...files.keys()]
      .filter((file) => posix.basename(file) === JSON_UNIT_FILE && !isCached(file))
      .map((file): [string, string] => [folderOf(file), file])
      .filter(([folder]) => !files.has(fileIn(folder, UNIT_FILE)))
      .map(([folder, file]) => [folder, pathsIn(textOf(file) ?? "", folder)]),
  );
}

/** What a text's strings may name: a path from the unit or the root, or a file that is looked for above the unit. */
function pathsIn(text: string, folder: string): string[] {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, string = ""]) => string.replaceAll("\\", ""));
  return strings.flatMap((string) => {
    const [, above] = /find_in_parent_folders\("([^"]+)"\)/.exec(string) ?? [];
    if (above !== undefined) return [...foldersAbove([folder])].map((parent) => fileIn(parent, above));
    const path = string
      .replace(/^\$\{get_terragrunt_dir\(\)\}\//, "./")
      .replace(/^\$\{get_repo_root\(\)\}\//, "/@root/");
    if (!/^(?:\.{1,2}\/|\/@root\/)/.test(path)) return [];
    return repositoryPath(path.split("?", 1)[0]?.replace("//", "/") ?? path, folder) ?? [];
  });
}

/** Changes of units that are written as JSON, which nothing is done about. */
export function changedJsonUnits(
  diff: readonly ChangedFile[],
  base: Snapshot,
  head: Snapshot,
  isIgnored: (file: string) => boolean,
): Problem[] {
  const changed = diff.map(({ path }) => path).filter((file) => !isIgnored(file));
  const named = [...new Set([...base.jsonUnits.keys(), ...head.jsonUnits.keys()])].toSorted();
  return named.flatMap((folder): Problem[] => {
    const file = fileIn(folder, JSON_UNIT_FILE);
    const path = UnitPath.parse(folder);
    // One that is written as HCL at the other commit is a unit there, and spoken of as such.
    if (isIgnored(file) || base.units.has(path) || head.units.has(path)) return [];
    const reads = [...(base.jsonUnits.get(folder) ?? []), ...(head.jsonUnits.get(folder) ?? [])];
    const isTouched = changed.some(
      (name) => liesIn(name, folder) || reads.some((read) => read === name || liesIn(name, read)),
    );
    if (!isTouched) return [];
    const what = head.jsonUnits.has(folder) ? "this change touches" : "this change deletes";
    const message = `\`${file}\`, which ${what}, is written as JSON. Terragrunt's \`find\` and \`run --all\` pass over such a unit, and so does Pipelines: nothing of it is planned, applied or destroyed. Write it as \`${UNIT_FILE}\`, or put the file on the \`ignore\` list and run it by hand.`;
    return [{ kind: "not-evaluated", path, file, line: null, message }];
  });
}
