import { chmod, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { expect, test } from "vitest";
import { chosenBinary } from "../src/tofu/binary.ts";
import { openDependencyOutputs } from "../src/tofu/dependency-outputs.ts";
import { causeOf } from "../src/tofu/failure.ts";
import { openUnitWorkspace } from "../src/tofu/unit-workspace.ts";
import { installSlowProvider, slowThings } from "./slow-provider/install.ts";
import { killApplyIn, quick, slowWorld, somethingMade } from "./slow-world.ts";
import { somebodysLock, startStateServer } from "./state-server.ts";
import { makeWorld, passing, unitAt } from "./world.ts";

const ask = { units: ["a"], environment: "prod" } as const;

test("a held lock stops an apply after `lock_timeout`, and says who holds it since when; a plan does not mind it", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, quick, "jobs:\n  lock_timeout: 1s\n");
  server.locks.set("a", somebodysLock);
  expect((await world.run({ ...ask, action: "plan" })).ends).toEqual({ a: { kind: "changed" } });
  const { ends } = await world.run({ ...ask, action: "apply" });
  expect(ends).toMatchObject({
    a: {
      kind: "failed",
      at: "plan",
      cause: {
        kind: "locked",
        lock: {
          id: "11111111-2222-3333-4444-555555555555",
          who: "mona@laptop",
          operation: "OperationTypeApply",
          created: expect.stringContaining("2026-01-02 03:04:05"),
        },
      },
    },
  });
  expect(server.locks.get("a")).toBe(somebodysLock);
});

test("state that could not be written at first is written by a later try, and nothing is lost", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, (cloud) => slowThings(cloud, [{ name: "x", seconds: 1 }]));
  // The apply's own write, and its repeat on the way out.
  server.refuseWrites(1);
  const { ends } = await world.run({ ...ask, action: "apply" });
  expect(ends).toMatchObject({
    a: { kind: "failed", at: "apply", cause: { kind: "backend", message: expect.stringContaining("nothing is lost") } },
  });
  expect(server.resources("a")).toEqual(["x"]);
  expect([...server.locks.keys()]).toEqual([]);
  expect((await world.run({ ...ask, action: "apply" })).ends).toEqual({ a: { kind: "unchanged" } });
});

test("state that can't be written at all is kept on the runner, out of the artifacts, and named", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, quick);
  server.refuseWrites(1000);
  const done = await world.run({ ...ask, action: "apply" });
  const [file] = await readdir(join(world.documents, "errored-states"));
  expect(done.ends).toMatchObject({
    a: {
      kind: "failed",
      at: "apply",
      cause: { kind: "backend", message: expect.stringContaining(`errored-states/${file}`) },
    },
  });
  const state = await readFile(join(world.documents, "errored-states", file ?? ""), "utf8");
  expect(JSON.parse(state)).toMatchObject({ resources: [{ name: "x" }] });
  expect(await readdir(done.folder)).not.toContain("errored-states");
});

test("a state's storage that is not there is a backend's failure", async () => {
  const server = await startStateServer();
  await using world = await slowWorld(server, quick);
  await server[Symbol.asyncDispose]();
  const { ends } = await world.run({ ...ask, action: "plan" });
  expect(ends).toMatchObject({ a: { kind: "failed", cause: { kind: "backend" } } });
});

test("a provider that crashes in the middle of a call is reported as a crash", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, (cloud) => slowThings(cloud, [{ name: "x", seconds: 1, crash: true }]));
  const { ends } = await world.run({ ...ask, action: "apply" });
  expect(ends).toMatchObject({ a: { kind: "failed", at: "apply", cause: { kind: "crash" } } });
  expect([...server.locks.keys()]).toEqual([]);
});

test("a binary that is killed from outside leaves its lock, which is named with its id", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, (cloud) => slowThings(cloud, [{ name: "x", seconds: 20 }]));
  const running = world.run({ ...ask, action: "apply" });
  await somethingMade(world);
  await killApplyIn(world);
  const { ends } = await running;
  const { ID: id } = JSON.parse(server.locks.get("a") ?? "{}");
  expect(ends).toMatchObject({ a: { kind: "failed", at: "apply", cause: { kind: "locked", lock: { id } } } });
});

test("a full disk is reported as such", async () => {
  await using world = await makeWorld(
    unitAt(
      "a",
      'resource "terraform_data" "it" {\n  provisioner "local-exec" {\n    command = "LC_ALL=C cat /etc/hostname > /dev/full"\n  }\n}',
    ),
  );
  const { ends } = await world.run({ action: "apply", units: ["a"] });
  expect(ends).toMatchObject({ a: { kind: "failed", cause: { kind: "disk-full" } } });
});

