import { expect, it } from "vitest";
import { assessmentOf } from "../../test/build.ts";
import { kindOf } from "./kind.ts";

const applies = assessmentOf({ mode: "apply", units: [{ path: "a" }] });

it.each(["pull_request", "merge_group", "local"])("what %s brings is a plan, whatever its documents say", (event) => {
  expect(kindOf(event, applies)).toBe("plan");
});

it("what a push brings is about what is applied, also where it could not determine anything", () => {
  expect([kindOf("push", applies), kindOf("push", null)]).toEqual(["apply", "apply"]);
});
