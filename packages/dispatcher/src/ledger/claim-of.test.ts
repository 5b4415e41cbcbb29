import { Assessment } from "@pipelines/core/contracts/assessment";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { describe, expect, it } from "vitest";
import { assessmentOf, BASE, HEAD, type Sketch } from "../../test/build.ts";
import { claimOf } from "./claim-of.ts";

const run = { id: 1, number: 1, attempt: 1 };
const time = "2026-11-25T12:00:00.000Z";

type Edits = { units?: object[]; problems?: object[]; jobs?: object[]; comparison?: object };
function claimed(sketch: Sketch, edits: Edits = {}, exists = true) {
  const plain = assessmentOf({ mode: "apply", ...sketch });
  const comparison = { ...plain.comparison, ledgerClaim: 4, ...edits.comparison };
  return claimOf(Assessment.parse({ ...plain, ...edits, comparison }), { run, time }, () => exists);
}
const problem = { kind: "not-evaluated", path: null, file: null, line: null, message: "is broken" };

describe("a run claims", () => {
  it("what it applies and destroys, with what it saw", () => {
    const claim = claimed({
      units: [{ path: "a", dependsOn: ["b"] }],
      withheld: [{ path: "old", message: "it moved" }],
    });
    expect(claim).toMatchObject({ head: HEAD, of: { kind: "changes", seen: 4, complete: true } });
    expect(claim?.units).toMatchObject([
      { path: "a", action: "apply", commit: HEAD, dependsOn: ["b"], why: "changed", dueOf: null },
      { path: "old", action: "destroy", commit: BASE, why: "held-move", message: "it moved" },
    ]);
  });

  it("nothing of an apply that Terragrunt is told not to run, and what is left of such a unit that is deleted", () => {
    const withheld = { by: "excluded", message: "it is excluded", next: "" };
    const units = assessmentOf({ mode: "apply", units: [{ path: "a" }, { path: "b" }] }).units.map((unit, index) => ({
      ...{ ...unit, withheld, action: index === 0 ? "apply" : "destroy" },
    }));
    expect(claimed({ units: [] }, { units })?.units).toMatchObject([
      { path: "b", action: "destroy", why: "withheld", message: "it is excluded" },
    ]);
  });

  it("units that are due since earlier runs as theirs", () => {
    const units = assessmentOf({ mode: "apply", units: [{ path: "a" }] }).units.map((unit) => ({
      ...{ ...unit, due: { owner: 77, since: time, why: "failed", commits: [HEAD] } },
    }));
    expect(claimed({ units: [{ path: "a" }] }, { units })?.units).toMatchObject([{ path: "a", dueOf: 77 }]);
  });

  it("a unit that could not be determined, to be applied where it exists and destroyed where it does not", () => {
    const problems = [
      { ...problem, path: "a" },
      { ...problem, units: ["b"] },
    ];
    for (const [exists, action, commit] of [
      [true, "apply", HEAD],
      [false, "destroy", BASE],
    ] as const) {
      const claim = claimed({ units: [] }, { problems }, exists);
      expect(claim?.of).toMatchObject({ complete: true });
      expect(claim?.units).toMatchObject([
        { path: "a", action, commit, why: "problem", message: "is broken" },
        { path: "b", action, commit, why: "problem" },
      ]);
    }
  });

  it("a unit that is in no job, with the problem that says why", () => {
    const problems = [{ ...problem, kind: "too-many-stages", path: "a" }];
    expect(claimed({ units: [{ path: "a" }] }, { jobs: [], problems })?.units).toMatchObject([
      { path: "a", why: "problem", message: "is broken" },
    ]);
  });

  it("not all, where a problem names no unit: the next run looks at the same changes again", () => {
    expect(claimed({ units: [{ path: "a" }] }, { problems: [problem] })?.of).toMatchObject({ complete: false });
  });

  it("not all, where nothing was compared: the branch may be pushed by force before the claim is written", () => {
    expect(claimed({ units: [] }, { comparison: { base: HEAD } })?.of).toMatchObject({ complete: false });
  });

  it("what a person asked for, but not what nobody may run now", () => {
    const sketch: Sketch = {
      mode: "manual",
      units: [{ path: "a" }],
      withheld: [{ path: UnitPath.parse("b"), message: "" }],
    };
    expect(claimed(sketch)).toMatchObject({ of: { kind: "request" }, units: [{ path: "a" }] });
  });

  it.each<[string, Sketch, Edits]>([
    ["it plans", { mode: "plan", units: [{ path: "a" }] }, {}],
    ["it looks for drift", { mode: "drift", units: [{ path: "a" }] }, {}],
    ["it determined without the ledger", { units: [{ path: "a" }] }, { comparison: { ledgerClaim: undefined } }],
  ])("nothing when %s", (_what, sketch, edits) => {
    expect(claimed(sketch, edits)).toBeNull();
  });
});
