import { UNIT_FILE } from "@pipelines/core/terragrunt/files";

export { isCached, STACK_FILE, UNIT_FILE } from "@pipelines/core/terragrunt/files";

/** The folder of a file: `.` for the root. */
export function folderOf(file: string): string {
  const slash = file.lastIndexOf("/");
  return slash === -1 ? "." : file.slice(0, slash);
}

/** The folder of the unit that a dependency's path names, be it that folder or the configuration file in it. */
export function unitNamedBy(path: string): string {
  return path.endsWith(`/${UNIT_FILE}`) ? folderOf(path) : path;
}

/** The path of a file in a folder. */
export function fileIn(folder: string, name: string): string {
  return folder === "." ? name : `${folder}/${name}`;
}

/** Every folder that has one of these paths below it. */
export function foldersAbove(folders: Iterable<string>): Set<string> {
  const above = new Set<string>();
  for (const folder of folders) {
    for (let parent = folder; parent !== "."; ) {
      parent = folderOf(parent);
      if (above.has(parent)) break;
      above.add(parent);
    }
  }
  return above;
}

/** Whether a file lies in a folder, at any depth. */
export function liesIn(file: string, folder: string): boolean {
  return folder === "." || file.startsWith(`${folder}/`);
}

/** The unit whose own folder holds a file: the nearest one, so that a nested unit keeps its files to itself. */
export function unitOwning(file: string, isUnit: (folder: string) => boolean): string | null {
  for (let folder = folderOf(file); ; folder = folderOf(folder)) {
    if (isUnit(folder)) return folder;
    if (folder === ".") return null;
  }
}
