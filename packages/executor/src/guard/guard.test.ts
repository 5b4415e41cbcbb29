import { CommitSha } from "@pipelines/core/contracts/comparison";
import { ResourceAction } from "@pipelines/core/contracts/outcome";
import { ReviewedPlan } from "@pipelines/core/contracts/reviewed-plan";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlanJson } from "../tofu/plan-json.ts";
import { compareWithReviewed } from "./compare.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { sameStateStop } from "./same-state.ts";
import { reviewedPlanStop } from "./stop.ts";

const HEAD = CommitSha.parse("a".repeat(40));
const unit = UnitPath.parse("prod/vpc");

type Sketch = Record<string, string | { actions: string[]; after?: unknown; [more: string]: unknown }>;

/** A plan: `{ a: "create" }`, or a whole change. */
function planOf(sketch: Sketch): PlanJson {
  const actions: Record<string, string[]> = { replace: ["delete", "create"] };
  return PlanJson.parse({
    format_version: "1.2",
    resource_changes: Object.entries(sketch).map(([address, change]) => ({
      address,
      mode: "managed",
      change:
        typeof change === "string"
          ? { actions: actions[change] ?? [change], before: { x: 1 }, after: { x: address } }
          : change,
    })),
  });
}

function reviewedOf(plan: PlanJson, more: Partial<ReviewedPlan> = {}): ReviewedPlan {
  const salt = more.salt ?? "0123456789abcdef";
  return ReviewedPlan.parse({
    version: 1,
    repository: "acme/live",
    headSha: HEAD,
    unit,
    action: "plan",
    toolVersions: { terragrunt: "1.1.3", tofu: "tofu 1.12.6" },
    mocked: false,
    salt,
    changes: fingerprintOf(plan, salt),
    ...more,
  });
}

const verdictOn = (now: PlanJson, reviewed: readonly ReviewedPlan[], rule: Parameters<typeof compareWithReviewed>[2]) =>
  compareWithReviewed(
    fingerprintOf(now, "other"),
    reviewed.map((plan) => ({ reviewed: plan, now: fingerprintOf(now, plan.salt) })),
    rule,
  );

