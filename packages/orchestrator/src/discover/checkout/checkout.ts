import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { posix } from "node:path";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { fillSubmodules } from "@pipelines/core/git/fill-submodules";
import type { TreeEntry } from "@pipelines/core/git/repository";
import { addWorktree } from "@pipelines/core/git/worktree";
import { readSymlinks, type Symlinks } from "./symlinks.ts";

/** The files of one commit on disk, without what Terragrunt must not read there; gone when disposed of. */
export type Checkout = AsyncDisposable & {
  /** Absolute path. */
  readonly root: string;
  readonly links: Symlinks;
  /** Removes files from it. */
  remove(files: Iterable<string>): Promise<void>;
  /** The text of a file, or `null` when it can't be read. */
  textOf(file: string): string | null;
};

/**
 * Checks a commit out in a folder of its own: discovery runs code and must not meet anybody's files.
 *
 * @param environment the whole environment of git
 */
export async function openCheckout(
  repositoryFolder: string,
  commit: CommitSha,
  environment: Readonly<Record<string, string>>,
  entries: readonly TreeEntry[],
): Promise<Checkout> {
  const worktree = await addWorktree(repositoryFolder, commit, environment);
  const root = worktree.folder;
  try {
    await fillSubmodules(repositoryFolder, root, environment);
    return {
      root,
      links: await readSymlinks(root, entries),
      async remove(files) {
        for (const file of files) await rm(posix.join(root, file), { force: true });
      },
      textOf(file) {
        try {
          return readFileSync(posix.join(root, file), "utf8");
        } catch {
          return null;
        }
      },
      [Symbol.asyncDispose]: () => worktree[Symbol.asyncDispose](),
    };
  } catch (error) {
    await worktree[Symbol.asyncDispose]();
    throw error;
  }
}
