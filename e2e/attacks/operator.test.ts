import { execa } from "execa";
import { afterAll, describe, expect, it } from "vitest";
import { git } from "../../demo/playground.ts";
import { type AttackedWorld, CONFIGURATION, clearWorlds, makeWorld, ONE_ENVIRONMENT, unit, user } from "./world.ts";

/** What people do at the wrong moment, played by the three components with real Terragrunt, OpenTofu and git. */
afterAll(clearWorlds);

const REF = "refs/pipelines/ledger";
const base = { [CONFIGURATION]: ONE_ENVIRONMENT, ...unit("a", "1"), ...unit("c", "1"), ...user("b", "1", "a") };
const gone = (path: string) => ({ [`${path}/terragrunt.hcl`]: null, [`${path}/main.tf`]: null });
const alive = (world: AttackedWorld, ...paths: readonly string[]) =>
  Promise.all(paths.map((path) => world.alive(path)));

describe("runs that cross", () => {
  it("leave an apply that waited for an approval nothing of what two later merges did", async () => {
    await using world = await makeWorld(base);
    const first = await world.onPush(await world.push("a and c change", { ...unit("a", "2"), ...unit("c", "2") }));
    await first.determine();
    await first.claim();
    const second = await world.onPush(await world.push("a changes again", unit("a", "3")));
    expect(await second.finish(), await second.log()).toBe(true);
    const third = await world.onPush(await world.push("c goes", gone("c")));
    expect(await third.finish(), await third.log()).toBe(true);
    expect(await first.finish(), await first.log()).toBe(true);
    expect(await alive(world, "a", "c")).toEqual(["3", null]);
    expect(await world.ledgerOf("c")).toMatchObject({ applied: { action: "destroy", run: { id: third.id } } });
  });

  it("do not take from each other what one of them is about to apply, though a person asks for it", async () => {
    await using world = await makeWorld(base);
    const owner = await world.onPush(await world.push("a changes", unit("a", "2")));
    await owner.determine();
    await owner.claim();
    const asked = await world.onDispatch({ action: "apply-due", units: "a" });
    await asked.finish();
    expect(asked.matrix).toEqual([]);
    expect((await asked.assessment()).notices.join()).toContain("`a` stays due: its run goes on");
    expect((await world.ledgerOf("a"))?.due?.owner.id).toBe(owner.id);
    expect(await owner.finish(), await owner.log()).toBe(true);
    expect(await alive(world, "a")).toEqual(["2"]);
  });
});

describe("a ledger that somebody touched", () => {
  it("is not begun anew in silence when it is gone, and closes no issue of what it knew", async () => {
    await using world = await makeWorld(base);
    const failed = await world.onPush(await world.push("a breaks", unit("a", "broken")));
    expect(await failed.finish()).toBe(false);
    const last = await git(world.playground.origin, "rev-parse", REF);
    await git(world.playground.origin, "update-ref", "-d", REF);
    const next = await world.onPush(await world.push("c changes", unit("c", "2")));
    expect(await next.finish(), await next.log()).toBe(true);
    expect((await next.assessment()).notices.join()).toContain("There is no ledger");
    expect(await world.issues()).toMatchObject([{ state: "open", title: expect.stringContaining("a") }]);

    // Put back, it knows again what is due, and the changes since are determined once more.
    await git(world.playground.origin, "update-ref", REF, last);
    const fixed = await world.onPush(await world.push("a note", { "notes.txt": "a note\n" }));
    await fixed.finish();
    expect((await fixed.assessment()).units.map(({ path }) => path)).toEqual(["a", "c"]);
  });

  it("stops every run when it is of a newer format, and is made up for when it is back", async () => {
    await using world = await makeWorld(base);
    const { origin, clone } = world.playground;
    const last = await git(origin, "rev-parse", REF);
    await git(clone, "fetch", "--quiet", "origin", `${REF}:${REF}`);
    const newer = '{ "version": 2 }\n';
    const blob = (await execa("git", ["hash-object", "-w", "--stdin"], { cwd: clone, input: newer })).stdout;
    const entry = `100644 blob ${blob}\tdetermined.json\n`;
    const tree = (await execa("git", ["mktree"], { cwd: clone, input: entry })).stdout;
    const commit = await git(clone, "commit-tree", tree, "-p", last, "-m", "a newer release");
    await git(clone, "push", "--quiet", "origin", `${commit}:${REF}`);
    const stopped = await world.onPush(await world.push("a changes, c goes", { ...unit("a", "2"), ...gone("c") }));
    expect(await stopped.finish()).toBe(false);
    expect(await stopped.log()).toContain("is of version 2");
    expect(await alive(world, "a", "c")).toEqual(["1", "1"]);
    expect(await git(origin, "rev-parse", REF)).toBe(commit);

    await git(origin, "update-ref", REF, last);
    const next = await world.onPush(await world.push("a note", { "notes.txt": "a note\n" }));
    expect(await next.finish(), await next.log()).toBe(true);
    expect(await alive(world, "a", "c")).toEqual(["2", null]);
  });
});

describe("what is due", () => {
  const environments = (prod = ""): string =>
    `environments:\n  dev: { paths: ["dev/**"] }\n  prod: { paths: ["prod/**"]${prod} }\nreviewed_plan: "off"\napply_due_at: "30 5 * * *"\n`;
  const two = { [CONFIGURATION]: environments(), ...unit("dev/x", "1"), ...unit("prod/c", "1") };

  it("of a unit that moves to another environment destroys nothing, and does not hold up its new place", async () => {
    await using world = await makeWorld(two);
    const failed = await world.onPush(await world.push("x breaks", unit("dev/x", "broken")));
    expect(await failed.finish()).toBe(false);
    const moved = await world.onPush(await world.push("x moves", { ...gone("dev/x"), ...unit("prod/x", "2") }));
    await moved.finish();
    expect(await alive(world, "prod/x")).toEqual(["2"]);
    expect(await world.alive("dev/x")).not.toBeNull();
    expect((await world.ledgerOf("dev/x"))?.due).toMatchObject({ action: "destroy", why: "held-move" });
  });

  it("in a paused environment waits for the pause to end, whatever the clock says; a delete that is reverted is none", async () => {
    await using world = await makeWorld(two);
    const paused = { ...gone("prod/c"), [CONFIGURATION]: environments(", apply: paused") };
    await (await world.onPush(await world.push("c goes, in a pause", paused))).finish();
    expect((await world.ledgerOf("prod/c"))?.due).toMatchObject({ action: "destroy", why: "paused" });
    const clock = await world.onSchedule("30 5 * * *");
    await clock.finish();
    expect(clock.matrix).toEqual([]);
    expect(await alive(world, "prod/c")).toEqual(["1"]);
    const back = { ...unit("prod/c", "1"), [CONFIGURATION]: environments() };
    const reverted = await world.onPush(await world.push("c stays", back));
    expect(await reverted.finish(), await reverted.log()).toBe(true);
    expect(await alive(world, "prod/c")).toEqual(["1"]);
    expect((await world.ledgerOf("prod/c"))?.due).toBeUndefined();
  });
});
