import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toolEnvironment } from "../process/environment.ts";
import { run } from "../process/run.ts";
import { openRepository } from "./repository.ts";

const env = toolEnvironment(process.env);
let folder: string;
const git = async (...args: string[]): Promise<void> => {
  const ran = await run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: folder, env });
  if (ran.exitCode !== 0) throw new Error(ran.stderr);
};
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "pipelines-repository-")));
  await git("init", "--quiet", "origin");
  await git("-C", "origin", "commit", "--quiet", "--allow-empty", "--message", "first");
  await git("-C", "origin", "config", "uploadpack.allowFilter", "true");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["a clone with everything", [], false],
  ["a clone without blobs", ["--filter=blob:none"], true],
])("%s is reported as what it is", async (name, filter, partial) => {
  const place = name.replaceAll(" ", "-");
  await git("clone", "--quiet", ...filter, `file://${folder}/origin`, place);
  expect(await openRepository(join(folder, place), env).isPartial()).toBe(partial);
});
