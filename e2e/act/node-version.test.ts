import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

describe("looking for Node", () => {
  const step = z
    .object({ runs: z.object({ steps: z.array(z.looseObject({ name: z.string(), run: z.string().optional() })) }) })
    .parse(parse(readFileSync(resolve(import.meta.dirname, "../../actions/orchestrator/action.yml"), "utf8")))
    .runs.steps.find(({ name }) => name === "Look for Node");

  it.each([
    ["echo v24.1.0", "found=true\n"],
    ["echo v22.0.0", "found=true\n"],
    ["echo v20.19.0", "found=false\n"],
    ["echo nothing sensible", "found=false\n"],
    ["exit 1", "found=false\n"],
  ])("a node that does `%s`", async (script, expected) => {
    const folder = await mkdtemp(join(tmpdir(), "pipelines-node-"));
    await writeFile(join(folder, "node"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await writeFile(join(folder, "step.sh"), step?.run ?? "exit 9");
    await writeFile(join(folder, "output"), "");
    // As the runner starts `shell: bash`.
    const args = ["--noprofile", "--norc", "-e", "-o", "pipefail", join(folder, "step.sh")];
    const env = { PATH: `${folder}:/usr/bin:/bin`, GITHUB_OUTPUT: join(folder, "output") };
    const { exitCode } = await execa("bash", args, { extendEnv: false, reject: false, env });
    expect([exitCode, await readFile(join(folder, "output"), "utf8")]).toEqual([0, expected]);
    await rm(folder, { recursive: true });
  });
});
