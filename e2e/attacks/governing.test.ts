import { afterAll, describe, expect, it } from "vitest";
import { CONFIGURATION, clearWorlds, makeWorld, unit } from "./world.ts";

/** Changes that bring their own rules along, played by the three components with real Terragrunt, OpenTofu and git. */
afterAll(clearWorlds);

const environments = (...lines: readonly string[]): string =>
  `environments:\n${lines.map((line) => `  ${line}\n`).join("")}reviewed_plan: "off"\n`;
const dev = 'dev: { paths: ["dev/**"] }';
const gone = (path: string) => ({ [`${path}/terragrunt.hcl`]: null, [`${path}/main.tf`]: null });

describe("a delete", () => {
  it("is denied by the rule that the same change takes away", async () => {
    const rules = ['prod: { paths: ["prod/**"], destroy: deny }', 'prod: { paths: ["prod/**"] }'] as const;
    await using world = await makeWorld({ [CONFIGURATION]: environments(dev, rules[0]), ...unit("prod/c", "1") });
    const files = { ...gone("prod/c"), [CONFIGURATION]: environments(dev, rules[1]) };
    const run = await world.onPush(await world.push("c goes, and what protects it", files));
    await run.finish();
    expect(run.matrix).toEqual([]);
    expect(await world.alive("prod/c")).toBe("1");
    expect((await world.ledgerOf("prod/c"))?.due).toMatchObject({ action: "destroy", why: "withheld" });

    // The next run finds the rule at the commit that had the unit, not at its own.
    const next = await world.onPush(await world.push("nothing of a unit", { "notes.txt": "a note\n" }));
    await next.finish();
    expect(await world.alive("prod/c")).toBe("1");
  });

  it("of an environment's last unit is carried out by the configuration that still had the environment", async () => {
    const old = 'old: { paths: ["old/**"] }';
    await using world = await makeWorld({ [CONFIGURATION]: environments(dev, old), ...unit("old/c", "1") });
    const files = { ...gone("old/c"), [CONFIGURATION]: environments(dev) };
    const run = await world.onPush(await world.push("an environment goes", files));
    expect(await run.finish(), await run.log()).toBe(true);
    expect(await world.alive("old/c")).toBeNull();
  });
});
