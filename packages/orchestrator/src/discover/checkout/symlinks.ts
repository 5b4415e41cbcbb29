import { readlink, realpath, rm } from "node:fs/promises";
import { posix } from "node:path";
import type { TreeEntry } from "@pipelines/core/git/repository";

export type Symlinks = {
  /** The path behind a path of the repository that is a link, or leads through one; the same path where none is. */
  readonly realOf: (path: string) => string;
  /** Links to paths of the repository, each with the path behind it. */
  readonly inside: ReadonlyMap<string, string>;
  /** Links that lead out of the repository, each with where to. */
  readonly leaving: ReadonlyMap<string, string>;
};

/** The links of a commit that has none. */
export const NO_SYMLINKS: Symlinks = { realOf: (path) => path, inside: new Map(), leaving: new Map() };

/**
 * Reads the symbolic links of a checkout, and removes those from it that leave the repository: what Terragrunt would
 * read there is not part of the commit, and could be anybody's.
 */
export async function readSymlinks(root: string, entries: readonly TreeEntry[]): Promise<Symlinks> {
  const targets = new Map<string, string>();
  const leaving = new Map<string, string>();
  for (const { path } of entries.filter(({ kind }) => kind === "symlink")) {
    const link = posix.join(root, path);
    const text = await readlink(link).catch(() => null);
    if (text === null) continue;
    const real = await realpath(link).catch(() => null);
    const inside = real === null ? null : insidePath(root, real);
    if (inside !== null) targets.set(path, inside);
    // A link to nothing, or round in a circle, leaves the repository no more than its text does.
    else if (real !== null || insidePath(root, posix.resolve(posix.dirname(link), text)) === null) {
      leaving.set(path, text);
    }
  }
  // Only after all are read: one link may lead through another.
  for (const path of leaving.keys()) await rm(posix.join(root, path), { force: true });
  return { realOf: (path) => resolved(path, targets), inside: targets, leaving };
}

function insidePath(root: string, path: string): string | null {
  if (path === root) return ".";
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null;
}

/** A target holds no link any more, so the first link on the way is the only one that counts. */
function resolved(path: string, targets: ReadonlyMap<string, string>): string {
  if (targets.size === 0) return path;
  const parts = path.split("/");
  for (let length = 1; length <= parts.length; length += 1) {
    const target = targets.get(parts.slice(0, length).join("/"));
    if (target === undefined) continue;
    const rest = parts.slice(length).join("/");
    return resolved(posix.join(target, rest), targets);
  }
  return path;
}
