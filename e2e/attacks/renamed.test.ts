import { afterAll, describe, expect, it } from "vitest";
import { git } from "../../demo/playground.ts";
import { type PlayedRun, startPlay } from "./play.ts";
import {
  type AttackedWorld,
  CONFIGURATION,
  clearWorlds,
  type Files,
  makeWorld,
  ONE_ENVIRONMENT,
  unit,
} from "./world.ts";

/** The deploy branch gets another name, and the old branch is still there. */
afterAll(clearWorlds);

const base = { [CONFIGURATION]: ONE_ENVIRONMENT, ...unit("a", "1"), ...unit("c", "1") };
const TRUNK = { [CONFIGURATION]: `deploy_branch: trunk\n${ONE_ENVIRONMENT}` };
const NO_C = { "c/terragrunt.hcl": null, "c/main.tf": null };
const alive = (world: AttackedWorld) => Promise.all(["a", "c"].map((path) => world.alive(path)));

/** Pushes to a branch that is not main, and begins its run. */
async function onTrunk({ playground }: AttackedWorld, files: Files): Promise<PlayedRun> {
  const [ref, before] = ["refs/heads/trunk", "0".repeat(40)];
  const sha = await playground.push("trunk", "A change of trunk", files);
  const payload = await playground.github.pushEvent(before, sha, { branch: "trunk" });
  return startPlay(playground, { name: "push", payload, sha, ref, headSha: sha, headBranch: "trunk" });
}

/** A world whose trunk deploys and has changed a unit. */
async function renamed(): Promise<AttackedWorld> {
  const world = await makeWorld(base);
  const run = await onTrunk(world, { ...TRUNK, ...unit("a", "2") });
  expect(await run.finish(), await run.log()).toBe(true);
  expect(await alive(world)).toEqual(["2", "1"]);
  return world;
}

describe("a deploy branch with a new name", () => {
  it("destroys with its first push what it has no more, though the commit that had it names the old branch", async () => {
    await using world = await makeWorld(base);
    const run = await onTrunk(world, { ...TRUNK, ...NO_C });
    expect(await run.finish(), await run.log()).toBe(true);
    expect(await alive(world)).toEqual(["1", null]);
  });

  it("is the only one that a push applies and destroys for", async () => {
    await using world = await renamed();
    const determined = await world.determined();
    const old = await world.onPush(await world.push("the old branch goes on", NO_C));
    expect(await old.finish()).toBe(false);
    expect(await old.log()).toContain("Another branch deploys: the ledger follows `trunk`");
    expect([await alive(world), await world.determined()]).toEqual([["2", "1"], determined]);
  });

  it.each([
    { action: "apply", units: "a" },
    { action: "destroy", units: "c", destroy_existing: "true" },
    { action: "apply-due", units: "**" },
    { action: "dismiss", units: "**" },
  ])("is the only one that `$action` by hand runs for", async (inputs) => {
    await using world = await renamed();
    const asked = await world.onDispatch(inputs);
    expect(await asked.finish()).toBe(false);
    expect(await asked.log()).toContain("Another branch deploys");
    expect(await alive(world)).toEqual(["2", "1"]);
  });

  it("is the only one whose units are looked at for drift", async () => {
    await using world = await renamed();
    const clock = await world.onSchedule("0 5 * * 1-5");
    expect(await clock.finish()).toBe(false);
    expect(await clock.log()).toContain("Another branch deploys");
    const [issue, ...more] = await world.issues();
    expect([issue?.title, issue?.body, more]).toEqual([
      "Pipelines could not check for drift",
      expect.stringContaining("it is not known whether the infrastructure differs"),
      [],
    ]);
  });

  it("lets people look at units of the old one, and writes nothing down", async () => {
    await using world = await renamed();
    const asked = await world.onDispatch({ action: "plan", units: "a" });
    expect(await asked.finish(), await asked.log()).toBe(true);
    expect((await asked.assessment()).comparison.ledgerClaim).toBeUndefined();
  });

  it("takes from a run of the old one what that has not begun", async () => {
    await using world = await makeWorld(base);
    const old = await world.onPush(await world.push("c changes", unit("c", "2")));
    expect([await old.determine(), await old.claim()]).toEqual([true, true]);
    const next = await onTrunk(world, { ...TRUNK, ...unit("a", "2") });
    expect(await next.finish(), await next.log()).toBe(true);
    expect(await old.finish()).toBe(false);
    expect(await old.log()).toContain("The deploy branch is `trunk` since this run has begun");
    expect(await alive(world)).toEqual(["2", "1"]);
    expect(await world.ledgerOf("c")).toMatchObject({ due: { action: "apply", owner: { id: old.id } } });

    const later = await onTrunk(world, { "notes.txt": "a note\n" });
    expect(await later.finish(), await later.log()).toBe(true);
    expect(await alive(world)).toEqual(["2", "2"]);
  });

  it("gives way again to the old one that has its changes", async () => {
    await using world = await renamed();
    const { clone } = world.playground;
    await git(clone, "fetch", "--quiet", "origin");
    await git(clone, "checkout", "--quiet", "-B", "main", "origin/trunk");
    await git(clone, "push", "--quiet", "--force", "origin", "main");
    const back = await world.onPush(await world.push("main again", { [CONFIGURATION]: ONE_ENVIRONMENT, ...NO_C }));
    expect(await back.finish(), await back.log()).toBe(true);
    expect(await alive(world)).toEqual(["2", null]);
  });

  it("is no bar any more once it is deleted", async () => {
    await using world = await renamed();
    await git(world.playground.origin, "update-ref", "-d", "refs/heads/trunk");
    const old = await world.onPush(await world.push("c changes", unit("c", "2")));
    expect(await old.finish(), await old.log()).toBe(true);
    expect(await alive(world)).toEqual(["1", "2"]);
  });
});
