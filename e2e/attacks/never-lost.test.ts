import { afterAll, describe, expect, it } from "vitest";
import { loseArtifacts } from "./play.ts";
import { CONFIGURATION, clearWorlds, makeWorld, ONE_ENVIRONMENT, unit, user } from "./world.ts";

/** Ways in which what was merged was never applied, played by the three components with real Terragrunt, OpenTofu and git. */
afterAll(clearWorlds);

const base = { [CONFIGURATION]: ONE_ENVIRONMENT, ...unit("a", "1"), ...unit("c", "1"), ...user("b", "1", "a") };
const gone = { "c/terragrunt.hcl": null, "c/main.tf": null };

describe("a run that comes to nothing", () => {
  it("is covered by the next one, which closes its issue only by doing its work", async () => {
    await using world = await makeWorld(base);
    const lost = await world.onPush(await world.push("a changes, c goes", { ...unit("a", "2"), ...gone }));
    expect(await lost.report()).toBe(false);
    lost.end();
    expect((await world.issues()).map(({ state }) => state)).toEqual(["open"]);

    const next = await world.onPush(await world.push("b changes", user("b", "2", "a")));
    expect(await next.finish(), await next.log()).toBe(true);
    expect(await Promise.all(["a", "b", "c"].map((path) => world.alive(path)))).toEqual(["2", "2", null]);
    expect((await world.issues()).map(({ state }) => state)).toEqual(["closed"]);
    expect(world.playground.github.violations).toEqual([]);
  });

  it("was never started for a commit that skips it: the next one has its changes, also those of a pause", async () => {
    await using world = await makeWorld(base);
    await world.push("a changes [skip ci]", unit("a", "2"));
    const paused = ONE_ENVIRONMENT.replace('"**"] }', '"**"], apply: paused }');
    const held = await world.onPush(await world.push("a pause", { ...unit("c", "2"), [CONFIGURATION]: paused }));
    await held.finish();
    expect(await Promise.all(["a", "c"].map((path) => world.alive(path)))).toEqual(["1", "1"]);
    for (const path of ["a", "c"]) expect((await world.ledgerOf(path))?.due).toMatchObject({ why: "paused" });

    const on = await world.onPush(await world.push("it goes on", { [CONFIGURATION]: ONE_ENVIRONMENT }));
    expect(await on.finish(), await on.log()).toBe(true);
    expect(await Promise.all(["a", "c"].map((path) => world.alive(path)))).toEqual(["2", "2"]);
  });
});

describe("a run that did its work", () => {
  it("leaves its units due when its outcomes are lost, and the next one makes sure of them", async () => {
    await using world = await makeWorld(base);
    const run = await world.onPush(await world.push("a changes", unit("a", "2")));
    await run.determine();
    await run.claim();
    await run.jobs();
    await loseArtifacts(run, /^pipelines-outcome-/);
    expect(await run.finish()).toBe(false);
    expect((await world.ledgerOf("a"))?.due).toMatchObject({ why: "lost", owner: { id: run.id } });

    const next = await world.onPush(await world.push("c changes", unit("c", "2")));
    expect(await next.finish(), await next.log()).toBe(true);
    expect((await world.ledgerOf("a"))?.due).toBeUndefined();
    expect([await world.alive("a"), await world.alive("c")]).toEqual(["2", "2"]);
    expect((await world.issues()).filter(({ state }) => state === "open")).toEqual([]);
  });

  it("is made up for by the line of the schedule that is for what is due, and by no other line", async () => {
    const clock = 'apply_due_at: "30 5 * * 1-5"\n';
    await using world = await makeWorld({ ...base, [CONFIGURATION]: `${ONE_ENVIRONMENT}${clock}` });
    const lost = await world.onPush(await world.push("a changes", unit("a", "2")));
    await lost.determine();
    await lost.claim();
    lost.end();
    expect((await world.ledgerOf("a"))?.due).toMatchObject({ why: "changed" });

    const drift = await world.onSchedule("0 5 * * 1-5");
    await drift.finish();
    expect(drift.matrix.map(({ output }) => output)).toEqual(["plan"]);
    expect(await world.alive("a")).toBe("1");
    const due = await world.onSchedule("30 5 * * 1-5");
    expect(await due.finish(), await due.log()).toBe(true);
    expect(await world.alive("a")).toBe("2");
    expect(await world.ledgerOf("a")).toMatchObject({ applied: { commit: await world.tip(), run: { id: due.id } } });
    expect((await world.ledgerOf("a"))?.due).toBeUndefined();
    expect(world.playground.github.violations).toEqual([]);
  });

  it("leaves word of what is not applied to a pull request that touches the unit", async () => {
    await using world = await makeWorld(base);
    const lost = await world.onPush(await world.push("a changes", unit("a", "2")));
    await lost.determine();
    await lost.claim();
    lost.end();
    const touches = await world.propose("more-of-a", unit("a", "3"));
    const other = await world.propose("c-alone", unit("c", "3"));
    for (const pullRequest of [touches, other]) {
      const run = await world.onPullRequest(pullRequest, "opened");
      expect(await run.finish(), await run.log()).toBe(true);
    }
    expect((await world.comments(touches)).join()).toContain("`main` has changes of `a` that are not applied");
    expect((await world.comments(other)).join()).not.toContain("not applied");
    expect(world.playground.github.violations).toEqual([]);
  });

  it("undoes nothing of a newer one when it is run again with the assessment that it had", async () => {
    await using world = await makeWorld(base);
    const run = await world.onPush(await world.push("a and b change", { ...unit("a", "2"), ...user("b", "2", "a") }));
    await run.determine();
    await run.claim();
    expect(await run.finish(), await run.log()).toBe(true);
    const newer = await world.onPush(await world.push("a changes again", unit("a", "3")));
    expect(await newer.finish(), await newer.log()).toBe(true);
    run.rerun();
    await run.finish();
    expect([await world.alive("a"), await world.alive("b")]).toEqual(["3", "2"]);
  });
});

