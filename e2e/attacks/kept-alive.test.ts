import { rename } from "node:fs/promises";
import { afterAll, describe, expect, it } from "vitest";
import { git } from "../../demo/playground.ts";
import {
  type AttackedWorld,
  CONFIGURATION,
  clearWorlds,
  makeWorld,
  ONE_ENVIRONMENT,
  stateAt,
  unit,
  user,
} from "./world.ts";

/** Ways in which something alive was destroyed, played by the three components with real Terragrunt, OpenTofu and git. */
afterAll(clearWorlds);

const base = { [CONFIGURATION]: ONE_ENVIRONMENT, ...unit("a", "1"), ...unit("c", "1"), ...user("b", "1", "a") };

const gone = (...units: readonly string[]) =>
  Object.fromEntries(
    units.flatMap((path) => [`${path}/terragrunt.hcl`, `${path}/main.tf`].map((file) => [file, null])),
  );

/** What a world says of a unit that must live on. */
async function expectAlive(world: AttackedWorld, path: string, value = "1"): Promise<void> {
  expect(await world.alive(path)).toBe(value);
  expect(world.playground.github.violations).toEqual([]);
}

describe("a unit that others used", () => {
  it("is not destroyed while the apply that gives it up failed, and is due until that is applied", async () => {
    await using world = await makeWorld(base);
    const run = await world.onPush(await world.push("b does without a", { ...gone("a"), ...unit("b", "broken") }));
    expect(await run.finish()).toBe(false);
    await expectAlive(world, "a");
    expect((await world.ledgerOf("a"))?.due).toMatchObject({ action: "destroy", owner: { id: run.id } });

    const fixed = await world.onPush(await world.push("b works", unit("b", "2")));
    expect(await fixed.finish(), await fixed.log()).toBe(true);
    expect([await world.alive("a"), await world.alive("b")]).toEqual([null, "2"]);
    expect((await world.ledgerOf("a"))?.due).toBeUndefined();
    expect((await world.issues()).map(({ state }) => state)).toEqual(["closed", "closed"]);
  });
});

describe("a state that two units have", () => {
  const shared = { ...base, ...unit("old", "1", stateAt("shared")) };

  it("outlives a move that keeps it, also when somebody destroys the old place by hand", async () => {
    await using world = await makeWorld(shared);
    const before = await world.tip();
    const moved = { ...gone("old"), ...unit("new", "1", stateAt("shared")) };
    const run = await world.onPush(await world.push("old moves", moved));
    await run.finish();
    await expectAlive(world, "shared");
    expect((await world.ledgerOf("old"))?.due).toMatchObject({ action: "destroy", why: "held-move" });

    const byHand = await world.onDispatch({ action: "destroy", units: "old", commit: before });
    expect(await byHand.finish()).toBe(false);
    await expectAlive(world, "shared");
    expect(await byHand.log()).toContain("has the very state of `new`");
  });

  it("outlives the first unit when a copy came before, in a change of its own", async () => {
    await using world = await makeWorld(shared);
    const copied = await world.onPush(await world.push("a copy", unit("new", "1", stateAt("shared"))));
    expect(await copied.finish(), await copied.log()).toBe(true);
    const removed = await world.onPush(await world.push("the old one goes", gone("old")));
    expect(await removed.finish()).toBe(false);
    await expectAlive(world, "shared");
    expect(await removed.log()).toContain("has the very state of `new`");
  });
});

describe("an old commit", () => {
  it("destroys nothing that is on the branch, nor what the branch protects now", async () => {
    await using world = await makeWorld(base);
    const old = await world.tip();
    const plain = await world.onDispatch({ action: "destroy", units: "c", commit: old });
    await plain.finish();
    await expectAlive(world, "c");
    expect((await plain.assessment()).units).toMatchObject([{ path: "c", withheld: { by: "exists" } }]);

    const protecting = ONE_ENVIRONMENT.replace('"**"] }', '"**"], protect: ["c"], github_environment: live }');
    await (await world.onPush(await world.push("c is protected", { [CONFIGURATION]: protecting }))).finish();
    const asked = { action: "destroy", units: "c", commit: old, destroy_existing: "true" };
    const explicit = await world.onDispatch(asked);
    await explicit.finish();
    await expectAlive(world, "c");
    expect((await explicit.assessment()).units).toMatchObject([{ path: "c", withheld: { by: "protected" } }]);

    // What is not protected can go by an explicit word, with the approval that the branch asks for now.
    const word = await world.onDispatch({ ...asked, units: "b" });
    expect(await word.finish(), await word.log()).toBe(true);
    expect(word.matrix.map(({ github_environment }) => github_environment)).toEqual(["live"]);
    expect(await world.alive("b")).toBeNull();
  });

  it("applies nothing in an environment that was paused while its run waited for an approval", async () => {
    await using world = await makeWorld(base);
    const run = await world.onPush(await world.push("a changes", unit("a", "2")));
    await run.determine();
    await run.claim();
    const paused = { [CONFIGURATION]: ONE_ENVIRONMENT.replace('"**"] }', '"**"], apply: paused }') };
    await world.push("an incident", paused);
    await run.finish();
    await expectAlive(world, "a");
    expect((await world.ledgerOf("a"))?.due).toMatchObject({ action: "apply", why: "paused" });
  });
});

describe("a delete that is none", () => {
  it("destroys nothing when the folder becomes a submodule, or the file is written as JSON", async () => {
    await using world = await makeWorld(base);
    const { playground } = world;
    const json = JSON.stringify({ inputs: { value: "1" } });
    const rewritten = await world.push("JSON", { "a/terragrunt.hcl": null, "a/terragrunt.hcl.json": json });
    await git(playground.clone, "rm", "--quiet", "-r", "c");
    await git(playground.clone, "update-index", "--add", "--cacheinfo", `160000,${rewritten.before},c`);
    await git(playground.clone, "commit", "--quiet", "--message", "c is a repository of its own");
    await git(playground.clone, "push", "--quiet", "origin", "HEAD:main");
    const run = await world.onPush({ before: rewritten.before, after: await world.tip() });
    expect(await run.finish()).toBe(false);
    await expectAlive(world, "a");
    await expectAlive(world, "c");
    const { problems } = await run.assessment();
    expect(problems.map(({ path }) => path)).toEqual(expect.arrayContaining(["a", "c"]));
  });

  it("destroys nothing of a unit that nobody uses when its file is written as JSON", async () => {
    await using world = await makeWorld(base);
    const json = JSON.stringify({ inputs: { value: "1" } });
    const rewritten = { "c/terragrunt.hcl": null, "c/terragrunt.hcl.json": json };
    const run = await world.onPush(await world.push("JSON", rewritten));
    expect(await run.finish()).toBe(false);
    await expectAlive(world, "c");
    const { problems } = await run.assessment();
    expect(problems.map(({ path }) => path)).toEqual(["c"]);
  });

  it("destroys nothing that came back, although nobody can ask GitHub", async () => {
    await using world = await makeWorld(base);
    const { github, origin } = world.playground;
    const run = await world.onPush(await world.push("c goes", gone("c")));
    await run.determine();
    await run.claim();
    await world.push("c comes back", unit("c", "1"));
    github.faults.always({ path: /^/ }, { kind: "status", status: 403, message: "no" });
    expect(await run.jobs()).toBe(false);
    await expectAlive(world, "c");
    expect(await run.log()).toContain("is on the deploy branch");

    await rename(origin, `${origin}.away`);
    expect(await run.jobs()).toBe(false);
    await expectAlive(world, "c");
    await rename(`${origin}.away`, origin);
  });
});
