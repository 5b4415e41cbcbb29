import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../process/run.ts";

/**
 * Fills the submodules of a worktree from those of the checkout that it was made beside, at the commits that the
 * worktree names, nested ones too. Nothing is fetched: what the checkout has not is answered as missing.
 *
 * @param env a clean environment for git
 * @returns the folders of submodules that could not be filled, by their paths from the root
 */
export async function fillSubmodules(
  repositoryFolder: string,
  worktreeFolder: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const indexes = await mkdtemp(join(tmpdir(), "pipelines-index-"));
  try {
    return await fill({ repositoryFolder, worktreeFolder, env, indexFile: join(indexes, "index") }, "", "HEAD");
  } finally {
    await rm(indexes, { recursive: true, force: true });
  }
}

type Filling = {
  readonly repositoryFolder: string;
  readonly worktreeFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly indexFile: string;
};

/** @param inside the folder of the repository whose submodules are filled: empty for the outermost one */
async function fill(filling: Filling, inside: string, commit: string): Promise<string[]> {
  const { repositoryFolder, worktreeFolder, env, indexFile } = filling;
  const declared = await access(join(worktreeFolder, inside, ".gitmodules")).then(
    () => true,
    () => false,
  );
  if (!declared) return [];
  // The outermost commit is the worktree's own; inside of a submodule only the checkout has a repository.
  const cwd = inside === "" ? worktreeFolder : join(repositoryFolder, inside);
  const git = ["-c", "core.hooksPath=/dev/null"];
  const { stdout } = await run("git", [...git, "ls-tree", "-r", "-z", "--full-tree", commit], { cwd, env });
  const missing: string[] = [];
  for (const [, sha = "", path = ""] of stdout.matchAll(/(?:^|\0)160000 commit ([0-9a-f]+)\t([^\0]+)/g)) {
    const folder = join(inside, path);
    const source = { cwd: join(repositoryFolder, folder), env: { ...env, GIT_INDEX_FILE: indexFile } };
    const ownGit = await access(join(source.cwd, ".git")).then(
      () => true,
      () => false,
    );
    const into = `--prefix=${join(worktreeFolder, folder)}/`;
    const filled =
      ownGit &&
      (await run("git", [...git, "read-tree", sha], source)).exitCode === 0 &&
      (await run("git", [...git, "checkout-index", "--all", "--force", into], source)).exitCode === 0;
    missing.push(...(filled ? await fill(filling, folder, sha) : [folder]));
  }
  return missing;
}
