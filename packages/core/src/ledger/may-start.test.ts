import { describe, expect, it } from "vitest";
import { CHANGED, claiming, commit, FAILED, recording, runOf, time, unit } from "../../test/ledger.ts";
import { Configuration, EnvironmentSettings } from "../configuration/schema.ts";
import type { LedgerState } from "../contracts/ledger.ts";
import type { StopReason } from "../contracts/start.ts";
import { dismiss } from "./dismiss.ts";
import { EMPTY_LEDGER, type Ledger, withUnits } from "./ledger.ts";
import { type Looked, mayStart, type Question, type Tip } from "./may-start.ts";

const [one, two] = [runOf(1), runOf(2)];
const read = <T>(value: T): Looked<T> => ({ kind: "read", value });
const unknown = { kind: "unknown", why: "the API refused" } as const;
const tipWith = (settings: object = {}, exists = true): Tip => ({
  commit: commit(2),
  otherBranch: null,
  exists: () => exists,
  configuration: Configuration.parse({
    environments: { prod: EnvironmentSettings.parse({ paths: ["**"], ...settings }) },
  }),
});
const gone = { path: unit("a"), action: "destroy" as const, commit: commit(0) };
const applyDue = claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger;
const destroyDue = claiming(EMPTY_LEDGER, one, 1, [gone]).ledger;
const ask = (ledger: Looked<Ledger>, given: Partial<Question> = {}) =>
  mayStart({
    ledger,
    tip: read(tipWith()),
    unit: unit("a"),
    action: "apply",
    commit: commit(1),
    run: one,
    endedWell: new Set(),
    passed: new Set(),
    ...given,
  });
const destroying = { action: "destroy", commit: commit(0) } as const;

describe("a unit may start", () => {
  it.each<[string, Ledger, Partial<Question>]>([
    ["while its run has it", applyDue, {}],
    ["in a second attempt", applyDue, { run: runOf(1, 2) }],
    [
      "to be destroyed when the deploy branch has it no more",
      destroyDue,
      { ...destroying, tip: read(tipWith({}, false)) },
    ],
    ["to be destroyed though it exists when a person named it", destroyDue, { ...destroying, destroyAtTip: true }],
    ["where the deploy branch knows no environment for it", applyDue, { tip: read(tipWith({ paths: ["other/**"] })) }],
  ])("%s", (_what, ledger, given) => {
    expect(ask(read(ledger), given)).toMatchObject({ kind: "go" });
  });
});

it("a unit starts under what the deploy branch asks of a plan now", () => {
  const configuration = Configuration.parse({ ...tipWith().configuration, reviewed_plan: "exact" });
  const tip = read({ ...tipWith(), configuration });
  expect(ask(read(applyDue), { tip })).toEqual({ kind: "go", reviewRule: "exact" });
});

it("asks that of the unit's environment where it says so for itself", () => {
  const { configuration } = tipWith();
  const environments = Object.fromEntries(
    Object.entries(configuration.environments ?? {}).map(([name, one]) => [name, { ...one, reviewed_plan: "exact" }]),
  );
  const tip = read({ ...tipWith(), configuration: Configuration.parse({ ...configuration, environments }) });
  expect(ask(read(applyDue), { tip })).toEqual({ kind: "go", reviewRule: "exact" });
});

describe("a unit that was done already", () => {
  it.each([
    ["this run", one],
    ["another run", two],
  ])("by %s lets what builds on it go on", (_who, run) => {
    const ledger = recording(applyDue, one, 1, { a: CHANGED });
    expect(ask(read(ledger), { run })).toMatchObject({ kind: "done" });
  });
});

it("a unit that another run applied at another commit is left alone: this job's commit is not what is in effect", () => {
  const ledger = recording(applyDue, one, 1, { a: CHANGED });
  expect(ask(read(ledger), { run: two, commit: commit(2) })).toMatchObject({ kind: "leave", by: commit(1) });
  expect(ask(read(ledger), { run: one, commit: commit(2) })).toMatchObject({ kind: "done" });
});

