import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { gitAt } from "@pipelines/core/git/repository";
import { toolEnvironment } from "@pipelines/core/process/environment";

/** Files of a checkout that are changed, added or removed and not committed. What git ignores does not count. */
export async function uncommittedFiles(folder: string): Promise<readonly string[]> {
  const git = gitAt(folder, toolEnvironment(process.env));
  const listed = await git.raw(["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"]);
  return listed.split("\0").flatMap((entry) => (entry === "" ? [] : [entry.slice(3)]));
}

/**
 * A commit of the files as they are on disk, on top of HEAD. No branch and no index has it: git forgets it in time.
 */
export async function commitOfDisk(folder: string): Promise<CommitSha> {
  const own = await mkdtemp(join(tmpdir(), "pipelines-index-"));
  try {
    const author = { name: "pipelines plan", email: "pipelines@users.noreply.github.com" };
    const git = gitAt(
      folder,
      toolEnvironment(process.env, {
        GIT_INDEX_FILE: join(own, "index"),
        ...{ GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email },
        ...{ GIT_COMMITTER_NAME: author.name, GIT_COMMITTER_EMAIL: author.email },
      }),
    );
    await git.raw(["read-tree", "HEAD"]);
    await git.raw(["add", "--all"]);
    const tree = (await git.raw(["write-tree"])).trim();
    return CommitSha.parse((await git.raw(["commit-tree", tree, "-p", "HEAD", "-m", "Not committed"])).trim());
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** `a/main.tf, b/main.tf and 3 more`. */
export function briefly(files: readonly string[]): string {
  const shown = files.slice(0, 3).join(", ");
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown;
}
