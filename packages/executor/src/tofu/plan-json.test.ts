import { expect, it } from "vitest";
import { extentOf, PlanJson } from "./plan-json.ts";

const change = [{ address: "a.b", mode: "managed", change: { actions: ["create"] } }];

// `errored` is OpenTofu's and Terraform's word, `complete` and `applyable` are Terraform's since 1.8.
it.each<[what: string, plan: object, extent: ReturnType<typeof extentOf>]>([
  ["of OpenTofu, with changes", { resource_changes: change }, "whole"],
  ["of Terraform, with changes", { resource_changes: change, complete: true, applyable: true }, "whole"],
  ["without anything to apply", { complete: true, applyable: false }, "whole"],
  ["that ended with errors", { resource_changes: change, errored: true }, "errored"],
  ["of a part of the unit", { resource_changes: change, complete: false, applyable: true }, "partial"],
  ["of a part in which nothing changes", { complete: false, applyable: false }, "partial"],
  ["with changes that can't be applied", { resource_changes: change, complete: true, applyable: false }, "partial"],
])("a plan %s is what it is", (_, plan, extent) => {
  expect(extentOf(PlanJson.parse({ format_version: "1.2", ...plan }))).toBe(extent);
});
