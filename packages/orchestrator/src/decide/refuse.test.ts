import { AffectedUnit, type Withheld } from "@pipelines/core/contracts/affected-unit";
import type { Mode } from "@pipelines/core/contracts/comparison";
import { describe, expect, it } from "vitest";
import { type Sketch, snapshotOf } from "../../test/snapshots.ts";
import { refuseDeletes } from "./refuse.ts";

const PAUSED: Withheld = { by: "paused", message: "paused", next: "resume" };

/** `app` used `vpc` at base; what it does at head, and what the run does with it, differ by case. */
const BASE: Sketch = { vpc: {}, app: { dependsOn: ["vpc"] } };

function unit(path: string, action: AffectedUnit["action"], withheld?: Withheld): AffectedUnit {
  return AffectedUnit.parse({
    ...{ path, action, status: action.endsWith("destroy") ? "deleted" : "changed", environment: "prod" },
    ...{ at: "a".repeat(40), because: [{ change: "ModuleChanged", file: "x", links: [] }], dependsOn: [], withheld },
  });
}

function refuse(units: readonly AffectedUnit[], head: Sketch, mode: Mode = "apply") {
  const { units: checked, problems } = refuseDeletes(units, snapshotOf("a", BASE), snapshotOf("b", head), mode);
  const vpc = checked.find(({ path }) => path === "vpc");
  return {
    by: (mode === "plan" ? vpc?.willBeWithheld : vpc?.withheld)?.by,
    problems: problems.map(({ kind }) => kind),
  };
}

describe("a removed unit", () => {
  it("is destroyed when nobody used it any more, or when its users go with it", () => {
    expect(refuse([unit("vpc", "destroy"), unit("app", "destroy")], {})).toEqual({ by: undefined, problems: [] });
  });

  it("is refused, by name, while a unit that stays depends on it", () => {
    expect(refuse([unit("vpc", "destroy")], { app: { dependsOn: ["vpc"] } })).toEqual({
      by: "remaining-dependents",
      problems: ["refused-delete"],
    });
    expect(refuse([unit("vpc", "plan-destroy")], { app: { dependsOn: ["vpc"] } }, "plan")).toEqual({
      by: "remaining-dependents",
      problems: ["refused-delete"],
    });
  });

  it("is destroyed when the run applies the unit that gave it up, whose end the destroy then waits for", () => {
    expect(refuse([unit("vpc", "destroy"), unit("app", "apply")], { app: {} })).toEqual({
      by: undefined,
      problems: [],
    });
  });

  it.each<[string, AffectedUnit[]]>([
    ["is paused", [unit("app", "apply", PAUSED)]],
    ["is in no job, since it could not be evaluated", []],
    ["is only planned", [unit("app", "plan")]],
  ])("is kept while the unit that gave it up %s", (_why, app) => {
    expect(refuse([unit("vpc", "destroy"), ...app], { app: {} })).toEqual({ by: "needed-apply", problems: [] });
  });

  it("is foretold to stay while the unit that gave it up is foretold to wait, and to go when both are merged", () => {
    const app = unit("app", "plan");
    const waiting = { ...app, willBeWithheld: PAUSED };
    expect(refuse([unit("vpc", "plan-destroy"), waiting], { app: {} }, "plan").by).toBe("needed-apply");
    expect(refuse([unit("vpc", "plan-destroy"), app], { app: {} }, "plan").by).toBeUndefined();
  });

  it("keeps the reason for which it is withheld already", () => {
    const paused = unit("vpc", "destroy", PAUSED);
    expect(refuse([paused], { app: {} }).by).toBe("paused");
  });
});