describe("the guard", () => {
  const update = (value: unknown, more: object = {}) => ({
    actions: ["update"],
    before: { v: 1 },
    after: { v: value },
    ...more,
  });
  it.each<[what: string, seen: Sketch | null, now: Sketch, exact: string, unseenDestroy: string]>([
    ["the very plan", { a: "create", b: "delete" }, { a: "create", b: "delete" }, "go", "go"],
    ["nothing to do without a reviewed plan", null, {}, "go", "go"],
    ["a create without a reviewed plan", null, { a: "create" }, "stop", "go"],
    ["a delete without a reviewed plan", null, { a: "delete" }, "stop", "stop"],
    ["an unseen delete", { a: "create" }, { a: "create", b: "delete" }, "stop", "stop"],
    ["an unseen forget", { a: "create" }, { a: "create", b: "forget" }, "stop", "stop"],
    ["a replace where an update was seen", { a: "update" }, { a: "replace" }, "stop", "stop"],
    ["a delete where a replace was seen", { a: "replace" }, { a: "delete" }, "stop", "stop"],
    ["a replace where a delete was seen", { a: "delete" }, { a: "replace" }, "stop", "go differing"],
    ["a forget where a delete was seen", { a: "delete" }, { a: "forget" }, "stop", "stop"],
    ["another value", { a: update(2) }, { a: update(3) }, "stop", "go differing"],
    [
      "the values of two resources the other way round",
      { a: update(2), b: update(3) },
      { a: update(3), b: update(2) },
      "stop",
      "go differing",
    ],
    ["a create more", { a: "create" }, { a: "create", b: "create" }, "stop", "go differing"],
    ["a part that is done already", { a: "create", b: "delete" }, { b: "delete" }, "go differing", "go differing"],
    ["all that is done already", { a: "create", b: "delete" }, {}, "go differing", "go differing"],
    [
      "another sensitive value",
      { a: update("one", { after_sensitive: { v: true } }) },
      { a: update("two", { after_sensitive: { v: true } }) },
      "go",
      "go",
    ],
    [
      "values unknown in both",
      { a: update(undefined, { after_unknown: { v: true } }) },
      { a: update(undefined, { after_unknown: { v: true } }) },
      "go",
      "go",
    ],
  ])("%s", (_, seen, now, exact, unseenDestroy) => {
    const told = (rule: "exact" | "no-unseen-destroy" | "off") => {
      const verdict = verdictOn(planOf(now), seen === null ? [] : [reviewedOf(planOf(seen))], rule);
      return verdict.kind === "go" && verdict.differs ? "go differing" : verdict.kind;
    };
    expect(told("exact")).toBe(exact);
    expect(told("no-unseen-destroy")).toBe(unseenDestroy);
    expect(told("off")).toContain("go");
  });

  it("does not take an output that goes away for something that ends, but for a difference", () => {
    const now = PlanJson.parse({
      format_version: "1.2",
      output_changes: { id: { actions: ["delete"], before: "x", after: null } },
    });
    expect(verdictOn(now, [reviewedOf(planOf({}))], "no-unseen-destroy")).toEqual({ kind: "go", differs: true });
    expect(verdictOn(now, [reviewedOf(planOf({}))], "exact")).toEqual({
      kind: "stop",
      unseen: [{ address: "output.id", action: "delete" }],
      differs: true,
    });
  });

  it("says that a plan differs as soon as one of several merged pull requests showed more", () => {
    const seen = [reviewedOf(planOf({ a: "create" })), reviewedOf(planOf({ b: "create" }))];
    expect(verdictOn(planOf({ a: "create", b: "create" }), seen, "exact")).toEqual({ kind: "go", differs: false });
    expect(verdictOn(planOf({ a: "create" }), seen, "exact")).toEqual({ kind: "go", differs: true });
  });

  it("takes what several merged pull requests showed together", () => {
    const seen = [reviewedOf(planOf({ a: "delete" })), reviewedOf(planOf({ b: "delete" }), { salt: "f".repeat(16) })];
    expect(verdictOn(planOf({ a: "delete", b: "delete" }), seen, "exact").kind).toBe("go");
    expect(verdictOn(planOf({ a: "delete", c: "delete" }), seen, "no-unseen-destroy")).toMatchObject({
      kind: "stop",
      unseen: [{ address: "c", action: "delete" }],
    });
  });

  it("takes a plan on mocked outputs for a plan of shapes: its deletes were seen, its values were not", () => {
    const seen = [reviewedOf(planOf({ a: "delete", b: "create" }), { mocked: true })];
    expect(verdictOn(planOf({ a: "delete", b: "create" }), seen, "no-unseen-destroy")).toEqual({
      kind: "go",
      differs: true,
    });
    expect(verdictOn(planOf({ a: "delete", b: "create" }), seen, "exact").kind).toBe("stop");
  });

  it("tells the objects that a failed replacement left behind apart", () => {
    const change = { actions: ["delete"], before: {} };
    const plan = PlanJson.parse({
      format_version: "1.2",
      resource_changes: [{ address: "a", mode: "managed", deposed: "12ab", change }],
    });
    expect(verdictOn(plan, [reviewedOf(planOf({ a: "delete" }))], "no-unseen-destroy").kind).toBe("stop");
    expect(verdictOn(plan, [reviewedOf(plan)], "exact").kind).toBe("go");
  });

  it("says what was seen, what would happen now, and how to go on", () => {
    const now = planOf({ a: "create", b: "delete", c: "replace" });
    const reviewed = [reviewedOf(planOf({ a: "create", b: "update" }))];
    const verdict = verdictOn(now, reviewed, "no-unseen-destroy");
    if (verdict.kind === "go") throw new Error("it has to stop");
    const stop = reviewedPlanStop(
      { path: unit, action: "apply", at: HEAD },
      "no-unseen-destroy",
      verdict.unseen,
      fingerprintOf(now, ""),
      reviewed,
      [],
    );
    expect(stop.message).toBe(
      "It would delete b; replace c, which nobody reviewed. The plan reviewed at aaaaaaa showed: update b; create a. All that would happen now: delete b; replace c; create a.",
    );
    expect(stop.next).toContain("`approved_run`");
  });
});

