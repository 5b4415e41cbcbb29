import { describe, expect, it } from "vitest";
import { CommitSha } from "../contracts/comparison.ts";
import type { LedgerState, LedgerUnit } from "../contracts/ledger.ts";
import { UnitPath } from "../contracts/unit-path.ts";
import { EMPTY_LEDGER, withUnits } from "./ledger.ts";
import { mayDestroy } from "./may-destroy.ts";
import { see } from "./see.ts";

const [old, now, other] = [UnitPath.parse("old"), UnitPath.parse("now"), UnitPath.parse("other")];
const run = { id: 1, number: 1, attempt: 1 };
const time = "2026-11-25T12:00:00Z";
const commit = CommitSha.parse("a".repeat(40));
const state = (key: string, lineage: string | null = null): LedgerState => {
  return { backend: "s3", key, workspace: "default", lineage, serial: null };
};
const applied = (unit: UnitPath, its: LedgerState | null): LedgerUnit => ({
  ...{ version: 1, unit, claim: 1 },
  applied: {
    ...{ action: "apply", commit, environment: null, run, time, by: null, pullRequest: null, plan: null },
    ...{ dependsOn: [], state: its },
  },
});

/** The same, due to be applied by a run that has not recorded yet. */
const due = (unit: UnitPath, its: LedgerState | null, owner = run): LedgerUnit => ({
  ...applied(unit, its),
  due: {
    ...{ action: "apply", commit, commits: [commit], environment: null, why: "changed", message: "", owner },
    ...{ dependsOn: [], byHand: false, ahead: false, since: time },
  },
});

function ask(
  records: readonly LedgerUnit[],
  mine = state("old"),
  unsettled: boolean | ((unit: UnitPath, since: CommitSha | null) => boolean) = false,
  found: readonly (readonly [UnitPath, LedgerState])[] = [],
  done: readonly UnitPath[] = [],
) {
  return mayDestroy({
    ledger: { kind: "read", value: withUnits(EMPTY_LEDGER, records) },
    ...{ unit: old, state: mine, run, found: { kind: "read", value: new Map(found) } },
    endedWell: new Set(done),
    living: {
      kind: "read",
      value: { units: [old, now, other], unsettled: typeof unsettled === "boolean" ? () => unsettled : unsettled },
    },
  });
}

describe("the state of a unit that is to be destroyed", () => {
  it("stays while a unit that is to leave it has not: its apply was planned, and did not end well", () => {
    const rest = applied(other, state("other"));
    const found = [[now, state("new")]] as const;
    expect(ask([due(now, state("old")), rest], state("old"), false, found)).toMatchObject({ because: "same-state" });
    expect(ask([due(now, state("old")), rest], state("old"), false, found, [now])).toEqual({ kind: "go" });
  });

  it("stays while an attempt at an earlier commit, which is not made good yet, may have begun in it", () => {
    const rest = applied(other, state("other"));
    const found = [[now, state("new")]] as const;
    const changedSince = (unit: UnitPath, since: CommitSha | null) => unit === now && since === commit;
    expect(ask([due(now, null), rest], state("old"), changedSince, found)).toMatchObject({ because: "unknown-state" });
    expect(ask([due(now, null), rest], state("old"), changedSince, found, [now])).toEqual({ kind: "go" });
  });

  it("may go when every unit of the branch is known to have another one", () => {
    expect(ask([applied(now, state("now")), applied(other, state("other"))])).toEqual({ kind: "go" });
  });

  it("stays when a unit of the branch has it, at the same place or as a copy", () => {
    expect(ask([applied(now, state("old")), applied(other, state("other"))])).toMatchObject({ because: "same-state" });
    const copied = [applied(now, state("now", "born")), applied(other, state("other"))];
    expect(ask(copied, state("old", "born"))).toMatchObject({ because: "same-state" });
  });

  it("stays while nobody knows the state of a unit, and names it", () => {
    const unknown = ask([applied(now, state("now"))]);
    expect(unknown).toMatchObject({ because: "unknown-state", message: expect.stringContaining("`other`") });
    expect(ask([applied(now, state("now")), applied(other, null)])).toMatchObject({ because: "unknown-state" });
  });

  it("stays while commits may have given a unit another state", () => {
    const records = [applied(now, state("now")), applied(other, state("other"))];
    expect(ask(records, state("old"), true)).toMatchObject({ because: "unknown-state" });
  });

  it("goes by what this run found of the units that it applies itself, and of no others", () => {
    const rest = applied(other, state("other"));
    expect(ask([due(now, state("now")), rest])).toMatchObject({ because: "unknown-state" });
    const found = [[now, state("now")]] as const;
    expect(ask([due(now, null), rest], state("old"), false, found)).toEqual({ kind: "go" });
    expect(ask([due(now, null), rest], state("old"), true, found)).toMatchObject({ because: "unknown-state" });
    expect(ask([due(now, state("now")), rest], state("old"), false, [[now, state("old")]])).toMatchObject({
      because: "same-state",
    });
    const later = { id: 2, number: 2, attempt: 1 };
    expect(ask([due(now, null, later), rest], state("old"), false, found)).toMatchObject({ because: "unknown-state" });
  });

  it("stays when the ledger, the branch or what the run found can't be read", () => {
    const unknown = { kind: "unknown", why: "no network" } as const;
    const living = { kind: "read", value: { units: [], unsettled: () => false } } as const;
    const ledger = { kind: "read", value: EMPTY_LEDGER } as const;
    const found = { kind: "read", value: new Map() } as const;
    const asked = { ledger, unit: old, state: state("old"), run, found, living, endedWell: new Set<UnitPath>() };
    const stopped = { because: "unknown", message: expect.stringContaining("no network") };
    for (const not of [{ ledger: unknown }, { living: unknown }, { found: unknown }]) {
      expect(mayDestroy({ ...asked, ...not })).toMatchObject(stopped);
    }
  });
});

describe("a state that a plan of the branch found", () => {
  const seen = { run, time, commit, states: new Map([[other, state("other")]]) };

  it("counts like an applied one, and is written once", () => {
    const once = see(withUnits(EMPTY_LEDGER, [applied(now, state("now"))]), seen);
    expect(ask([...once.units.values()])).toEqual({ kind: "go" });
    expect(see(once, seen)).toBe(once);
  });

  it("is written beside what was applied, once, where nobody determined the branch's changes yet", () => {
    const known = withUnits(EMPTY_LEDGER, [applied(other, state("moved"))]);
    const once = see(known, seen);
    expect(once.units.get(other)).toMatchObject({ seen: { commit, state: state("other") } });
    expect(see(once, seen)).toBe(once);
  });

  it("says nothing where an apply has said more", () => {
    const known = {
      ...withUnits(EMPTY_LEDGER, [applied(other, state("moved"))]),
      determined: { version: 1 as const, commit, branch: "main", claim: 1, reached: 1, run, time },
    };
    expect(see(known, seen)).toBe(known);
  });
});
