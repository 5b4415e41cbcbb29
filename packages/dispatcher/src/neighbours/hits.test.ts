import { Assessment } from "@pipelines/core/contracts/assessment";
import { movedUnits } from "@pipelines/core/contracts/moved-units";
import { expect, it } from "vitest";
import { assessmentOf } from "../../test/build.ts";
import { type PlanUnits, planUnitsLine, readPlanUnits } from "../sinks/plan-units.ts";
import { hitOf, overlapsOf } from "./hits.ts";

function unitsOf(changed: string[], read: string[] = []): PlanUnits {
  const units = readPlanUnits(planUnitsLine({ changed, read }, null));
  if (units === null) throw new Error("it is as we write it");
  return units;
}

it("a push moves what its commits changed, also what could not be run, and not what is only still due", () => {
  const pushed = assessmentOf({ mode: "apply", units: [{ path: "prod/vpc" }, { path: "prod/old" }] });
  const due = { owner: 1, since: "2026-11-01T00:00:00Z", why: "failed", commits: [] };
  const problem = { kind: "other", path: "prod/broken", file: null, line: null, message: "It is broken." };
  const assessment = Assessment.parse({
    ...pushed,
    units: pushed.units.map((unit) => (unit.path === "prod/old" ? { ...unit, due } : unit)),
    problems: [problem],
  });
  expect(movedUnits(assessment)).toEqual(["prod/broken", "prod/vpc"]);
  expect(movedUnits(assessmentOf({ mode: "manual", action: "apply", units: [{ path: "prod/vpc" }] }))).toEqual([]);
  expect(movedUnits(assessmentOf({ units: [{ path: "prod/vpc" }] }))).toEqual([]);
});

it("a plan is hit by what it changes and by what it reads, and by anything where its comment does not name all", () => {
  const plan = unitsOf(["prod/vpc"], ["dev/network"]);
  expect(hitOf(plan, ["prod/vpc", "dev/network", "prod/app"])).toEqual({
    ...{ changed: ["prod/vpc"], read: ["dev/network"] },
  });
  expect(hitOf(plan, ["prod/app"])).toBeNull();
  expect(hitOf({ ...plan, whole: false }, ["prod/app"])).toEqual({ changed: [], read: [] });
  expect(hitOf({ ...plan, whole: false }, [])).toBeNull();
});

it("pull requests overlap in what both change, not in what one of them reads", () => {
  const others = [
    { pullRequest: 9, units: [unitsOf(["prod/app"]), unitsOf(["prod/vpc"])] },
    { pullRequest: 4, units: [unitsOf(["prod/vpc", "dev/network"])] },
    { pullRequest: 5, units: [unitsOf(["dev/network"], ["prod/vpc"])] },
    { pullRequest: 6, units: [] },
  ];
  expect(overlapsOf(["prod/app", "prod/vpc"], others)).toEqual([
    { pullRequest: 4, units: ["prod/vpc"] },
    { pullRequest: 9, units: ["prod/app", "prod/vpc"] },
  ]);
  const many = Array.from({ length: 300 }, (_, at) => ({ pullRequest: at + 1, units: [unitsOf(["prod/vpc"])] }));
  expect(overlapsOf(["prod/vpc"], many)).toHaveLength(20);
});
