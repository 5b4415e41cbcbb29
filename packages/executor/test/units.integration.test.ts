import { lstat, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installSlowProvider, slowThings } from "./slow-provider/install.ts";
import { failing, makeWorld, passing, unitAt, unitFile } from "./world.ts";

test("a plan tells counts, addresses and text, and changes nothing", async () => {
  await using world = await makeWorld(unitAt("a", `${passing("a")}\nresource "terraform_data" "more" {}`));
  const { unit, text, outcome } = await world.run({ action: "plan", units: ["a"] });
  expect(outcome).toMatchObject({ state: "finished", failure: null });
  expect(outcome.toolVersions).toEqual({
    terragrunt: expect.stringMatching(/^\d/),
    tofu: expect.stringMatching(/^(tofu|terraform) \d/),
  });
  expect(unit("a")).toMatchObject({
    end: { kind: "changed" },
    plan: {
      add: 2,
      change: 0,
      destroy: 0,
      replace: 0,
      outputs: { add: 1 },
      resources: [
        { address: "terraform_data.it", action: "create" },
        { address: "terraform_data.more", action: "create" },
      ],
      mocked: [],
    },
  });
  const planText = await text(unit("a").planText);
  expect(planText).toContain("# terraform_data.more will be created");
  expect(planText).toContain("Plan: 2 to add, 0 to change, 0 to destroy.");
  expect(planText).not.toContain(world.folder);
  expect(await world.stateOf("a")).toEqual({});
});

test("an apply follows dependencies, hands outputs on, and applies nothing a second time", async () => {
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    ...unitAt("b", passing("b"), { dependencies: ["a"] }),
    ...unitAt("c", passing("c"), { dependencies: ["b", "a"] }),
  });
  const units = [{ path: "c", after: ["a", "b"] }, { path: "b", after: ["a"] }, "a"];
  const first = await world.run({ action: "apply", units });
  expect(first.order).toEqual(["a", "b", "c"]);
  expect(first.ends).toMatchObject({ a: { kind: "changed" }, b: { kind: "changed" }, c: { kind: "changed" } });
  expect(await world.stateOf("c")).toMatchObject({
    "terraform_data.it": [{ attributes: { output: { value: "a+b+a+c" } } }],
  });
  const second = await world.run({ action: "apply", units });
  expect(second.ends).toEqual({ a: { kind: "unchanged" }, b: { kind: "unchanged" }, c: { kind: "unchanged" } });
});

test("a destroy runs at base, dependents first, although the units and their module are gone at head", async () => {
  await using world = await makeWorld({
    "modules/it/main.tf": passing("it"),
    "a/terragrunt.hcl": `include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\nterraform {\n  source = "../modules/it"\n}`,
    ...unitAt("b", passing("b"), { dependencies: ["a"] }),
  });
  await world.run({ action: "apply", units: ["a", { path: "b", after: ["a"] }] });
  const base = await world.commit({});
  const headSha = await world.commit({ a: null, b: null, modules: null });
  const units = [{ path: "a", after: ["b"] }, "b"];
  const pullRequest = { number: 1, headSha };
  const planned = await world.run({ action: "plan-destroy", units, at: base, base, pullRequest });
  expect(planned.unit("a").plan).toMatchObject({ destroy: 1, add: 0 });
  const reviewedPlansFolder = planned.folder;
  const done = await world.run({ action: "destroy", units, at: base, base, reviewedPlansFolder });
  expect(done.order).toEqual(["b", "a"]);
  expect(done.ends).toEqual({ a: { kind: "changed" }, b: { kind: "changed" } });
  expect(await world.stateOf("a")).toEqual({});
  expect(await world.stateOf("b")).toEqual({});
});

