import { describe, expect, it } from "vitest";
import { CHANGED, claiming, commit, FAILED, recording, runOf, unit } from "../../test/ledger.ts";
import { Configuration } from "../configuration/schema.ts";
import { dismiss } from "./dismiss.ts";
import { EMPTY_LEDGER, type Ledger } from "./ledger.ts";
import { mayStart } from "./may-start.ts";

const [one, two, three] = [runOf(1), runOf(2), runOf(3)];
const configuration = Configuration.parse({
  environments: {
    dev: { paths: ["dev/**"] },
    stage: { paths: ["stage/**"], after: ["dev"] },
    prod: { paths: ["prod/**"], after: ["stage"] },
    other: { paths: ["other/**"] },
  },
});

type Given = {
  readonly action?: "apply" | "destroy";
  readonly at?: number;
  readonly passed?: readonly string[];
  /** Whether the deploy branch has a unit; where it is left out, it has all but those that are old or are to be destroyed. */
  readonly exists?: (path: string) => boolean;
};
const IS_OLD = (path: string): boolean => path.endsWith("old");

/** What a unit waits for when its run is about to start it; `go` where it may. */
function waitsOf(
  ledger: Ledger,
  path: string,
  run = one,
  { action = "apply", at = 1, passed = [], ...given }: Given = {},
) {
  const done = new Set(passed.map(unit));
  const exists = given.exists ?? ((its: string) => action === "apply" && !IS_OLD(its));
  const start = mayStart({
    ...{ unit: unit(path), action, commit: commit(at), run, endedWell: done, passed: done },
    ledger: { kind: "read", value: ledger },
    tip: {
      kind: "read",
      value: { commit: commit(9), otherBranch: null, exists, configuration },
    },
  });
  return start.kind === "wait" ? { for: start.for, units: start.units } : start.kind;
}

const at = (path: string, dependsOn: readonly string[] = []) => ({
  ...{ path: unit(path), environment: path.split("/", 1)[0] ?? "", dependsOn: dependsOn.map(unit) },
});
const gone = (path: string, dependsOn: readonly string[] = []) => {
  return { ...at(path, dependsOn), action: "destroy" as const, commit: commit(0) };
};
const both = claiming(EMPTY_LEDGER, one, 1, [at("dev/a"), at("prod/a")]).ledger;

describe("a unit of an environment that comes after others", () => {
  it("waits until all that the same change does before it ended well, with its checks", () => {
    expect(waitsOf(both, "prod/a")).toEqual({ for: ["dev"], units: ["dev/a"] });
    expect(waitsOf(both, "prod/a", one, { passed: ["dev/a"] })).toBe("go");
    expect(waitsOf(both, "dev/a")).toBe("go");
  });

  it("waits in a later run as well, as long as that is due, whatever it is due for by then", () => {
    const failed = recording(both, one, 1, { "dev/a": FAILED });
    const fixed = claiming(failed, two, 2, [at("dev/a"), { ...at("prod/a"), dueOf: 1001 }]).ledger;
    expect(waitsOf(fixed, "prod/a", two, { at: 2 })).toEqual({ for: ["dev"], units: ["dev/a"] });
    const repaired = recording(fixed, two, 2, { "dev/a": CHANGED });
    expect(waitsOf(repaired, "prod/a", two, { at: 2 })).toBe("go");
  });

  it("waits for no other change: a fix of prod goes ahead of what is broken in dev", () => {
    const failed = recording(both, one, 1, { "dev/a": FAILED, "prod/a": CHANGED });
    const fix = claiming(failed, two, 2, [at("prod/b")]).ledger;
    expect(waitsOf(fix, "prod/b", two, { at: 2 })).toBe("go");
  });

  it("waits for what is not determined, and not for what a person dismissed", () => {
    const why = { why: "problem", message: "broken", environment: null } as const;
    const broken = claiming(EMPTY_LEDGER, one, 1, [{ ...at("dev/a"), ...why }, at("prod/a")]).ledger;
    expect(waitsOf(broken, "prod/a")).toEqual({ for: ["dev"], units: ["dev/a"] });
    const dismissed = dismiss(broken, { run: two, time: "", by: "mona", reason: "", units: [unit("dev/a")] });
    expect(waitsOf(dismissed, "prod/a")).toBe("go");
  });

  it("does not wait for what needs it: dependencies stand above the order of environments", () => {
    const needing = claiming(EMPTY_LEDGER, one, 1, [at("dev/a", ["prod/a"]), at("dev/b", ["dev/a"]), at("prod/a")]);
    expect(waitsOf(needing.ledger, "prod/a")).toBe("go");
    const other = claiming(EMPTY_LEDGER, one, 1, [at("dev/a", ["prod/a"]), at("dev/c"), at("prod/a")]).ledger;
    expect(waitsOf(other, "prod/a")).toEqual({ for: ["dev"], units: ["dev/c"] });
  });

  it("waits for what a person destroys while it is on the branch: its change is still to be applied", () => {
    const asked = claiming(both, two, 1, [gone("dev/a")], { request: true }).ledger;
    expect(waitsOf(asked, "prod/a")).toEqual({ for: ["dev"], units: ["dev/a"] });
  });

  it("does not wait for what waits for it through others: nobody could begin", () => {
    const circle = [at("dev/a", ["prod/p"]), at("dev/b", ["prod/q"]), at("prod/p"), at("prod/q")];
    const { ledger } = claiming(EMPTY_LEDGER, one, 1, [...circle, at("dev/c"), at("prod/r")]);
    expect(waitsOf(ledger, "prod/p")).toEqual({ for: ["dev"], units: ["dev/c"] });
    expect(waitsOf(ledger, "prod/r")).toEqual({ for: ["dev"], units: ["dev/a", "dev/b", "dev/c"] });
    expect(waitsOf(claiming(EMPTY_LEDGER, one, 1, circle, { request: true }).ledger, "prod/q")).toBe("go");
    const old = [gone("dev/a"), gone("dev/b"), gone("prod/c", ["dev/b"]), gone("prod/e", ["dev/a"])];
    const removed = claiming(EMPTY_LEDGER, one, 1, old).ledger;
    expect(waitsOf(removed, "prod/e", one, { action: "destroy", at: 0 })).toBe("go");
  });

  it("that is asked for by its name waits for nothing but what was asked for with it", () => {
    const failed = recording(both, one, 1, { "dev/a": FAILED });
    const alone = claiming(failed, two, 2, [at("prod/a")], { request: true }).ledger;
    expect(waitsOf(alone, "prod/a", two, { at: 2 })).toBe("go");
    const together = claiming(failed, three, 2, [at("dev/a"), at("prod/a")], { request: true }).ledger;
    expect(waitsOf(together, "prod/a", three, { at: 2 })).toEqual({ for: ["dev"], units: ["dev/a"] });
    expect(waitsOf(together, "prod/a", three, { at: 2, passed: ["dev/a"] })).toBe("go");
  });
});

