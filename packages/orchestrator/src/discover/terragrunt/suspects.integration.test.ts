import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { discoveringTerragrunt } from "./client.ts";
import { diagnoseSuspects, type Suspicion } from "./suspects.ts";

let folder: string;

/** A program in the place of Terragrunt, which takes half a second and says something of the folder that it runs in. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "suspects-"));
  const diagnostic = `[{"severity":"error","summary":"Error","detail":"nothing above $1","range":{"filename":"${folder}/root.hcl","start":{"line":2}}}]`;
  const program = `#!/bin/sh\nsleep 0.5\nset -- "\${PWD#${folder}/}"\ncat <<END\n${diagnostic}\nEND\nexit 1\n`;
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin/terragrunt"), program);
  await chmod(join(folder, "bin/terragrunt"), 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const unitNames = Array.from({ length: 20 }, (_unused, index) => `u${String(index).padStart(2, "0")}`);

describe("many units of one problem", () => {
  it("each hear of themselves, also those that were taken to be like a sample", async () => {
    for (const name of unitNames) await mkdir(join(folder, name));
    const PATH = [join(folder, "bin"), process.env["PATH"] ?? ""].join(delimiter);
    const terragrunt = discoveringTerragrunt();
    const suspected = new Map(
      unitNames.map((name): [string, Suspicion] => [name, { kind: "shared", file: "root.hcl" }]),
    );
    const diagnoses = await diagnoseSuspects(
      terragrunt.in(folder, () => ({ PATH })),
      suspected,
    );
    const messages = unitNames.map((name) => [name, diagnoses.get(name)]);
    expect(messages).toEqual(
      unitNames.map((name) => [name, expect.objectContaining({ message: `Error: nothing above ${name}` })]),
    );
    const { calls, seconds } = terragrunt.cost();
    expect(calls).toBeLessThan(unitNames.length);
    // Of calls side by side the time counts once.
    expect(seconds).toBeLessThan(calls * 0.5);
  });
});
