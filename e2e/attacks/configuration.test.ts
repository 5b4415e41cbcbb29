import { afterAll, describe, expect, it } from "vitest";
import { CONFIGURATION, clearWorlds, makeWorld, ONE_ENVIRONMENT, unit } from "./world.ts";

/** Configurations that nothing can be done with, played by the three components with real Terragrunt, OpenTofu and git. */
afterAll(clearWorlds);

const base = { [CONFIGURATION]: ONE_ENVIRONMENT, ...unit("a", "1"), ...unit("c", "1") };
const BROKEN = `${ONE_ENVIRONMENT}redact: ["(a"]\n`;

describe("a pattern that is none", () => {
  it("makes the pull request red that brings it, before any job meets it", async () => {
    await using world = await makeWorld(base);
    const files = { ...unit("a", "2"), [CONFIGURATION]: BROKEN };
    const run = await world.onPullRequest(await world.propose("a-pattern", files), "opened");
    expect(await run.determine()).toBe(false);
    expect(await run.finish()).toBe(false);
    expect(run.matrix).toEqual([]);
    expect(await run.log()).toContain("`redact[0]` is `(a`: it is no regular expression");
  });
});

describe("a configuration on the branch that can't be read", () => {
  it("is repaired by a pull request of its own, whose merge applies what the broken commit brought", async () => {
    await using world = await makeWorld(base);
    const broken = await world.onPush(await world.push("A pattern", { ...unit("a", "2"), [CONFIGURATION]: BROKEN }));
    expect(await broken.finish()).toBe(false);
    expect(await world.alive("a")).toBe("1");

    const repair = await world.propose("repair", { [CONFIGURATION]: ONE_ENVIRONMENT });
    const planned = await world.onPullRequest(repair, "opened");
    expect(await planned.finish(), await planned.log()).toBe(true);
    const run = await world.onPush(await world.merge(repair));
    expect(await run.finish(), await run.log()).toBe(true);
    expect([await world.alive("a"), await world.alive("c")]).toEqual(["2", "1"]);
    expect((await world.issues()).map(({ state }) => state)).toEqual(["closed"]);
    expect(world.playground.github.violations).toEqual([]);
  });
});
