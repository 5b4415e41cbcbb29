import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { describe, it } from "vitest";
import { type Luck, NO_FAULTS, World } from "./world.ts";

/** Histories that broke a statement once, as short as they could be made. */
const unit = (path: string): UnitPath => UnitPath.parse(path);

/** The run that began last and has not ended goes on by some steps. */
function stepLast(world: World, steps: number, luck: Luck, faults = NO_FAULTS): void {
  const run = world.runs.findLast(({ phase }) => phase !== "ended");
  for (let step = 0; run !== undefined && step < steps; step += 1) world.step(run, step, luck, faults);
}

function settles(world: World): void {
  world.statements.nothingLost();
  world.settle();
  world.statements.settled();
}

describe("a history", () => {
  it("of deletes that wait for each other, by what they use and by the order of environments, comes to an end", () => {
    const world = new World("dev comes first");
    world.force(0, { kind: "delete", unit: unit("dev/a") }, "arrives");
    world.merge({ kind: "delete", unit: unit("prod/e") }, "arrives");
    stepLast(world, 4, "cut off");
    world.merge({ kind: "delete", unit: unit("prod/c") }, "arrives");
    world.merge({ kind: "delete", unit: unit("dev/b") }, "is lost");
    settles(world);
  });

  it("in which a person destroyed what a commit had made due still applies it after what comes first", () => {
    const world = new World("dev comes first");
    world.merge({ kind: "delete", unit: unit("dev/a") }, "arrives");
    world.ask(unit("prod/e"), "destroy", 0);
    world.merge({ kind: "pause", unit: unit("dev/a") }, "arrives");
    world.merge({ kind: "revert", unit: unit("dev/a"), back: 1 }, "arrives");
    const run = world.runs.at(-2);
    if (run !== undefined) world.step(run, 0, "good", NO_FAULTS);
    settles(world);
  });

  it("in which a person dismissed a delete that was going on is not undone by the rerun of an older run", () => {
    const world = new World("dev comes first");
    world.merge({ kind: "change", unit: unit("prod/z") }, "arrives");
    const older = world.runs.at(-1);
    stepLast(world, 5, "good");
    world.merge({ kind: "delete", unit: unit("prod/z") }, "arrives");
    const deletes = world.runs.at(-1);
    stepLast(world, 2, "good");
    world.merge({ kind: "change", unit: unit("dev/a") }, "arrives");
    if (older === undefined || deletes === undefined) throw new Error("there are runs");
    world.step(older, 0, "good", NO_FAULTS);
    stepLast(world, 6, "good");
    world.merge({ kind: "change", unit: unit("dev/a") }, "arrives");
    world.rerun(older, "all");
    world.force(2, null, "is lost");
    world.step(deletes, 0, "good", NO_FAULTS);
    world.dismiss(unit("prod/z"));
    settles(world);
  });

  it("in which a person destroyed a unit that came back exactly as it was applies it again", () => {
    const world = new World("side by side");
    world.merge({ kind: "change", unit: unit("prod/z") }, "arrives");
    stepLast(world, 2, "good");
    world.merge({ kind: "delete", unit: unit("prod/z") }, "is lost");
    world.ask(unit("prod/z"), "destroy", 1);
    stepLast(world, 8, "good");
    world.merge({ kind: "revert", unit: unit("prod/z"), back: 1 }, "arrives");
    settles(world);
  });

  it("in which a person destroys a unit that is on the branch has others wait until it is applied again", () => {
    const world = new World("dev comes first");
    world.merge({ kind: "change", unit: unit("prod/z") }, "arrives");
    world.merge({ kind: "change", unit: unit("dev/x") }, "arrives");
    world.ask(unit("dev/x"), "destroy", 0);
    settles(world);
  });

  it("with a forced push in it turns back what a later commit turned back, though an older run claims in between", () => {
    const world = new World("side by side");
    world.merge({ kind: "depend", unit: unit("dev/a") }, "arrives");
    const older = world.runs.at(-1);
    world.merge({ kind: "depend", unit: unit("dev/a") }, "arrives");
    stepLast(world, 2, "good");
    world.merge({ kind: "protect", unit: unit("prod/d") }, "arrives");
    stepLast(world, 3, "good");
    world.force(1, null, "is lost");
    world.merge({ kind: "revert", unit: unit("dev/a"), back: 1 }, "arrives");
    for (let step = 0; older !== undefined && step < 2; step += 1) world.step(older, 0, "good", NO_FAULTS);
    settles(world);
  });

  it("in which a person dismissed what moved destroys nothing that the half-applied new place uses", () => {
    const world = new World("dev comes first");
    world.merge({ kind: "move", unit: unit("prod/c"), to: unit("prod/y") }, "arrives");
    stepLast(world, 4, "cut off");
    world.dismiss(unit("prod/c"));
    world.ask(unit("dev/b"), "destroy", 0);
    settles(world);
  });

  it("in which a unit that is to be destroyed came back has others wait for it", () => {
    const world = new World("dev comes first");
    world.force(0, { kind: "delete", unit: unit("dev/a") }, "arrives");
    stepLast(world, 2, "good");
    world.merge({ kind: "delete", unit: unit("dev/b") }, "arrives");
    stepLast(world, 2, "good");
    world.merge({ kind: "change", unit: unit("dev/b") }, "is lost");
    settles(world);
  });

  it("with a forced push in it turns back what a run did that did not know all that changed", () => {
    const world = new World("dev comes first");
    world.merge({ kind: "change", unit: unit("dev/x") }, "arrives");
    world.merge({ kind: "depend", unit: unit("dev/a") }, "arrives");
    world.merge({ kind: "delete", unit: unit("dev/a") }, "arrives");
    world.merge({ kind: "revert", unit: unit("dev/a"), back: 1 }, "arrives");
    stepLast(world, 2, "good");
    world.force(2, { kind: "change", unit: unit("prod/d") }, "arrives");
    world.merge({ kind: "revert", unit: unit("dev/a"), back: 3 }, "arrives");
    stepLast(world, 1, "good", { ...NO_FAULTS, broken: unit("dev/a") });
    stepLast(world, 5, "good");
    world.merge({ kind: "revert", unit: unit("dev/a"), back: 1 }, "arrives");
    settles(world);
  });
});
