import type { TreeEntry } from "@pipelines/core/git/repository";
import type { Body } from "../../hcl/parse.ts";
import { folderOf, foldersAbove, liesIn } from "../paths.ts";
import type { Symlinks } from "./symlinks.ts";

/** The files of a commit as the scan sees them. */
export type Sources = {
  readonly files: ReadonlyMap<string, string>;
  /** Files by folder, direct children only. */
  readonly byFolder: ReadonlyMap<string, readonly string[]>;
  /** Every folder that holds a file, at any depth. */
  readonly folders: ReadonlySet<string>;
  /** The HCL of a file, parsed once however many units share it; `null` when it is not there. */
  readonly parsed: (file: string) => Body | null;
  /** What a path is when it is a symbolic link or leads through one; the same path where no link is. */
  readonly realOf: (path: string) => string;
  /** Paths of submodules, whose files are not part of the commit. */
  readonly submodules: readonly string[];
};

/**
 * The files of a commit, as the scan sees them.
 *
 * @param files every file of the commit with its blob, those that stacks generate included
 */
export function sourcesOf(
  entries: readonly TreeEntry[],
  files: ReadonlyMap<string, string>,
  parsed: (file: string) => Body | null,
  { realOf }: Symlinks,
): Sources {
  return {
    files,
    byFolder: Map.groupBy(files.keys(), folderOf),
    folders: foldersAbove(files.keys()),
    parsed,
    realOf,
    submodules: entries.filter(({ kind }) => kind === "submodule").map(({ path }) => path),
  };
}

/** The files in a folder, at any depth. */
export function filesBelow(sources: Sources, folder: string): string[] {
  return [...sources.files.keys()].filter((file) => liesIn(file, folder));
}

/** Whether a path is a file or a folder of the commit. */
export function isThere(path: string, { files, folders, realOf }: Sources): boolean {
  const real = realOf(path);
  return files.has(real) || folders.has(real);
}

/** The submodule that a path is, or leads into. */
export function submoduleOf(path: string, { submodules }: Sources): string | null {
  return submodules.find((submodule) => submodule === path || liesIn(path, submodule)) ?? null;
}
