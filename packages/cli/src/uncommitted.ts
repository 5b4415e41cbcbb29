import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import { ToolError } from "@pipelines/core/terragrunt/binary";

/** Files of a checkout that are changed, added or removed and not committed. What git ignores does not count. */
export async function uncommittedFiles(folder: string): Promise<readonly string[]> {
  const listed = await git(folder, ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"]);
  return listed.split("\0").flatMap((entry) => (entry === "" ? [] : [entry.slice(3)]));
}

/** Whoever git takes for the author of a commit that nobody keeps. */
const AUTHOR = {
  GIT_AUTHOR_NAME: "pipelines plan",
  GIT_AUTHOR_EMAIL: "pipelines@users.noreply.github.com",
  GIT_COMMITTER_NAME: "pipelines plan",
  GIT_COMMITTER_EMAIL: "pipelines@users.noreply.github.com",
};

/** A commit of the files as they are on disk, on top of HEAD. No branch and no index has it: git forgets it in time. */
export async function commitOfDisk(folder: string): Promise<CommitSha> {
  const own = await mkdtemp(join(tmpdir(), "pipelines-index-"));
  try {
    const env = { ...AUTHOR, GIT_INDEX_FILE: join(own, "index") };
    await git(folder, ["read-tree", "HEAD"], env);
    await git(folder, ["add", "--all"], env);
    const tree = (await git(folder, ["write-tree"], env)).trim();
    return CommitSha.parse((await git(folder, ["commit-tree", tree, "-p", "HEAD", "-m", "Not committed"], env)).trim());
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function git(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const ran = await run("git", ["-c", "core.hooksPath=/dev/null", ...args], {
    cwd: folder,
    env: toolEnvironment(process.env, env),
  });
  if (ran.exitCode === 0) return ran.stdout;
  throw new ToolError("git", `git ${args[0]} failed: ${ran.failure ?? ran.stderr.trim()}`);
}

/** `a/main.tf, b/main.tf and 3 more`. */
export function briefly(files: readonly string[]): string {
  const shown = files.slice(0, 3).join(", ");
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown;
}