describe("a unit that another was applied with", () => {
  const user = recording(claiming(destroyDue, two, 2, ["user"]).ledger, two, 2, { user: { dependsOn: [unit("a")] } });
  const tip = read(tipWith({}, false));

  it("is not destroyed until that was applied without it, or destroyed", () => {
    expect(ask(read(user), { ...destroying, tip })).toMatchObject({ kind: "stop", because: "needed" });
    const without = recording(claiming(user, two, 3, ["user"]).ledger, two, 3, { user: CHANGED });
    expect(ask(read(without), { ...destroying, tip })).toMatchObject({ kind: "go" });
    // This run's own work on it counts, until another run has it again.
    const own = claiming(user, one, 2, ["user"], { request: true }).ledger;
    const endedWell = new Set([unit("user")]);
    expect(ask(read(own), { ...destroying, tip, endedWell })).toMatchObject({ kind: "go" });
    const again = claiming(own, two, 2, ["user"], { request: true }).ledger;
    expect(ask(read(again), { ...destroying, tip, endedWell })).toMatchObject({ kind: "stop", because: "needed" });
  });
});

it("a unit that another was tried with, and that may be in use since, is not destroyed", () => {
  const uses = { path: unit("user"), dependsOn: [unit("a")] };
  const tried = recording(claiming(EMPTY_LEDGER, one, 1, [uses]).ledger, one, 1, { user: FAILED });
  const both = claiming(tried, two, 2, ["user", { ...gone, commit: commit(0) }]).ledger;
  const question = { ...destroying, run: two, tip: read(tipWith({}, false)) };
  expect(ask(read(both), question)).toMatchObject({ kind: "stop", because: "needed" });
  expect(ask(read(recording(both, two, 2, { user: CHANGED })), question)).toMatchObject({ kind: "go" });
});

it("a unit that another was tried with is not destroyed while that one's own destroy is due", () => {
  const uses = { path: unit("user"), dependsOn: [unit("a")] };
  const tried = claiming(EMPTY_LEDGER, one, 1, [uses]).ledger;
  const goes = { path: unit("user"), action: "destroy" as const, commit: commit(1) };
  const both = claiming(claiming(tried, runOf(3), 2, [goes]).ledger, two, 3, [{ ...gone, commit: commit(0) }]).ledger;
  const question = { ...destroying, run: two, tip: read(tipWith({}, false)) };
  expect(ask(read(both), question)).toMatchObject({ kind: "stop", because: "needed" });
  const done = { user: { action: "destroy" as const, commit: commit(1) } };
  const away = recording(both, runOf(3), 2, done, { commit: commit(3), exists: () => false });
  expect(ask(read(away), question)).toMatchObject({ kind: "go" });
});

it("a unit that another was tried with when a person dismissed it is not destroyed", () => {
  const uses = { path: unit("user"), dependsOn: [unit("a")] };
  const dismissal = { run: two, time, by: "m", reason: "", units: [unit("user")] };
  const dismissed = dismiss(claiming(EMPTY_LEDGER, one, 1, [uses]).ledger, dismissal);
  const question = { ...destroying, run: two, tip: read(tipWith({}, false)) };
  for (const also of [[], ["user"]]) {
    const due = claiming(dismissed, two, 2, [{ ...gone, commit: commit(0) }, ...also]).ledger;
    expect(ask(read(due), question)).toMatchObject({ kind: "stop", because: "needed" });
  }
});

it("a unit of whose user a person said that nothing is left is destroyed", () => {
  const uses = { path: unit("user"), action: "destroy" as const, commit: commit(0), dependsOn: [unit("a")] };
  const live = recording(claiming(EMPTY_LEDGER, one, 1, ["user"]).ledger, one, 1, { user: { dependsOn: [unit("a")] } });
  const due = claiming(live, two, 2, [uses, { ...gone, commit: commit(0) }]).ledger;
  const question = { ...destroying, run: two, tip: read(tipWith({}, false)) };
  expect(ask(read(due), question)).toMatchObject({ kind: "stop", because: "needed" });
  const ledger = dismiss(due, { run: two, time, by: "m", reason: "it moved", units: [unit("user")] });
  expect(ask(read(ledger), question)).toMatchObject({ kind: "go" });
});