test("a failed unit is reported with the tool's words, its dependents are skipped, independent units go on", async () => {
  await using world = await makeWorld({
    ...unitAt("bad", failing),
    ...unitAt("after", passing("after"), { dependencies: ["bad"] }),
    ...unitAt("later", passing("later"), { dependencies: ["after"] }),
    ...unitAt("other", passing("other")),
  });
  const done = await world.run({
    action: "apply",
    units: ["bad", { path: "after", after: ["bad"] }, { path: "later", after: ["after"] }, "other"],
  });
  expect(done.ends).toMatchObject({
    bad: { kind: "failed", at: "apply", cause: { kind: "tool", message: expect.stringContaining("exit status 7") } },
    after: { kind: "skipped", because: ["bad"] },
    later: { kind: "skipped", because: ["after"] },
    other: { kind: "changed" },
  });
  expect(await done.text(done.unit("bad").log)).toContain("the cloud says no");
  // What was created before it failed is in the state, to be replaced by the next apply.
  expect(await world.stateOf("bad")).toMatchObject({ "terraform_data.it": [{ status: "tainted" }] });
});

test("a unit that needs outputs of a unit that this change adds is waiting; of any other it has failed", async () => {
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    ...unitAt("b", passing("b"), { dependencies: ["a"] }),
  });
  const waiting = await world.run({ action: "plan", units: ["b"], added: ["a"] });
  expect(waiting.ends).toEqual({ b: { kind: "waiting", for: ["a"] } });
  const together = await world.run({ action: "plan", units: ["a", "b"] });
  expect(together.ends).toEqual({ a: { kind: "changed" }, b: { kind: "waiting", for: ["a"] } });
  const failed = await world.run({ action: "plan", units: ["b"] });
  expect(failed.ends).toMatchObject({
    b: { kind: "failed", at: "plan", cause: { message: expect.stringContaining("detected no outputs") } },
  });
});

test("a plan on mocked outputs says so, and is never applied", async () => {
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    ...unitAt("b", passing("b"), { dependencies: ["a"], mocks: '  mock_outputs = { value = "made-up" }' }),
  });
  const planned = await world.run({ action: "plan", units: ["b"], added: ["a"] });
  expect(planned.unit("b")).toMatchObject({ end: { kind: "changed" }, plan: { mocked: ["a"], add: 1 } });
  const applied = await world.run({ action: "apply", units: ["b"] });
  expect(applied.ends).toMatchObject({ b: { kind: "withheld", stop: { guard: "mocked" } } });
  expect(await world.stateOf("b")).toEqual({});
});

test("mocks that are merged with real outputs count where they fill a gap, and only there", async () => {
  const merging = (mocks: string) => `  mock_outputs = ${mocks}\n  mock_outputs_merge_strategy_with_state = "shallow"`;
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    ...unitAt("b", passing("b"), { dependencies: ["a"], mocks: merging('{ value = "x", more = "made-up" }') }),
    ...unitAt("c", passing("c"), { dependencies: ["a"], mocks: merging('{ value = "x" }') }),
  });
  await world.run({ action: "apply", units: ["a"] });
  const { ends } = await world.run({ action: "apply", units: ["b", "c"] });
  expect(ends).toMatchObject({ b: { kind: "withheld", stop: { guard: "mocked" } }, c: { kind: "changed" } });
  expect(await world.stateOf("b")).toEqual({});
});

test("a broken unit fails with file and line, and the others are planned", async () => {
  await using world = await makeWorld({
    ...unitAt("broken", 'resource "terraform_data" "it" {\n  inputs = 1\n}'),
    ...unitAt("fine", passing("fine")),
  });
  const planned = await world.run({ action: "plan", units: ["broken", "fine"] });
  expect(planned.ends).toMatchObject({
    broken: { kind: "failed", at: "plan", cause: { message: expect.stringContaining("main.tf line 2") } },
    fine: { kind: "changed" },
  });
});

test("nothing changes the world outside the deploy branch", async () => {
  await using world = await makeWorld(unitAt("a", passing("a")));
  const refused = await world.run({ action: "apply", units: ["a"], ref: "refs/heads/feature" });
  expect(refused.outcome.units).toEqual([]);
  expect(refused.outcome.failure).toContain("runs for refs/heads/main only");
  const onRunner = await world.run(
    { action: "apply", units: ["a"] },
    {
      environment: {
        PATH: process.env["PATH"],
        GITHUB_ACTIONS: "true",
        GITHUB_REF: "refs/pull/3/merge",
        GITHUB_EVENT_NAME: "pull_request",
      },
    },
  );
  expect(onRunner.outcome.failure).toContain("refs/pull/3/merge");
  const push = { GITHUB_ACTIONS: "true", GITHUB_REF: "refs/heads/main", GITHUB_EVENT_NAME: "push" };
  const another = await world.run(
    { action: "apply", units: ["a"] },
    { environment: { PATH: process.env["PATH"], ...push, GITHUB_SHA: "0".repeat(40) } },
  );
  expect(another.outcome.failure).toContain("the document wants to run for");
  expect(await world.stateOf("a")).toEqual({});
});

