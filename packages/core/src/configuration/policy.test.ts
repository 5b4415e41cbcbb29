import { describe, expect, it } from "vitest";
import { Action, changesUnits } from "../contracts/action.ts";
import { UnitPath } from "../contracts/unit-path.ts";
import { restrictionOn } from "./policy.ts";
import { EnvironmentSettings, type EnvironmentSettings as Settings } from "./schema.ts";

const unit = UnitPath.parse("prod/database");
const restriction = (settings: Partial<Settings>, action: Action) =>
  restrictionOn({ name: "prod", ...EnvironmentSettings.parse({ paths: ["prod/**"], ...settings }) }, unit, action);

describe("what an environment's policy says", () => {
  it.each<[Partial<Settings>, Action, string | undefined]>([
    [{}, "apply", undefined],
    [{}, "destroy", undefined],
    [{ apply: "paused" }, "apply", "paused"],
    [{ apply: "paused" }, "destroy", "paused"],
    [{ destroy: "deny" }, "destroy", "destroy-denied"],
    [{ destroy: "deny" }, "apply", undefined],
    [{ protect: ["prod/data*"] }, "destroy", "protected"],
    [{ protect: ["prod/data*"] }, "apply", undefined],
    [{ protect: ["prod/network"] }, "destroy", undefined],
    [{ protect: ["**"], destroy: "deny" }, "destroy", "protected"],
  ])("%j, %s: %s", (settings, action, by) => {
    expect(restriction(settings, action)?.by).toBe(by);
  });

  it("nothing is said against an action that changes no unit", () => {
    for (const action of Action.options.filter((one) => !changesUnits(one))) {
      expect(restriction({ apply: "paused", destroy: "deny", protect: ["**"] }, action)).toBeNull();
    }
  });

  it("the way on names the key to change", () => {
    expect(restriction({ destroy: "deny" }, "destroy")?.next).toContain("`environments.prod.destroy`");
    expect(restriction({ apply: "paused" }, "apply")?.next).toContain("`environments.prod.apply`");
    expect(restriction({ protect: ["**"] }, "destroy")?.next).toContain("`environments.prod.protect`");
  });
});
