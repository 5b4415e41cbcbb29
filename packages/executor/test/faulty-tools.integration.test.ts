import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { run } from "@pipelines/core/process/run";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeWorld, passing, unitAt } from "./world.ts";

let folder: string;
let tofu: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-faulty-"));
  const env = { PATH: process.env["PATH"] ?? "" };
  tofu = (await run("sh", ["-c", "command -v tofu"], { cwd: folder, env })).stdout.trim();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * An environment in which OpenTofu does something wrong before it is itself. `$0.calls` has a line for each command so far.
 *
 * @param wrong shell commands; `$1` is OpenTofu's command
 */
async function faulty(wrong: string): Promise<{ environment: Record<string, string>; calls: () => Promise<string[]> }> {
  const bin = await mkdtemp(join(folder, "bin-"));
  const script = `#!/bin/sh\necho "$1" >> "$0.calls"\n${wrong}\nexec '${tofu}' "$@"\n`;
  await writeFile(join(bin, "tofu"), script, { mode: 0o755 });
  return {
    environment: { PATH: `${bin}${delimiter}${process.env["PATH"]}`, HOME: process.env["HOME"] ?? "" },
    calls: async () => (await readFile(join(bin, "tofu.calls"), "utf8")).trim().split("\n"),
  };
}

const lost = (command: string, times: number) =>
  `if [ "$1" = ${command} ] && [ "$(grep -c '^${command}$' "$0.calls")" -le ${times} ]; then echo 'Error: Required plugins are not installed' >&2; exit 1; fi`;

test.each(["plan", "apply"])("a %s whose providers an init beside it took away is made once more", async (command) => {
  await using world = await makeWorld(unitAt("a", passing("a")));
  const { environment, calls } = await faulty(lost(command, 1));
  const done = await world.run({ action: "apply", units: ["a"] }, { environment });
  expect(done.ends).toEqual({ a: { kind: "changed" } });
  expect((await calls()).filter((call) => call === command)).toHaveLength(2);
  expect(await done.text(done.unit("a").log)).toContain(`── terragrunt ${command}-again`);
});

test("providers that are not there the second time either are reported as they are, and nothing is tried a third time", async () => {
  await using world = await makeWorld(unitAt("a", passing("a")));
  const { environment, calls } = await faulty(lost("apply", 9));
  const { ends } = await world.run({ action: "apply", units: ["a"] }, { environment });
  expect(ends).toMatchObject({
    a: { kind: "failed", at: "apply", cause: { message: expect.stringContaining("Required plugins") } },
  });
  expect((await calls()).filter((call) => call === "apply")).toHaveLength(2);
});

test("a plan in a format of the future is a failure, and is not applied", async () => {
  await using world = await makeWorld(unitAt("a", passing("a")));
  const { environment, calls } = await faulty(
    `if [ "$1" = show ]; then '${tofu}' "$@" && sed -i 's/"format_version":"[0-9.]*"/"format_version":"2.0"/' "\${3#-json-into=}"; exit; fi`,
  );
  const { ends } = await world.run({ action: "apply", units: ["a"] }, { environment });
  expect(ends).toMatchObject({
    a: { kind: "failed", at: "plan", cause: { message: expect.stringContaining("does not know") } },
  });
  expect(await calls()).not.toContain("apply");
});

test("a binary that vanishes under a unit is reported as missing", async () => {
  await using world = await makeWorld(unitAt("a", passing("a")));
  const { environment } = await faulty('if [ "$1" = init ]; then rm "$0"; fi');
  const { ends } = await world.run({ action: "plan", units: ["a"] }, { environment });
  expect(ends).toMatchObject({ a: { kind: "failed", cause: { kind: "tool-missing", tool: "tofu" } } });
});

test("units are initialised one at a time, since they share a cache of providers", async () => {
  await using world = await makeWorld(Object.assign({}, ...["a", "b", "c"].map((name) => unitAt(name, passing(name)))));
  const { environment, calls } = await faulty(
    `if [ "$1" = init ]; then sleep 0.3; '${tofu}' "$@"; code=$?; echo 'init ended' >> "$0.calls"; exit $code; fi`,
  );
  const { ends } = await world.run({ action: "plan", units: ["a", "b", "c"] }, { environment });
  expect(Object.values(ends)).toEqual(Array(3).fill({ kind: "changed" }));
  const inits = (await calls()).filter((call) => call.startsWith("init"));
  expect(inits).toEqual(["init", "init ended", "init", "init ended", "init", "init ended"]);
});

test("a stack that Terragrunt can't generate because it got in its own way is generated one unit after the other", async () => {
  await using world = await makeWorld({
    "units/a/terragrunt.hcl": "",
    "units/a/main.tf": passing("a"),
    "live/terragrunt.stack.hcl": 'unit "a" {\n  source = "../units/a"\n  path   = "a"\n}\n',
  });
  const bin = await mkdtemp(join(folder, "bin-"));
  const env = { PATH: process.env["PATH"] ?? "" };
  const terragrunt = (await run("sh", ["-c", "command -v terragrunt"], { cwd: folder, env })).stdout.trim();
  const wrong = `case "$*" in *--parallelism*) ;; "stack generate"*) echo 'validation failed for unit a at path live' >&2; exit 1;; esac`;
  await writeFile(join(bin, "terragrunt"), `#!/bin/sh\n${wrong}\nexec '${terragrunt}' "$@"\n`, { mode: 0o755 });
  const environment = { PATH: `${bin}${delimiter}${env.PATH}`, HOME: process.env["HOME"] ?? "" };
  const unit = "live/.terragrunt-stack/a";
  const { ends } = await world.run({ action: "plan", units: [unit] }, { environment });
  expect(ends).toMatchObject({ [unit]: { kind: "changed" } });
});
