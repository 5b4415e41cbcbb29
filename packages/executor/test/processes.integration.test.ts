import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { run } from "@pipelines/core/process/run";
import { expect, test } from "vitest";
import { makeWorld, passing, unitAt, type World } from "./world.ts";

/** An environment whose OpenTofu notes what it is started for. */
async function counted(world: World) {
  const bin = await mkdtemp(join(world.folder, "bin-"));
  const env = { PATH: process.env["PATH"] ?? "" };
  const tofu = (await run("sh", ["-c", "command -v tofu"], { cwd: bin, env })).stdout.trim();
  await writeFile(join(bin, "tofu"), `#!/bin/sh\necho "$1" >> "$0.calls"\nexec '${tofu}' "$@"\n`, { mode: 0o755 });
  const environment = { PATH: `${bin}${delimiter}${env.PATH}`, HOME: process.env["HOME"] ?? "" };
  return {
    environment,
    async starts() {
      const calls = (await readFile(join(bin, "tofu.calls"), "utf8")).trim().split("\n");
      return Object.fromEntries(Object.entries(Object.groupBy(calls, (call) => call)).map(([k, v]) => [k, v?.length]));
    },
  };
}

const FOUR = ["u1", "u2", "u3", "u4"];
const fourOnOne = Object.assign(
  unitAt("vpc", passing("vpc")),
  ...FOUR.map((name) => unitAt(name, passing(name), { dependencies: ["vpc"] })),
);
/** Once by the job, and once under the Terragrunt that the job asks for its version. */
const ASKED = { version: 1, "-version": 1 };

test("a plan starts OpenTofu three times for each unit, and twice for what all of them depend on", async () => {
  await using world = await makeWorld(fourOnOne);
  await world.run({ action: "apply", units: ["vpc"] });
  const { environment, starts } = await counted(world);
  const { ends } = await world.run({ action: "plan", units: FOUR }, { environment });
  expect(Object.values(ends)).toEqual(Array(4).fill({ kind: "changed" }));
  expect(await starts()).toEqual({ ...ASKED, init: 4 + 1, output: 1, plan: 4, show: 4 });
});

test("an apply starts it once more for each unit", async () => {
  await using world = await makeWorld(fourOnOne);
  await world.run({ action: "apply", units: ["vpc"] });
  const { environment, starts } = await counted(world);
  // One after another: what is fetched while something is applied beside it is not kept.
  const units = FOUR.map((path, index) => ({ path, after: FOUR.slice(0, index) }));
  const { ends } = await world.run({ action: "apply", units }, { environment });
  expect(Object.values(ends)).toEqual(Array(4).fill({ kind: "changed" }));
  expect(await starts()).toEqual({ ...ASKED, init: 4 + 1, output: 1, plan: 4, show: 4, apply: 4 });
});

test("a unit sees what the job has applied, also when another unit asked for it before", async () => {
  await using world = await makeWorld({
    ...unitAt("vpc", passing("old")),
    ...unitAt("before", passing("before"), { dependencies: ["vpc"] }),
    ...unitAt("after", passing("after"), { dependencies: ["vpc"] }),
  });
  await world.run({ action: "apply", units: ["vpc"] });
  await world.commit(unitAt("vpc", passing("new")));
  const units = ["before", { path: "vpc", after: ["before"] }, { path: "after", after: ["vpc"] }];
  const { order } = await world.run({ action: "apply", units });
  expect(order).toEqual(["before", "vpc", "after"]);
  const value = async (unit: string) => JSON.stringify(await world.stateOf(unit));
  expect(await value("before")).toContain("old+before");
  expect(await value("after")).toContain("new+after");
});

test("a folder that pins a version is asked for its own", async () => {
  await using world = await makeWorld({ ...unitAt("a", passing("a")), "a/.opentofu-version": "1.12.6" });
  const { environment, starts } = await counted(world);
  expect((await world.run({ action: "plan", units: ["a"] }, { environment })).ends).toEqual({ a: { kind: "changed" } });
  expect((await starts())["-version"]).toBeGreaterThan(1);
});
