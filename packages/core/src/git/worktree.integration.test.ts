import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { CommitSha } from "../contracts/comparison.ts";
import { toolEnvironment } from "../process/environment.ts";
import { run } from "../process/run.ts";
import { addWorktree } from "./worktree.ts";

it("worktrees come and go side by side without taking each other's data along, and leave nothing behind", async () => {
  const folder = await mkdtemp(join(tmpdir(), "worktrees-"));
  const env = toolEnvironment(process.env);
  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const ran = await run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd, env });
    if (ran.exitCode !== 0) throw new Error(ran.stderr);
    return ran.stdout.trim();
  };
  try {
    await git(folder, "init", "--quiet");
    // Enough files that a worktree takes its time to be removed.
    await mkdir(join(folder, "many"));
    for (let index = 0; index < 1500; index += 1) await writeFile(join(folder, "many", `${index}`), "");
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", "many files");
    const commit = CommitSha.parse(await git(folder, "rev-parse", "HEAD"));
    const oneAfterTheOther = async (): Promise<void> => {
      for (let round = 0; round < 6; round += 1) {
        await using worktree = await addWorktree(folder, commit, env);
        for (let look = 0; look < 4; look += 1) {
          expect(await git(worktree.folder, "rev-parse", "HEAD")).toBe(commit);
        }
      }
    };
    await Promise.all(Array.from({ length: 6 }, oneAfterTheOther));
    expect((await git(folder, "worktree", "list")).split("\n")).toHaveLength(1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
