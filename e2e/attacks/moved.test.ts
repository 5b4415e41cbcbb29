import { afterAll, describe, expect, it } from "vitest";
import { type AttackedWorld, CONFIGURATION, clearWorlds, makeWorld, ONE_ENVIRONMENT, unit } from "./world.ts";

/** Moves that were taken for deletes, played by the three components with real Terragrunt, OpenTofu and git. */
afterAll(clearWorlds);

const stack = 'unit "web" {\n  source = "${get_repo_root()}/catalog/web"\n  path   = "web"\n}\n';
const base = { [CONFIGURATION]: ONE_ENVIRONMENT, ...unit("a", "1"), ...unit("catalog/web", "1") };

/** What a run of a push would destroy, and what it holds. */
async function comesOf(world: AttackedWorld, files: Readonly<Record<string, string | null>>) {
  const run = await world.onPush(await world.push("A move", files));
  expect(await run.determine(), await run.log()).toBe(true);
  expect(await run.claim(), await run.log()).toBe(true);
  const { units, jobs } = await run.assessment();
  const held = units.filter(({ withheld }) => withheld?.by === "move").map(({ path }) => path);
  return { destroys: jobs.filter(({ action }) => action === "destroy").length, held };
}

describe("a move destroys nothing", () => {
  it("of a stack to another folder", async () => {
    await using world = await makeWorld({ ...base, "live/terragrunt.stack.hcl": stack });
    const files = { "live/terragrunt.stack.hcl": null, "prod/terragrunt.stack.hcl": stack };
    const unitOfStack = "live/.terragrunt-stack/web";
    expect(await comesOf(world, files)).toEqual({ destroys: 0, held: [unitOfStack] });
    expect((await world.ledgerOf(unitOfStack))?.due).toMatchObject({ action: "destroy", why: "held-move" });
  });

  it("of a unit into a stack that generates it", async () => {
    await using world = await makeWorld({ ...base, ...unit("live/web", "1") });
    const files = { "live/web/terragrunt.hcl": null, "live/web/main.tf": null, "live/terragrunt.stack.hcl": stack };
    expect(await comesOf(world, files)).toEqual({ destroys: 0, held: ["live/web"] });
    expect((await world.ledgerOf("live/web"))?.due).toMatchObject({ action: "destroy", why: "held-move" });
  });
});