test("a unit that takes too long is asked to stop: what it made is in its state", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, (cloud) =>
    slowThings(cloud, [
      { name: "x", seconds: 6 },
      { name: "y", seconds: 0.1, after: "x" },
    ]),
  );
  const env = { ...toolEnvironment(process.env), ...(await installSlowProvider(world.folder)) };
  const jobFolder = await mkdtemp(join(world.folder, "job-"));
  await using workspace = await openUnitWorkspace({
    ...{ jobFolder, env, authProvider: null, stop: new AbortController().signal },
    outputs: await openDependencyOutputs(jobFolder),
    unitFolder: join(world.repository, "a"),
    binary: (await chosenBinary(env, world.repository)).binary,
    timeoutMinutes: 4 / 60,
  });
  const step = await workspace.terragrunt("apply", ["apply", "-auto-approve", "-input=false", "-no-color"]);
  expect(step.end).toMatchObject({ timedOut: true, stopped: false, interrupted: ["apply"] });
  expect(causeOf(step.end, step.text, 4 / 60)).toMatchObject({ kind: "timeout" });
  expect(await readdir(world.cloud)).toEqual(["x"]);
  expect(server.resources("a")).toEqual(["x"]);
  expect([...server.locks.keys()]).toEqual([]);
});

test("a stop interrupts what is under way once, and starts nothing new; the ends say so", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(
    server,
    (cloud) => slowThings(cloud, [{ name: "x", seconds: 3 }]),
    "jobs:\n  parallelism: 1\n",
  );
  await world.commit(unitAt("b", quick(world.cloud)));
  const stop = new AbortController();
  const running = world.run({ action: "apply", units: ["a", "b"], environment: "prod" }, { stop: stop.signal });
  await somethingMade(world);
  stop.abort();
  const { ends } = await running;
  expect(ends).toMatchObject({
    a: { kind: expect.stringMatching(/^(interrupted|changed)$/) },
    b: { kind: "interrupted", at: "init" },
  });
  expect(server.resources("a")).toEqual(["x"]);
  expect([...server.locks.keys()]).toEqual([]);
});

test("an error that a unit's `errors` block ignores leaves no plan that counts, and no failed apply is a success", async () => {
  const ignoring = 'errors {\n  ignore "all" {\n    ignorable_errors = [".*"]\n  }\n}\n';
  await using world = await makeWorld({
    ...unitAt("plan", 'resource "terraform_data" "it" {\n  inputs = 1\n}', { body: ignoring }),
    ...unitAt(
      "apply",
      'resource "terraform_data" "it" {\n  provisioner "local-exec" {\n    command = "exit 3"\n  }\n}',
      { body: ignoring },
    ),
  });
  const { ends } = await world.run({ action: "apply", units: ["plan", "apply"] });
  expect(ends).toMatchObject({
    plan: { kind: "ignored", message: expect.stringContaining("Unsupported argument") },
    apply: { kind: "failed", at: "apply" },
  });
});

/** A folder with a program that prints what it is told, as the whole PATH. */
async function onlyOnPath(programs: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "path-"));
  for (const [name, prints] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\necho '${prints}'\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

test.each<[what: string, programs: Record<string, string>, says: string]>([
  ["no Terragrunt", { tofu: "OpenTofu v1.12.6" }, "Install Terragrunt"],
  ["an old Terragrunt", { terragrunt: "terragrunt version v0.99.0", tofu: "OpenTofu v1.12.6" }, "0.99.0 is too old"],
  ["neither tofu nor terraform", { terragrunt: "terragrunt version v1.1.3" }, "Neither tofu nor terraform"],
  ["an old OpenTofu", { terragrunt: "terragrunt version v1.1.3", tofu: "OpenTofu v1.6.0" }, "1.6.0 is too old"],
  ["an old Terraform", { terragrunt: "terragrunt version v1.1.3", terraform: "Terraform v1.5.7" }, "1.5.7 is too old"],
])("%s on the runner is the job's failure, with what to install", async (_, programs, says) => {
  await using world = await makeWorld(unitAt("a", passing("a")));
  const { outcome } = await world.run(
    { action: "plan", units: ["a"] },
    { environment: { PATH: await onlyOnPath(programs) } },
  );
  expect(outcome).toMatchObject({ state: "finished", units: [], failure: expect.stringContaining(says) });
});
