import { UNKNOWN } from "../../hcl/references.ts";
import type { Sources } from "../checkout/sources.ts";
import { fileIn, folderOf, UNIT_FILE } from "../paths.ts";

/**
 * Answers which files the paths in a unit's text may come to, where parts of them are `UNKNOWN`. A path of which nothing
 * is known may be any file outside of the folders of other units.
 */
export function mayReadReader(sources: Sources): (patterns: readonly string[]) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const matching = (pattern: string): readonly string[] => {
    const files = known.get(pattern) ?? filesMatching(pattern, sources);
    known.set(pattern, files);
    return files;
  };
  return (patterns) => patterns.flatMap(matching);
}

/** Names of files that configurations share. */
export const SHARED = /\.(?:hcl|ya?ml|json|tfvars)$/;

/** Shared files on the way from a unit to the root, which anything may read. */
export function sharedAbove(unit: string, { byFolder }: Sources): string[] {
  const files: string[] = [];
  for (let folder = unit; folder !== "."; ) {
    folder = folderOf(folder);
    files.push(...(byFolder.get(folder) ?? []).filter((file) => SHARED.test(file)));
  }
  return files;
}

function filesMatching(pattern: string, sources: Sources): string[] {
  const files = [...sources.files.keys()];
  if (pattern === UNKNOWN) return files.filter((file) => !isInUnit(file, sources));
  const matches = pathMatcher(pattern);
  return files.filter(matches);
}

/** Whether a path may be what a path with parts that are `UNKNOWN` comes to. */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const parts = pattern.split(UNKNOWN).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  // A pattern that names a folder means all that lies in it.
  const matcher = new RegExp(`^${parts.join(".*")}(?:/.*)?$`, "s");
  return (path) => matcher.test(path);
}

function isInUnit(file: string, sources: Sources): boolean {
  for (let folder = folderOf(file); folder !== "."; folder = folderOf(folder)) {
    if (sources.files.has(fileIn(folder, UNIT_FILE))) return true;
  }
  return false;
}
