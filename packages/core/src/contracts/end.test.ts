import { describe, expect, it } from "vitest";
import { Action, traitsOf } from "./action.ts";
import { CommitSha } from "./comparison.ts";
import { type JobEnd, jobEndedWell, mayBuildOn, needsSomebody, type Verdict, verdictOn } from "./end.ts";
import type { GuardStop, UnitEnd } from "./outcome.ts";
import { UnitPath } from "./unit-path.ts";

const vpc = UnitPath.parse("prod/vpc");
const stop = (guard: GuardStop["guard"]): UnitEnd => ({
  kind: "withheld",
  stop: { guard, message: "", unseen: [], next: "" },
});

const ENDS: readonly [string, UnitEnd, { plan: Verdict; apply: Verdict }][] = [
  ["changed", { kind: "changed" }, { plan: "well", apply: "well" }],
  ["unchanged", { kind: "unchanged" }, { plan: "well", apply: "well" }],
  ["superseded", { kind: "superseded", by: CommitSha.parse("a".repeat(40)) }, { plan: "open", apply: "open" }],
  ["ignored, as its `errors` block has it", { kind: "ignored", message: "" }, { plan: "open", apply: "open" }],
  ["waiting for units that this change adds", { kind: "waiting", for: [vpc] }, { plan: "open", apply: "bad" }],
  ["withheld by a pause", stop("paused"), { plan: "open", apply: "open" }],
  ["withheld by the reviewed plan", stop("reviewed-plan"), { plan: "bad", apply: "bad" }],
  ["withheld by protection", stop("protected"), { plan: "bad", apply: "bad" }],
  ["failed", { kind: "failed", at: "plan", cause: { kind: "backend", message: "" } }, { plan: "bad", apply: "bad" }],
  ["skipped", { kind: "skipped", because: [vpc] }, { plan: "bad", apply: "bad" }],
  [
    "interrupted",
    { kind: "interrupted", at: "apply", lock: null, erroredState: false, message: "" },
    { plan: "bad", apply: "bad" },
  ],
  ["unknown", { kind: "unknown", why: "" }, { plan: "bad", apply: "bad" }],
];

describe("how a unit ended", () => {
  it.each(ENDS)("%s", (_name, end, expected) => {
    for (const action of Action.options) {
      expect(verdictOn(end, action), action).toBe(traitsOf(action).writes ? expected.apply : expected.plan);
    }
  });

  it("lets others build on it exactly when the work is done", () => {
    for (const action of ["apply", "destroy"] as const) {
      for (const [name, end] of ENDS.filter(([, { kind }]) => kind !== "ignored")) {
        expect(mayBuildOn(end, action), name).toBe(verdictOn(end, action) === "well");
      }
    }
  });

  it("lets applies go on behind an error that is ignored, and no destroy", () => {
    const ignored: UnitEnd = { kind: "ignored", message: "" };
    expect([mayBuildOn(ignored, "apply"), mayBuildOn(ignored, "destroy")]).toEqual([true, false]);
  });

  it("needs somebody in an apply wherever it does in a plan", () => {
    for (const [name, end] of ENDS) {
      if (needsSomebody(end, "plan")) expect(needsSomebody(end, "apply"), name).toBe(true);
    }
  });
});

describe("how a job ended", () => {
  const well: JobEnd = {
    action: "apply",
    ends: [{ kind: "changed" }],
    hooks: [{ result: "warn" }],
    account: null,
    failure: null,
  };

  it("is well with every unit well, hooks that pass or warn, and no failure", () => {
    expect(jobEndedWell(well)).toBe(true);
  });

  it.each([
    ["a unit that needs somebody", { ends: [{ kind: "waiting", for: [vpc] }] }],
    ["a hook that denies", { hooks: [{ result: "deny" }] }],
    ["a hook that failed", { hooks: [{ result: "failed" }] }],
    ["an account that could not be proposed", { account: { failure: "no permission" } }],
    ["a failure of the job as a whole", { failure: "the disk is full" }],
  ] satisfies [string, Partial<JobEnd>][])("is not well with %s", (_name, news) => {
    expect(jobEndedWell({ ...well, ...news })).toBe(false);
  });
});