describe("a unit that was not reached", () => {
  it("is due until it is applied, also when only what held it up is fixed", async () => {
    await using world = await makeWorld(base);
    const both = await world.push("a and b change", { ...unit("a", "broken"), ...user("b", "2", "a") });
    const failed = await world.onPush(both);
    expect(await failed.finish()).toBe(false);
    expect((await world.ledgerOf("b"))?.due).toMatchObject({ why: "skipped" });
    expect(await world.alive("b")).toBe("1");

    const fixed = await world.onPush(await world.push("a works", unit("a", "3")));
    expect(await fixed.finish(), await fixed.log()).toBe(true);
    expect([await world.alive("a"), await world.alive("b")]).toEqual(["3", "2"]);
    expect((await world.issues()).filter(({ state }) => state === "open")).toEqual([]);
  });

  it("stays with its run when a later one takes another unit of it away", async () => {
    await using world = await makeWorld(base);
    const first = await world.onPush(await world.push("a and c change", { ...unit("a", "2"), ...unit("c", "2") }));
    await first.determine();
    await first.claim();
    const second = await world.onPush(await world.push("a changes again", unit("a", "3")));
    expect(await second.finish(), await second.log()).toBe(true);
    expect(await first.finish(), await first.log()).toBe(true);
    expect([await world.alive("a"), await world.alive("c")]).toEqual(["3", "2"]);
  });

  it("is in a job of its own stage that others do not end with, and the next run takes it", async () => {
    const small = { [CONFIGURATION]: `${ONE_ENVIRONMENT}jobs: { units_per_job: 1 }\n` };
    await using world = await makeWorld({ ...base, ...small });
    const run = await world.onPush(await world.push("a and c change", { ...unit("a", "2"), ...unit("c", "2") }));
    await run.determine();
    await run.claim();
    expect(run.matrix.map(({ output }) => output)).toEqual(["apply_1", "apply_1"]);
    // The runner of the other one is gone.
    expect(await run.jobs(/\ba$/), await run.log()).toBe(true);
    expect(await run.finish()).toBe(false);
    expect([await world.alive("a"), await world.alive("c")]).toEqual(["2", "1"]);
    expect((await world.ledgerOf("c"))?.due).toMatchObject({ why: "lost" });

    const next = await world.onPush(await world.push("a note", { "notes.txt": "a note\n" }));
    expect(await next.finish(), await next.log()).toBe(true);
    expect([await world.alive("a"), await world.alive("c")]).toEqual(["2", "2"]);
  });

  it("makes its run red when it waits for what nobody may apply, and has an issue", async () => {
    const environments = (apply: string): string =>
      `environments:\n  dev: { paths: ["dev/**"] }\n  prod: { paths: ["prod/**"], apply: ${apply} }\n`;
    await using world = await makeWorld({ [CONFIGURATION]: environments("paused"), ...unit("dev/a", "1") });
    const added = { ...unit("prod/a", "1"), ...user("dev/b", "1", "prod/a") };
    const run = await world.onPush(await world.push("b on a", added));
    expect(await run.finish()).toBe(false);
    expect((await world.ledgerOf("dev/b"))?.due).toMatchObject({ why: "waiting" });
    expect(await world.issues()).toMatchObject([{ state: "open", title: expect.stringContaining("dev/b") }]);
  });
});

describe("older code", () => {
  it.each(["before", "after"])("never takes the place of newer code: it claims %s the newer run", async (when) => {
    await using world = await makeWorld(base);
    const older = await world.onPush(await world.push("a changes", unit("a", "2")));
    await older.determine();
    if (when === "before") await older.claim();
    const newer = await world.onPush(await world.push("a changes again", unit("a", "3")));
    expect(await newer.finish(), await newer.log()).toBe(true);
    for (const artifact of world.playground.github.state.artifacts.values()) artifact.expired = true;
    expect(await older.finish(), await older.log()).toBe(true);
    expect(await world.alive("a")).toBe("3");
    expect((await world.ledgerOf("a"))?.applied).toMatchObject({ run: { id: newer.id } });
  });
});
