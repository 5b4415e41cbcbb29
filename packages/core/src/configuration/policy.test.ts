import { describe, expect, it } from "vitest";
import type { Action } from "../contracts/action.ts";
import { UnitPath } from "../contracts/unit-path.ts";
import { type Environment, environmentsOf } from "./environments.ts";
import { restrictionOn } from "./policy.ts";
import { Configuration } from "./schema.ts";

const unit = UnitPath.parse("prod/vpc");

function environmentWith(settings: object): Environment {
  const [environment] = environmentsOf(Configuration.parse({ environments: { prod: { paths: ["**"], ...settings } } }));
  if (environment === undefined) throw new Error("the configuration has one environment");
  return environment;
}

function restriction(settings: object, action: Action) {
  const environment = environmentWith(settings);
  return restrictionOn(environment, environment, unit, action);
}

describe("an environment's policy", () => {
  it.each<[string, object, Action, string | undefined]>([
    ["lets applies through by default", {}, "apply", undefined],
    ["lets destroys through by default", {}, "destroy", undefined],
    ["pauses applies", { apply: "paused" }, "apply", "paused"],
    ["pauses destroys, before anything else", { apply: "paused", destroy: "deny" }, "destroy", "paused"],
    ["denies destroys", { destroy: "deny" }, "destroy", "destroy-denied"],
    ["protects units, whatever `destroy` says", { destroy: "allow", protect: ["prod/*"] }, "destroy", "protected"],
    ["protects no unit from an apply", { destroy: "deny", protect: ["**"] }, "apply", undefined],
    ["has nothing against a plan", { apply: "paused", destroy: "deny", protect: ["**"] }, "plan-destroy", undefined],
    ["has nothing against giving back a lock", { apply: "paused", protect: ["**"] }, "unlock", undefined],
  ])("%s", (_rule, settings, action, by) => {
    expect(restriction(settings, action)?.by).toBe(by);
  });

  it.each<[object, Action, string]>([
    [{ apply: "paused" }, "apply", "environments.prod.apply"],
    [{ apply: "paused" }, "destroy", "environments.prod.apply"],
    [{ destroy: "deny" }, "destroy", "environments.prod.destroy"],
    [{ protect: ["**"] }, "destroy", "environments.prod.protect"],
  ])("names the setting in every way on (%j, %s)", (settings, action, setting) => {
    const found = restriction(settings, action);
    expect(found?.next).toContain(`\`${setting}\``);
    expect(found?.beforeMerge).toContain(`\`${setting}\``);
  });

  it("names all that is in the way of a destroy, so that no way on is refused by the next rule", () => {
    const [apply, destroy, protect] = ["apply", "destroy", "protect"].map((key) => `\`environments.prod.${key}\``);
    const all = { apply: "paused", destroy: "deny", protect: ["**"] };
    const found = restriction(all, "destroy");
    for (const text of [found?.next, found?.beforeMerge]) {
      for (const setting of [apply, destroy, protect]) expect(text).toContain(setting);
    }
    expect(found?.message).toMatch(/is paused.*is protected.*does not allow/s);
    // What one commit says and the other does not is in the way as well.
    const both = restrictionOn(
      environmentWith({ protect: ["**"] }),
      environmentWith({ destroy: "deny" }),
      unit,
      "destroy",
    );
    expect(both?.next).toContain(protect);
    expect(both?.next).toContain(destroy);
    expect(restriction(all, "apply")?.next).not.toContain(destroy);
  });

  it.each<[string, object, object | null, Action, string | undefined]>([
    ["a pause that is over holds nothing", { apply: "paused" }, {}, "destroy", undefined],
    ["a pause that came later holds", {}, { apply: "paused" }, "apply", "paused"],
    ["protection that goes with the unit still holds", { protect: ["**"] }, {}, "destroy", "protected"],
    ["protection that came later holds as well", {}, { destroy: "deny" }, "destroy", "destroy-denied"],
    ["a unit that is known nowhere now keeps its own policy", { apply: "paused" }, null, "destroy", "paused"],
  ])("of two commits: %s", (_rule, before, after, action, by) => {
    const [governing, now] = [environmentWith(before), after === null ? null : environmentWith(after)];
    expect(restrictionOn(governing, now, unit, action)?.by).toBe(by);
  });

  it.each([{ destroy: "deny" }, { protect: ["**"] }])(
    "never advises a run by hand for a destroy: the removed unit's own commit refuses that as well (%j)",
    (settings) => {
      const found = restriction(settings, "destroy");
      expect(`${found?.next} ${found?.beforeMerge}`).not.toMatch(/by hand|`destroy`|plan-destroy/);
      expect(found?.next).toContain("bring it back");
    },
  );
});
