import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EMPTY } from "../../hcl/parse.ts";
import { discoveringTerragrunt } from "./client.ts";
import { type GeneratedStacks, generateStacks } from "./generate-stacks.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "generate-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Generates the stack `live` with a program in the place of Terragrunt, and answers how often that was called. */
async function generated(program: string): Promise<{ stacks: GeneratedStacks; calls: readonly string[] }> {
  const calls = join(folder, "calls");
  await mkdir(join(folder, "bin"));
  await mkdir(join(folder, "live"));
  await writeFile(join(folder, "bin/terragrunt"), `#!/bin/sh\necho "$*" >> ${calls}\n${program}\n`);
  await chmod(join(folder, "bin/terragrunt"), 0o755);
  const PATH = [join(folder, "bin"), process.env["PATH"] ?? ""].join(delimiter);
  const stacks = await generateStacks(
    discoveringTerragrunt().in(folder, () => ({ PATH })),
    new Map([["live/terragrunt.stack.hcl", "a"]]),
    () => EMPTY,
    () => EMPTY,
    () => true,
    "",
  );
  return { stacks, calls: (await readFile(calls, "utf8")).trim().split("\n") };
}

const failing = (reason: string): string => `echo '12:00:00.000 ERROR  ${reason}' >&2\nexit 1`;
const COLLISION =
  "validation failed for unit irsa at path .terragrunt-stack: expected unit to generate with terragrunt.hcl file at root of generated directory";
const MAKES_A_UNIT = "mkdir -p .terragrunt-stack/irsa && : > .terragrunt-stack/irsa/terragrunt.hcl";

it("generates a stack once more, one unit at a time, when Terragrunt got in its own way", async () => {
  const { stacks, calls } = await generated(
    `case "$*" in *--parallelism*) ${MAKES_A_UNIT}; exit;; esac\n${failing(COLLISION)}`,
  );
  expect([stacks.problems, [...stacks.files.keys()]]).toEqual([[], ["live/.terragrunt-stack/irsa/terragrunt.hcl"]]);
  expect(calls).toEqual([expect.not.stringContaining("--parallelism"), expect.stringContaining("--parallelism 1")]);
});

it("says what is wrong where a unit lacks its file every time", async () => {
  const { stacks, calls } = await generated(failing(COLLISION));
  expect(stacks.problems).toEqual([expect.objectContaining({ message: expect.stringContaining("unit irsa") })]);
  expect(calls).toHaveLength(2);
});

it("asks once where a source can't be had", async () => {
  const { calls } = await generated(failing("failed to fetch git::https://example.com/x.git: exited with 128"));
  expect(calls).toHaveLength(1);
});
