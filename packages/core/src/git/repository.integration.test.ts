import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CommitSha } from "../contracts/comparison.ts";
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

test("every renamed file is found, also where more than a thousand were edited as well", async () => {
  const place = join(folder, "moves");
  await git("init", "--quiet", "moves");
  const many = Array.from({ length: 1001 }, (_, index) => String(index));
  const write = async (root: string, more: string): Promise<CommitSha> => {
    await rm(join(place, root === "old" ? "new" : "old"), { recursive: true, force: true });
    for (const name of many) {
      await mkdir(join(place, root, name), { recursive: true });
      const text = Array.from({ length: 5 }, (_, line) => `line ${line} of ${name}\n`).join("");
      await writeFile(join(place, root, name, "unit.hcl"), `${text}${more}`);
    }
    await git("-C", "moves", "add", "--all");
    await git("-C", "moves", "commit", "--quiet", "--message", root);
    return CommitSha.parse((await run("git", ["rev-parse", "HEAD"], { cwd: place, env })).stdout.trim());
  };
  const [base, head] = [await write("old", ""), await write("new", "an edit\n")];
  const renames = await openRepository(place, env).renames(base, head, ["*.hcl"]);
  expect(renames.filter(([from, to]) => from.replace("old/", "") === to.replace("new/", ""))).toHaveLength(1001);
});

test.each([
  ["a clone with everything", [], false],
  ["a clone without blobs", ["--filter=blob:none"], true],
])("%s is reported as what it is", async (name, filter, partial) => {
  const place = name.replaceAll(" ", "-");
  await git("clone", "--quiet", ...filter, `file://${folder}/origin`, place);
  expect(await openRepository(join(folder, place), env).isPartial()).toBe(partial);
});
