import { expect, it } from "vitest";
import { claiming, commit, FAILED, recording, runOf, unit } from "../../test/ledger.ts";
import type { LedgerState } from "../contracts/ledger.ts";
import { EMPTY_LEDGER } from "./ledger.ts";
import { see } from "./see.ts";
import { stateSharedWith } from "./shared-state.ts";

const state = (given: Partial<LedgerState> = {}): LedgerState => ({
  ...{ backend: "s3", key: "hash-1", workspace: "default", lineage: "l-1", serial: 3 },
  ...given,
});
const NOTHING = { with: [], unknown: [] };

/** What the state of `old` shares with a living unit that was applied with `other`. */
function shared(other: LedgerState | null, own: LedgerState = state()) {
  const claimed = claiming(EMPTY_LEDGER, runOf(1), 1, ["other"]).ledger;
  const ledger = recording(claimed, runOf(1), 1, { other: { state: other } });
  return stateSharedWith(ledger, unit("old"), own, [unit("old"), unit("other")], () => false);
}

it.each([
  ["the same place, though it was born anew", state({ lineage: "l-2" }), "same place"],
  ["the same place, where nobody knows the workspace", state({ workspace: null }), "same place"],
  ["a copy of it under another key", state({ key: "hash-2" }), "same lineage"],
])("a living unit shares a state: %s", (_what, other, how) => {
  expect(shared(other)).toEqual({ with: [{ unit: "other", how }], unknown: [] });
});

it.each([
  ["another key", state({ key: "hash-2", lineage: "l-2" })],
  ["another workspace", state({ workspace: "blue", lineage: "l-2" })],
])("a living unit with %s shares nothing", (_what, other) => {
  expect(shared(other)).toEqual(NOTHING);
});

it.each([
  ["was never told", null],
  ["could not be told", state({ key: null, lineage: null })],
])("a living unit whose state %s may be any", (_what, other) => {
  expect(shared(other)).toEqual({ with: [], unknown: ["other"] });
});

it("a unit that is applied and not on the branch any more has its state until a run has determined that it goes", () => {
  const applied = recording(claiming(EMPTY_LEDGER, runOf(1), 1, ["left"]).ledger, runOf(1), 1, {
    left: { state: state() },
  });
  const ask = (of: typeof applied, own = state()) => stateSharedWith(of, unit("moved"), own, [], () => false);
  expect(ask(applied)).toEqual({ with: [{ unit: "left", how: "left" }], unknown: [] });
  expect(ask(applied, state({ key: "hash-2" }))).toEqual(NOTHING);
  const gone = { path: unit("left"), action: "destroy" as const, commit: commit(1) };
  expect(ask(claiming(applied, runOf(2), 2, [gone]).ledger)).toEqual(NOTHING);
});

it("two states of which nothing can be compared may be one", () => {
  expect(shared(state({ lineage: null }), state({ key: null })).unknown).toEqual(["other"]);
});

it("a unit that is due, or that commits changed since, may have been given another state", () => {
  const ledger = recording(claiming(EMPTY_LEDGER, runOf(1), 1, ["other"]).ledger, runOf(1), 1, {
    other: { state: state({ key: "hash-2", lineage: "l-2" }) },
  });
  const ask = (of: typeof ledger, unsettled: boolean) =>
    stateSharedWith(of, unit("old"), state(), [unit("other")], () => unsettled);
  expect(ask(ledger, false)).toEqual(NOTHING);
  expect(ask(ledger, true).unknown).toEqual(["other"]);
  expect(ask(claiming(ledger, runOf(2), 2, ["other"]).ledger, false).unknown).toEqual(["other"]);
});

it("a unit that was never applied, or was destroyed, is not known either: it may have been given the state since", () => {
  const gone = { path: unit("other"), action: "destroy" as const, commit: commit(0) };
  const claimed = claiming(EMPTY_LEDGER, runOf(1), 1, [gone]).ledger;
  const destroyed = recording(claimed, runOf(1), 1, { other: { ...gone, state: state() } });
  for (const ledger of [EMPTY_LEDGER, destroyed]) {
    expect(stateSharedWith(ledger, unit("old"), state(), [unit("other")], () => false).unknown).toEqual(["other"]);
  }
});

it("a plan of the branch says which state a unit has that is due or was not determined, until it changes again", () => {
  const seen = { run: runOf(3), time: "2026-01-01T00:00:00Z", commit: commit(3) };
  const applied = recording(claiming(EMPTY_LEDGER, runOf(1), 1, ["other"]).ledger, runOf(1), 1, {
    other: { state: state({ key: "hash-2", lineage: "l-2" }) },
  });
  const ask = (key: string, changedAfterLook: boolean) => {
    const looked = see(applied, { ...seen, states: new Map([[unit("other"), state({ key, lineage: "l-3" })]]) });
    const unsettled = (_unit: unknown, since: unknown) => since === null || changedAfterLook;
    return (own: string) =>
      stateSharedWith(looked, unit("old"), state({ key: own, lineage: "l-0" }), [unit("other")], unsettled);
  };
  expect(ask("hash-3", false)("hash-1")).toEqual(NOTHING);
  expect(ask("hash-3", false)("hash-3").with).toEqual([{ unit: "other", how: "same place" }]);
  expect(ask("hash-3", false)("hash-2").with).toEqual([{ unit: "other", how: "same place" }]);
  expect(ask("hash-3", true)("hash-1").unknown).toEqual(["other"]);
});

it("a plan of the branch does not say which state an apply was given at an earlier commit that may have begun", () => {
  const claimed = claiming(EMPTY_LEDGER, runOf(1), 1, ["other"]).ledger;
  const failed = recording(claimed, runOf(1), 1, { other: FAILED });
  const states = new Map([[unit("other"), state({ key: "hash-3", lineage: "l-3" })]]);
  const looked = see(failed, { run: runOf(2), time: "2026-01-01T00:00:00Z", commit: commit(2), states });
  const ask = (changedSince: ReadonlySet<unknown>) =>
    stateSharedWith(looked, unit("old"), state(), [unit("other")], (_unit, since) => changedSince.has(since));
  expect(ask(new Set([commit(1)])).unknown).toEqual(["other"]);
  expect(ask(new Set([commit(2)])).unknown).toEqual(["other"]);
  expect(ask(new Set())).toEqual(NOTHING);
});