it("a unit that a moved one used is not destroyed before the new place is applied, though the old one is dismissed", () => {
  const moves = { path: unit("old"), action: "destroy" as const, commit: commit(0), dependsOn: [unit("a")] };
  const live = recording(claiming(EMPTY_LEDGER, one, 1, ["old"]).ledger, one, 1, { old: { dependsOn: [unit("a")] } });
  const moved = recording(claiming(live, two, 2, ["new", moves]).ledger, two, 2, { new: FAILED });
  const dismissed = dismiss(moved, { run: two, time, by: "m", reason: "it moved", units: [unit("old")] });
  const question = { ...destroying, run: two, tip: read(tipWith({}, false)) };
  const asked = (ledger: Ledger) =>
    ask(read(claiming(ledger, two, 3, [{ ...gone, commit: commit(0) }]).ledger), question);
  expect(asked(dismissed)).toMatchObject({ kind: "stop", because: "needed" });
  const state = { backend: "s3", key: "old", workspace: "default", lineage: "of old", serial: 1 };
  const known = (found: LedgerState) =>
    withUnits(
      dismissed,
      [...dismissed.units.values()].map((record) =>
        record.applied === undefined
          ? { ...record, seen: { state: found, run: two, time, commit: commit(2) } }
          : { ...record, applied: { ...record.applied, state } },
      ),
    );
  expect(asked(known(state))).toMatchObject({ kind: "stop", because: "needed" });
  expect(asked(known({ ...state, key: "copy" }))).toMatchObject({ kind: "stop", because: "needed" });
  expect(asked(known({ ...state, key: "new", lineage: "of new" }))).toMatchObject({ kind: "go" });
  expect(asked(recording(claiming(dismissed, two, 2, ["new"]).ledger, two, 2, { new: CHANGED }))).toMatchObject({
    kind: "go",
  });
});

describe("a unit is left alone", () => {
  it.each<[string, Ledger, RegExp]>([
    [
      "by the run that had it when a later commit has it",
      claiming(applyDue, two, 2, ["a"]).ledger,
      /Run 2 has `a` now/,
    ],
    [
      "when it was destroyed meanwhile",
      recording(destroyDue, one, 1, { a: { ...destroying } }, { commit: commit(2), exists: () => false }),
      /This run has done/,
    ],
    [
      "when a person dismissed it",
      dismiss(applyDue, { run: two, time, by: "m", reason: "", units: [unit("a")] }),
      /m dismissed it/,
    ],
    [
      "when a person dismissed what a later commit wants of it",
      dismiss(claiming(recording(applyDue, one, 1, { a: CHANGED }), one, 2, ["a"]).ledger, {
        ...{ run: two, time, by: "m", reason: "", units: [unit("a")] },
      }),
      /m dismissed it/,
    ],
    ["when the ledger knows nothing of it", EMPTY_LEDGER, /Nothing is due/],
  ])("%s", (_what, ledger, message) => {
    expect(ask(read(ledger))).toMatchObject({ kind: "leave", message: expect.stringMatching(message) });
  });
});

describe("a unit is stopped", () => {
  it.each<[string, StopReason, Looked<Ledger>, Partial<Question>]>([
    ["when the ledger can't be read", "unknown", unknown, {}],
    ["when the deploy branch can't be read", "unknown", read(applyDue), { tip: unknown }],
    ["when the job is for another action", "differs", read(applyDue), destroying],
    ["when the job is for another commit", "differs", read(applyDue), { commit: commit(0) }],
    ["when it would be destroyed and exists", "exists-at-tip", read(destroyDue), destroying],
    ["while its environment is paused", "paused", read(applyDue), { tip: read(tipWith({ apply: "paused" })) }],
    [
      "while destroys are denied",
      "destroy-denied",
      read(destroyDue),
      { ...destroying, tip: read(tipWith({ destroy: "deny" }, false)) },
    ],
    [
      "while it is protected",
      "protected",
      read(destroyDue),
      { ...destroying, tip: read(tipWith({ protect: ["a"] }, false)) },
    ],
  ])("%s", (_what, because, ledger, given) => {
    expect(ask(ledger, given)).toMatchObject({ kind: "stop", because });
  });

  it("when two environments of the deploy branch claim it", () => {
    const settings = EnvironmentSettings.parse({ paths: ["**"] });
    const configuration = Configuration.parse({ environments: { x: settings, y: settings } });
    const tip = read({ ...tipWith(), configuration });
    expect(ask(read(applyDue), { tip })).toMatchObject({ kind: "stop", because: "unknown" });
  });
});
