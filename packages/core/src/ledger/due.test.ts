import { describe, expect, it } from "vitest";
import { CHANGED, claiming, commit, contains, FAILED, recording, runOf, time, unit } from "../../test/ledger.ts";
import type { LedgerRun } from "../contracts/ledger.ts";
import { dismiss } from "./dismiss.ts";
import { type DueQuestion, dueFor } from "./due.ts";
import { EMPTY_LEDGER, type Ledger } from "./ledger.ts";

const [one, two] = [runOf(1), runOf(2)];
const failed = recording(claiming(EMPTY_LEDGER, one, 1, ["b", "a"]).ledger, one, 1, { a: FAILED, b: FAILED });
const ask = (ledger: Ledger, given: Partial<DueQuestion> = {}) =>
  dueFor(ledger, {
    run: two,
    head: commit(2),
    tip: commit(2),
    isEnded: () => true,
    contains,
    existsAtHead: () => true,
    ...given,
  });

describe("what a run takes along", () => {
  it("is what is due and has no run any more, applied at the run's head", () => {
    expect(ask(failed).take).toMatchObject([
      { path: "a", action: "apply", commit: commit(2) },
      { path: "b", action: "apply", commit: commit(2) },
    ]);
  });

  it.each<[string, Partial<DueQuestion>, number]>([
    ["nothing of a run that goes on", { isEnded: () => false }, 0],
    ["its own, on a re-run", { isEnded: () => false, run: one }, 2],
    ["nothing that a later commit of the branch wants", { head: commit(0) }, 0],
    ["what only a commit wants that was pushed away", { head: commit(1000), tip: commit(1000) }, 2],
  ])("is %s", (_what, given, count) => {
    expect(ask(failed, given).take).toHaveLength(count);
  });

  it("is nothing for a run that comes behind what was determined, but its own", () => {
    const more = claiming(failed, runOf(9), 3, ["other"]).ledger;
    const [head, tip] = [commit(2), commit(3)];
    expect(ask(more, { head, tip }).leave.map(({ because }) => because)).toContain("a later run has determined more");
    expect(ask(more, { head, tip }).take).toEqual([]);
    expect(ask(more, { head: commit(1), tip, run: one }).take).toHaveLength(2);
    expect(claiming(more, two, 2, [{ path: unit("a"), dueOf: one.id }], { tip }).taken).toEqual([]);
  });

  it("is nothing that was tried at a later commit by hand: a part of that may be in effect", () => {
    const live = recording(claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger, one, 1, { a: CHANGED });
    const tried = recording(claiming(live, two, 3, ["a"], { request: true }).ledger, two, 3, { a: FAILED });
    expect(ask(tried, { tip: commit(3) }).leave).toMatchObject([{ because: "it is due for a later commit" }]);
    expect(ask(tried, { head: commit(3), tip: commit(3) }).take).toHaveLength(1);
  });

  it("is a destroy of what is gone, and an apply of what is there again", () => {
    const gone = { path: unit("a"), action: "destroy" as const, commit: commit(0) };
    const due = recording(claiming(EMPTY_LEDGER, one, 1, [gone]).ledger, one, 1, {});
    const { take } = ask(due, { existsAtHead: () => false });
    expect(take).toMatchObject([{ action: "destroy", commit: commit(0) }]);
    expect(ask(due).take).toMatchObject([{ action: "apply", commit: commit(2) }]);
  });

  it("is what a person set back only when somebody asks for it", () => {
    const live = recording(claiming(EMPTY_LEDGER, one, 2, ["a"]).ledger, one, 2, { a: CHANGED });
    const asked = claiming(live, two, 1, ["a"], { request: true, tip: commit(2) }).ledger;
    const back = recording(asked, two, 1, { a: CHANGED }, { commit: commit(2), exists: () => true });
    expect(ask(back)).toMatchObject({ take: [], leave: [{ path: "a", because: "somebody has to ask for it" }] });
    expect(ask(back, { asked: (path) => path === "a" }).take).toHaveLength(1);
  });
});

describe("a dismissal", () => {
  const dismissal = { run: two, time, by: "mona", reason: "its state was moved", units: [unit("a"), unit("never")] };

  it("takes a unit from what is due, and keeps who and why", () => {
    const ledger = dismiss(failed, dismissal);
    expect(ask(ledger).take.map(({ path }) => path)).toEqual(["b"]);
    expect(ledger.units.get(unit("a"))?.dismissed).toMatchObject({ by: "mona", reason: "its state was moved" });
    expect(dismiss(ledger, dismissal)).toBe(ledger);
  });

  it("ends with the next commit that changes the unit", () => {
    const { ledger } = claiming(dismiss(failed, dismissal), two, 2, ["a"]);
    expect(ledger.units.get(unit("a"))).toMatchObject({ due: { owner: two satisfies LedgerRun } });
    expect(ledger.units.get(unit("a"))?.dismissed).toBeUndefined();
  });
});