describe("a fingerprint", () => {
  const value: fc.Arbitrary<unknown> = fc.jsonValue({ maxDepth: 2 });
  const action = fc.constantFrom("create", "update", "delete", "forget", "replace");
  const sketch = fc.dictionary(
    fc.constantFrom("a", "b", "c", "d"),
    fc.record({ action, before: value, after: value }).map(({ action: what, before, after }) => ({
      actions: what === "replace" ? ["delete", "create"] : [what],
      before,
      after,
    })),
  );

  it("does not depend on the order of keys, at any depth, nor on text that is no Unicode or a number beyond all bounds", () => {
    const [one, other] = [
      { a: 1, b: [{ c: "\ud800", d: Number.POSITIVE_INFINITY }] },
      { b: [{ d: Number.POSITIVE_INFINITY, c: "\ud800" }], a: 1 },
    ];
    const of = (after: unknown) => fingerprintOf(planOf({ x: { actions: ["create"], before: null, after } }), "s");
    expect(of(one)).toEqual(of(other));
    expect(of(one)).not.toEqual(of({ ...one, a: 2 }));
  });

  it("of the same plan is the same under the same salt, whatever the order of resources", () => {
    fc.assert(
      fc.property(sketch, (changes) => {
        const reversed = Object.fromEntries(Object.entries(changes).toReversed());
        expect(fingerprintOf(planOf(changes), "s")).toEqual(fingerprintOf(planOf(reversed), "s"));
      }),
    );
  });

  it.each(["exact", "no-unseen-destroy"] as const)("lets nothing end that no reviewed plan shows: %s", (rule) => {
    const ending = new Set(["delete", "replace", "forget"]);
    const covers = (shown: string, what: string) => shown === what || (what === "replace" && shown === "delete");
    fc.assert(
      fc.property(sketch, fc.array(sketch, { maxLength: 3 }), (changes, seen) => {
        const reviewed = seen.map((plan) => reviewedOf(planOf(plan)));
        fc.pre(verdictOn(planOf(changes), reviewed, rule).kind === "go");
        const shown = reviewed.flatMap((plan) => plan.changes);
        const unshown = fingerprintOf(planOf(changes), "").filter(
          (change) => !shown.some((known) => known.address === change.address && covers(known.action, change.action)),
        );
        expect(unshown.filter(({ action: what }) => ending.has(what))).toEqual([]);
      }),
    );
  });

  it("lets a plan through that is the reviewed one, or a part of it", () => {
    fc.assert(
      fc.property(sketch, fc.array(fc.boolean()), (changes, kept) => {
        const part = Object.fromEntries(Object.entries(changes).filter((_, index) => kept[index] ?? true));
        expect(verdictOn(planOf(part), [reviewedOf(planOf(changes))], "exact").kind).toBe("go");
      }),
    );
  });

  it("holds no sensitive value, not even as a hash that could be guessed", () => {
    fc.assert(
      fc.property(value, value, (one, two) => {
        const plan = (secret: unknown) =>
          planOf({
            a: {
              actions: ["update"],
              before: { s: secret },
              before_sensitive: { s: true },
              after: { s: secret },
              after_sensitive: { s: true },
            },
          });
        expect(fingerprintOf(plan(one), "s")).toEqual(fingerprintOf(plan(two), "s"));
      }),
    );
  });

  it("knows every action that a reviewed plan can hold", () => {
    for (const { action: what } of fingerprintOf(planOf({ a: "create", b: "delete", c: "replace" }), "s")) {
      expect(ResourceAction.safeParse(what).success).toBe(true);
    }
  });
});

describe("the same state", () => {
  const other = UnitPath.parse("prod/network");
  const at = (key: string | null, lineage: string | null, workspace = "default") => {
    return { backend: key === null ? null : "s3", key, workspace: key === null ? null : workspace, lineage, serial: 1 };
  };
  it.each([
    ["the same place", at("p", "l"), at("p", null), "the very state"],
    ["a copy", at("p", "l"), at("q", "l"), "a copy of the state"],
    ["another workspace of the place", at("p", null), at("p", null, "eu"), null],
    ["another state", at("p", "l"), at("q", "m"), null],
    ["nothing known", at(null, null), at(null, null), null],
  ])("%s", (_, mine, theirs, says) => {
    const stop = sameStateStop(unit, mine, [{ version: 1, unit: other, state: theirs }]);
    if (says === null) expect(stop).toBeNull();
    else expect(stop?.message).toContain(says);
  });

  it("of the unit itself, applied earlier in the run, is no reason", () => {
    const state = at("p", "l");
    expect(sameStateStop(unit, state, [{ version: 1, unit, state }])).toBeNull();
  });
});
