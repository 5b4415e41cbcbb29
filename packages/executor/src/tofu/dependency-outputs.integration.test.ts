import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@pipelines/core/process/run";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DependencyOutputs, openDependencyOutputs } from "./dependency-outputs.ts";
import { writeWrapper } from "./wrapper.ts";

let folder: string;
let outputs: DependencyOutputs;
let asked = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-outputs-"));
  outputs = await openDependencyOutputs(folder);
  // What the backend has is in a file that a test can change.
  const binary = [
    "#!/bin/sh",
    `echo "$1" >> ${folder}/started`,
    'case "$1" in',
    '  init) mkdir -p .terraform; cp settings.json .terraform/terraform.tfstate; exit "${INIT_ENDS:-0}" ;;',
    `  output) [ -z "$MEANWHILE" ] || echo "$MEANWHILE" > ${folder}/outputs/changes; cat ${folder}/state ;;`,
    "esac",
  ];
  await writeFile(join(folder, "binary"), binary.join("\n"), { mode: 0o755 });
  await writeFile(join(folder, "state"), '{"value": 1}');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const started = async (): Promise<string[]> =>
  (await readFile(join(folder, "started"), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");

/** Asks for a dependency's outputs as Terragrunt does, for a new unit each time. */
async function ask({ key = "/states/vpc", env = {} as Record<string, string> } = {}): Promise<string> {
  asked += 1;
  const unit = join(folder, `unit-${asked}`);
  const place = join(unit, "fetch");
  await mkdir(place, { recursive: true });
  await writeFile(join(place, "backend.tf"), `terraform { backend "local" { path = "${key}" } }`);
  await writeFile(join(place, "settings.json"), settings(key));
  const binary = { kind: "tofu", program: join(folder, "binary"), version: "1.12.6", versionText: "" } as const;
  const { program } = await writeWrapper(binary, join(unit, "bin"), { initLock: join(folder, "init.lock"), outputs });
  const options = { cwd: place, env: { PATH: process.env["PATH"] ?? "", ...env } };
  await run(program, ["init", "-get=false"], options);
  const { stdout, exitCode } = await run(program, ["output", "-json"], options);
  return exitCode === 0 ? stdout : `failed with ${exitCode}`;
}

const settings = (path: string): string => JSON.stringify({ backend: { type: "local", config: { path } } });

/** Says that a unit whose state is there changes it. */
async function changes(path: string): Promise<void> {
  const unit = await mkdtemp(join(folder, "changing-"));
  await mkdir(join(unit, ".terraform"));
  await writeFile(join(unit, ".terraform/terraform.tfstate"), settings(path));
  await outputs.stateChanges(unit);
}

test("outputs are fetched once for all units that ask for the same", async () => {
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill('{"value": 1}'));
  expect(await started()).toEqual(["init", "output"]);
});

test("an init that fails, as Terragrunt allows, is no obstacle", async () => {
  const env = { INIT_ENDS: "1" };
  expect(await ask({ env })).toBe('{"value": 1}');
  expect(await ask({ env })).toBe('{"value": 1}');
  expect(await started()).toEqual(["init", "output"]);
});

test("another state, and another role, are asked for themselves", async () => {
  await ask({ env: { AWS_ROLE_ARN: "plan" } });
  await ask({ env: { AWS_ROLE_ARN: "other" } });
  await ask({ key: "/states/app", env: { AWS_ROLE_ARN: "plan" } });
  expect(await started()).toHaveLength(6);
});

test("outputs that can't be read are asked for again, and how that ends is told", async () => {
  await rm(join(folder, "state"));
  expect(await ask()).toBe("failed with 1");
  expect(await ask()).toBe("failed with 1");
  expect((await started()).filter((call) => call === "output")).toHaveLength(4);
});

test("what the job changes is fetched again, and what it does not change is kept", async () => {
  await ask();
  await changes("/states/app");
  await ask();
  expect(await started()).toHaveLength(2);
  await changes("/states/vpc");
  await writeFile(join(folder, "state"), '{"value": 2}');
  expect(await ask()).toBe('{"value": 2}');
});

test.each([
  ["a unit changes whose state is not known", "/states/vpc", null],
  ["a state's place depends on the folder", "states/vpc", "/states/app"],
])("everything is fetched again where %s", async (_, key, changing) => {
  await ask({ key });
  if (changing === null) await outputs.stateChanges(null);
  else await changes(changing);
  await ask({ key });
  expect(await started()).toHaveLength(4);
});

test("what was fetched while the job changed a state is not kept", async () => {
  expect(await ask({ env: { MEANWHILE: "changed" } })).toBe('{"value": 1}');
  await ask({ env: { MEANWHILE: "changed" } });
  await ask({ env: { MEANWHILE: "changed" } });
  expect(await started()).toEqual(["init", "output", "init", "output"]);
});

test("what is older than five minutes is fetched again, since another run may have applied it", async () => {
  await ask();
  const old = new Date(Date.now() - 6 * 60_000);
  for (const name of await readdir(outputs.folder)) await utimes(join(outputs.folder, name), old, old);
  await ask();
  expect(await started()).toHaveLength(4);
});
