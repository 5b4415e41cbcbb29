import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { CommitSha } from "../contracts/comparison.ts";
import { gitAt } from "./repository.ts";

/** A checkout of one commit in a temporary folder, removed when disposed of. */
export type Worktree = AsyncDisposable & { readonly folder: string; readonly commit: CommitSha };

/**
 * For each repository, the end of the last change to its list of worktrees. Git reads the data of every worktree when it
 * adds one, and fails at a worktree whose data is half written or half removed.
 */
const changes = new Map<string, Promise<unknown>>();

function oneAtATime<T>(repositoryFolder: string, change: () => Promise<T>): Promise<T> {
  const next = (changes.get(repositoryFolder) ?? Promise.resolve()).then(change);
  changes.set(
    repositoryFolder,
    next.catch(() => undefined),
  );
  return next;
}

/** Checks a commit out beside the repository; the repository's own working tree stays as it is. */
export async function addWorktree(
  repositoryFolder: string,
  commit: CommitSha,
  environment: Readonly<Record<string, string>>,
): Promise<Worktree> {
  // simple-git takes any hooks path for a danger; the one below turns hooks off.
  const git = gitAt(repositoryFolder, environment, { unsafe: { allowUnsafeHooksPath: true } });
  const parent = await realpath(await mkdtemp(join(tmpdir(), "pipelines-")));
  // Git keeps a worktree's data under the last part of its path. A name that is used again could be taken by a new
  // worktree while the old one is still being removed, which then removes the data of the new one.
  const folder = join(parent, basename(parent));
  try {
    // Hooks of the repository are its author's code and have no business here.
    await oneAtATime(repositoryFolder, () =>
      git.raw(["-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", "--quiet", folder, commit]),
    );
  } catch (error) {
    await rm(parent, { recursive: true, force: true });
    throw error;
  }
  return {
    folder,
    commit,
    async [Symbol.asyncDispose]() {
      const remove = () => git.raw(["worktree", "remove", "--force", folder]);
      const removed = await oneAtATime(repositoryFolder, remove).then(
        () => true,
        () => false,
      );
      await rm(parent, { recursive: true, force: true });
      if (!removed) {
        await oneAtATime(repositoryFolder, () => git.raw(["worktree", "prune"])).catch(() => undefined);
      }
    },
  };
}
