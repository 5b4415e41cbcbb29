import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { readDocument, writeDocument } from "@pipelines/core/documents/document";
import { outcomeFile } from "@pipelines/core/documents/layout";
import { expect, test } from "vitest";
import { slowThings } from "./slow-provider/install.ts";
import { killApplyIn, killTerragruntIn, quick, slowWorld, somethingMade } from "./slow-world.ts";
import { somebodysLock, startStateServer } from "./state-server.ts";
import { unitAt } from "./world.ts";

const ask = { action: "apply", units: ["a"], environment: "prod" } as const;

test("an apply waits for somebody's lock as long as `lock_timeout` says, and goes on when it is given back", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, quick, "jobs:\n  lock_timeout: 1m\n");
  server.locks.set("a", somebodysLock);
  const running = world.run(ask);
  await sleep(2500);
  server.locks.delete("a");
  expect((await running).ends).toEqual({ a: { kind: "changed" } });
});

test("a binary that is killed after it was asked to stop leaves its lock, which the interrupted end names", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, (cloud) => slowThings(cloud, [{ name: "x", seconds: 20 }]));
  const stop = new AbortController();
  const running = world.run(ask, { stop: stop.signal });
  await somethingMade(world);
  stop.abort();
  await killApplyIn(world);
  const { ends } = await running;
  const { ID: id } = JSON.parse(server.locks.get("a") ?? "{}");
  expect(ends).toMatchObject({
    a: { kind: "interrupted", at: "apply", lock: { id }, message: expect.stringContaining("still held") },
  });
});

test("a Terragrunt that is killed does not take the apply below it along, which is waited for", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, (cloud) => slowThings(cloud, [{ name: "x", seconds: 4 }]));
  const running = world.run(ask);
  await somethingMade(world);
  await killTerragruntIn(world);
  expect((await running).ends).toMatchObject({ a: { kind: "failed", at: "apply", cause: { kind: "crash" } } });
  expect(server.resources("a")).toEqual(["x"]);
  expect([...server.locks.keys()]).toEqual([]);
});

test("state that a stopped apply could not write is written after the stop", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, (cloud) => slowThings(cloud, [{ name: "x", seconds: 2 }]));
  server.refuseWrites(1000);
  const stop = new AbortController();
  const running = world.run(ask, { stop: stop.signal });
  await somethingMade(world);
  stop.abort();
  while (server.locks.size > 0) await sleep(50);
  server.refuseWrites(0);
  expect((await running).ends).toMatchObject({
    a: { kind: "interrupted", at: "apply", erroredState: false, message: expect.stringContaining("nothing is lost") },
  });
  expect(server.resources("a")).toEqual(["x"]);
});

test("a unit is applied to its end although the end of another can't be written down", async () => {
  await using server = await startStateServer();
  await using world = await slowWorld(server, (cloud) => slowThings(cloud, [{ name: "x", seconds: 3 }]));
  await world.commit(unitAt("b", 'resource "terraform_data" "it" {}'));
  const warnings: string[] = [];
  const ended: string[] = [];
  const running = world.run(
    { ...ask, units: ["a", "b"] },
    {
      progress: {
        started() {
          // The document's place is taken by something that it can't replace.
          for (const name of readdirSync(world.documents)) {
            rmSync(join(world.documents, name, "outcome.json"), { force: true, recursive: true });
            mkdirSync(join(world.documents, name, "outcome.json", "x"), { recursive: true });
          }
        },
        ended: ({ path, end }) => ended.push(`${path} ${end.kind}`),
        warn: (message) => warnings.push(message),
      },
    },
  );
  await expect(running).rejects.toThrow();
  expect(ended).toEqual(["b changed", "a changed"]);
  expect(warnings).toEqual(Array(2).fill(expect.stringContaining("the outcome can't be written")));
  expect(server.resources("a")).toEqual(["x"]);
});

test("an executor that is killed while its child writes loses nothing of what the child does, and has told nothing false", async () => {
  await using server = await startStateServer();
  const things = [
    { name: "x", seconds: 2 },
    { name: "y", seconds: 0.1, after: "x" },
  ];
  await using world = await slowWorld(server, (cloud) => slowThings(cloud, things));
  server.slowWrites(500);
  const execution = await world.execution(ask);
  const file = join(world.folder, "execution.json");
  await writeDocument(file, execution);
  const executor = spawn(
    process.execPath,
    [fileURLToPath(new URL("../src/main.ts", import.meta.url)), "--execution", file],
    { stdio: "ignore", env: { PATH: process.env["PATH"], HOME: process.env["HOME"] } },
  );
  await somethingMade(world);
  executor.kill("SIGKILL");
  while (server.locks.size > 0) await sleep(100);
  expect(server.resources("a")).toEqual(["x", "y"]);
  const outcome = await readDocument(outcomeFile(world.documents, execution.job.id, 1), JobOutcome);
  expect(outcome).toMatchObject({ state: "running", units: [] });
});