test("an environment that does not exist is told in the outcome", async () => {
  await using world = await makeWorld(unitAt("a", passing("a")));
  const { outcome } = await world.run({ action: "plan", units: ["a"], environment: "prod" });
  expect(outcome).toMatchObject({ state: "finished", units: [], failure: expect.stringContaining("called prod") });
});

test("units that a later run takes care of are not touched, and what depends on them is left to that run", async () => {
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    ...unitAt("b", passing("b"), { dependencies: ["a"] }),
    ...unitAt("c", passing("c")),
  });
  const by = "c".repeat(40);
  const units = ["a", { path: "b", after: ["a"] }, "c"];
  const done = await world.run({ action: "apply", units, superseded: [{ path: "a", by }] });
  expect(done.ends).toEqual({ a: { kind: "superseded", by }, b: { kind: "superseded", by }, c: { kind: "changed" } });
  expect([await world.stateOf("a"), await world.stateOf("b")]).toEqual([{}, {}]);
});

test("what was changed or deleted outside is named as drift, apart from what a plan would do about it", async () => {
  await using world = await makeWorld({});
  const cloud = join(world.folder, "cloud");
  await mkdir(cloud);
  const fromModules = (name: string) => ({
    [`modules/${name}/main.tf`]: slowThings(cloud, [{ name, seconds: 0 }]),
    [`${name}/terragrunt.hcl`]: unitFile({ body: `terraform {\n  source = "../modules//${name}"\n}` }),
  });
  await world.commit({
    ...fromModules("changed"),
    ...fromModules("deleted"),
    ".pipelines/config.yml": `environments:\n  prod:\n    paths: ["**"]\n    env: ${JSON.stringify(await installSlowProvider(world.folder))}\n`,
  });
  const ask = { units: ["changed", "deleted"], environment: "prod" };
  const applied = await world.run({ action: "apply", ...ask });
  expect(applied.ends).toEqual({ changed: { kind: "changed" }, deleted: { kind: "changed" } });
  expect(applied.unit("changed").plan?.drifted).toEqual([]);
  await writeFile(join(cloud, "changed"), "another-id");
  await rm(join(cloud, "deleted"));
  const { unit } = await world.run({ action: "plan", ...ask });
  expect(unit("changed")).toMatchObject({
    end: { kind: "unchanged" },
    plan: { drifted: ["slow_thing.changed"], resources: [] },
  });
  expect(unit("deleted")).toMatchObject({
    end: { kind: "changed" },
    plan: { drifted: ["slow_thing.deleted"], resources: [{ address: "slow_thing.deleted", action: "create" }] },
  });
});

test("a provider stays as it is in the shared cache while other units are initialised", async () => {
  await using world = await makeWorld({});
  const variables = await installSlowProvider(world.folder);
  const things = slowThings(world.folder, [{ name: "x", seconds: 0 }]);
  await world.commit({
    ...unitAt("a", things),
    ...unitAt("b", things),
    ".pipelines/config.yml": `environments:\n  prod:\n    paths: ["**"]\n    env: ${JSON.stringify(variables)}\n`,
  });
  const cached = join(variables["XDG_CACHE_HOME"] ?? "", "terragrunt/providers/example.test/pipelines/slow/1.0.0");
  const installed = async () =>
    (await lstat(join(cached, `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`))).ctimeMs;
  await world.run({ action: "plan", units: ["a"], environment: "prod" });
  const before = await installed();
  expect((await world.run({ action: "plan", units: ["b"], environment: "prod" })).ends).toEqual({
    b: { kind: "changed" },
  });
  expect(await installed()).toBe(before);
});