describe("what is to be gone", () => {
  const wanted = [gone("dev/old"), at("dev/a"), gone("prod/old"), at("prod/a")];
  const { ledger } = claiming(EMPTY_LEDGER, one, 1, wanted, { existsAtHead: (path) => !IS_OLD(path) });

  it("holds up no apply, and waits for the applies and destroys of what comes first", () => {
    expect(waitsOf(ledger, "prod/a")).toEqual({ for: ["dev"], units: ["dev/a"] });
    const destroying = { action: "destroy", at: 0 } as const;
    expect(waitsOf(ledger, "prod/old", one, destroying)).toEqual({ for: ["dev"], units: ["dev/a", "dev/old"] });
    expect(waitsOf(ledger, "prod/old", one, { ...destroying, passed: ["dev/a", "dev/old"] })).toBe("go");
  });

  it("holds up applies once the deploy branch has it again, since the next run applies it", () => {
    const back = { exists: () => true };
    expect(waitsOf(ledger, "prod/a", one, back)).toEqual({ for: ["dev"], units: ["dev/a", "dev/old"] });
  });

  it("does not wait for what it uses, which can only go after it", () => {
    const used = claiming(EMPTY_LEDGER, one, 1, [gone("dev/old"), gone("prod/old", ["dev/old"])]).ledger;
    expect(waitsOf(used, "prod/old", one, { action: "destroy", at: 0 })).toBe("go");
  });
});

describe("what was applied and did not pass its checks", () => {
  const check = "The check `smoke test` denied.";
  const denied = recording(both, one, 1, {
    "dev/a": { check, environment: "dev" },
    "prod/a": { end: { kind: "skipped", because: [unit("dev/a")], waitsFor: ["dev"] } },
  });

  it("is applied, and stays due until it passes, so that what waits for it goes on waiting", () => {
    const record = denied.units.get(unit("dev/a"));
    expect(record?.applied?.commit).toBe(commit(1));
    expect(record?.due).toMatchObject({ why: "check", message: check });
    expect(denied.units.get(unit("prod/a"))?.due).toMatchObject({
      why: "promotion",
      message: "It waits for `dev`: of the same change, `dev/a` has not ended well.",
    });
    expect(waitsOf(denied, "prod/a")).toEqual({ for: ["dev"], units: ["dev/a"] });
    const passed = recording(denied, one, 1, { "dev/a": CHANGED });
    expect(passed.units.get(unit("dev/a"))?.due).toBeUndefined();
    expect(waitsOf(passed, "prod/a")).toBe("go");
  });

  it("is written twice as once", () => {
    expect(recording(denied, one, 1, { "dev/a": { check } })).toEqual(denied);
  });
});
