import { describe, expect, it } from "vitest";
import { CHANGED, claiming, commit, contains, FAILED, recording, runOf, time, unit } from "../../test/ledger.ts";
import type { Contains } from "../git/ancestry.ts";
import { dismiss } from "./dismiss.ts";
import { EMPTY_LEDGER, type Ledger, ownerOf } from "./ledger.ts";

const [one, two] = [runOf(1), runOf(2)];
const due = (ledger: Ledger, path: string) => ledger.units.get(unit(path))?.due;
const applied = (ledger: Ledger, path: string) => ledger.units.get(unit(path))?.applied;

describe("a claim", () => {
  it("makes its run the owner of what changed and moves what is determined", () => {
    const { ledger, taken } = claiming(EMPTY_LEDGER, one, 1, ["a", "b"]);
    expect(taken).toEqual(["a", "b"]);
    expect(ledger.determined).toMatchObject({ commit: commit(1), claim: 1, run: one });
    expect(due(ledger, "a")).toMatchObject({ action: "apply", commit: commit(1), commits: [commit(1)], owner: one });
  });

  it("written again, also by another attempt, changes nothing", () => {
    const { ledger } = claiming(EMPTY_LEDGER, one, 1, ["a"]);
    expect(claiming(ledger, one, 1, ["a"], { seen: 0 }).ledger).toEqual(ledger);
    expect(claiming(ledger, runOf(1, 2), 1, ["a"]).ledger).toEqual(ledger);
  });

  it("written again leaves applied what is applied", () => {
    const { ledger } = claiming(EMPTY_LEDGER, one, 1, ["a", "b"]);
    const done = recording(ledger, one, 1, { a: CHANGED, b: FAILED });
    const again = claiming(done, runOf(1, 2), 1, ["a", "b"], { seen: 0 });
    expect(again.taken).toEqual(["b"]);
    expect(again.left).toEqual([{ path: "a", to: one }]);
    expect(again.ledger).toEqual(done);
  });

  it("of a later commit changes the owner and keeps since when and for what the unit was due", () => {
    const first = claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger;
    const { ledger } = claiming(first, two, 2, ["a"]);
    expect(due(ledger, "a")).toMatchObject({ owner: two, commit: commit(2), commits: [commit(1), commit(2)] });
  });

  it("of an earlier commit than is determined takes nothing that changed from the later run", () => {
    const later = claiming(EMPTY_LEDGER, two, 2, ["a", "b"]).ledger;
    const { ledger, position, left } = claiming(later, one, 1, ["a"], { seen: 0, tip: commit(2) });
    expect(position).toBe("behind");
    expect(left).toEqual([{ path: "a", to: two }]);
    expect(ledger).toEqual(later);
  });

  it("of a commit that was pushed away by force takes nothing", () => {
    const { ledger, position } = claiming(EMPTY_LEDGER, one, 2, ["a"], { tip: commit(1000) });
    expect(position).toBe("gone");
    expect(ledger).toBe(EMPTY_LEDGER);
  });

  it("of a branch that was set back is a claim of its own", () => {
    const before = claiming(EMPTY_LEDGER, one, 2, ["a"]).ledger;
    const { ledger, position } = claiming(before, two, 1, ["a"]);
    expect(position).toBe("rewritten");
    expect(ledger.determined?.commit).toBe(commit(1));
    expect(due(ledger, "a")).toMatchObject({ owner: two, commit: commit(1), commits: [commit(1)] });
  });

  it("of what was due, on a branch that was pushed by force and not determined since, is not the last word", () => {
    const paused = claiming(EMPTY_LEDGER, one, 1003, [{ path: unit("a"), why: "paused" }]).ledger;
    const along = { path: unit("a"), dueOf: one.id };
    // What was pushed away came after the commit that is applied, too.
    const both: Contains = (of, ancestor) => of === commit(1003) || contains(of, ancestor);
    const forced = claiming(paused, two, 1, [along], { request: true, tip: commit(2), contains: both }).ledger;
    const done = recording(forced, two, 1, { a: CHANGED }, { commit: commit(2), exists: () => true });
    expect(due(done, "a")).toMatchObject({ action: "apply", commit: commit(2), why: "not-determined" });
  });

  it("to destroy what was due remembers the commit that wants it gone, so that no older one brings it back", () => {
    const failed = recording(claiming(EMPTY_LEDGER, one, 2, ["a"]).ledger, one, 2, { a: FAILED });
    const gone = { path: unit("a"), action: "destroy" as const, commit: commit(2), dueOf: one.id };
    const destroying = claiming(failed, two, 3, [gone], { request: true }).ledger;
    const along = { path: unit("a"), dueOf: two.id };
    expect(claiming(destroying, runOf(3), 2, [along], { request: true, tip: commit(3) }).taken).toEqual([]);
  });

  it("that does not know all that changed has the next run look again", () => {
    const first = claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger;
    const { ledger } = claiming(first, two, 2, ["b"], { complete: false });
    expect(ledger.determined).toMatchObject({ commit: commit(1), claim: 2 });
    expect(ownerOf(ledger, unit("b"))).toEqual(two);
    expect(claiming(ledger, two, 2, ["b"], { complete: false, seen: 1 }).ledger).toEqual(ledger);
  });

  it("of an earlier commit leaves to a later run what that has, though it did not know all that changed", () => {
    const first = claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger;
    const later = claiming(first, runOf(3), 3, ["a"], { complete: false }).ledger;
    expect(claiming(later, two, 2, ["a", "b"], { tip: commit(3) })).toMatchObject({
      position: "ahead",
      taken: ["b"],
      left: [{ path: "a", to: runOf(3) }],
    });
    const done = recording(later, runOf(3), 3, { a: CHANGED });
    expect(claiming(done, two, 2, ["a"], { tip: commit(3) }).taken).toEqual([]);
  });

  it("takes along what was due, unless another run took it meanwhile or a later commit wants it", () => {
    const failed = recording(claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger, one, 1, { a: FAILED });
    const along = { path: unit("a"), dueOf: one.id };
    expect(claiming(failed, two, 2, [along, "b"]).taken).toEqual(["a", "b"]);
    const taken = claiming(failed, runOf(3), 1, [along]).ledger;
    expect(claiming(taken, two, 2, [along, "b"])).toMatchObject({ taken: ["b"], left: [{ path: "a", to: runOf(3) }] });
    const newer = recording(claiming(failed, two, 3, ["a"]).ledger, two, 3, { a: FAILED });
    const late = claiming(newer, runOf(3), 2, [{ ...along, dueOf: two.id }], { tip: commit(3) });
    expect(late).toMatchObject({ taken: [], position: "behind" });
  });

  it("takes from an earlier commit what was due and that claimed meanwhile: its own head may have turned that back", () => {
    const failed = recording(claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger, one, 1, { a: FAILED });
    const between = claiming(failed, two, 2, ["a"]).ledger;
    const along = { path: unit("a"), dueOf: one.id };
    for (const ledger of [between, recording(between, two, 2, { a: CHANGED })]) {
      expect(claiming(ledger, runOf(3), 3, [along], { seen: 1 }).taken).toEqual(["a"]);
    }
  });

  it("does not bring back what was done meanwhile", () => {
    const failed = recording(claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger, one, 1, { a: FAILED });
    const done = recording(claiming(failed, two, 1, [{ path: unit("a"), dueOf: one.id }]).ledger, two, 1, {
      a: CHANGED,
    });
    expect(claiming(done, runOf(3), 2, [{ path: unit("a"), dueOf: one.id }]).taken).toEqual([]);
  });

  it.each([
    ["a unit that was changed and turned back is applied as it is now", CHANGED, true, "apply", 2],
    ["a unit that was added and removed again is destroyed at the commit that had it", CHANGED, false, "destroy", 1],
    ["a unit whose apply failed and that is gone is destroyed", FAILED, false, "destroy", 1],
  ])("names what was claimed while its run determined: %s", (_what, end, exists, action, at) => {
    const meanwhile = recording(claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger, one, 1, { a: end });
    const { ledger } = claiming(meanwhile, two, 2, ["b"], { seen: 0, existsAtHead: () => exists });
    expect(due(ledger, "a")).toMatchObject({ action, commit: commit(at), why: "not-determined", owner: two });
  });

  it("has a unit applied again that another run destroyed while its run determined, and that is back", () => {
    const gone = { path: unit("a"), action: "destroy" as const, commit: commit(0) };
    const destroyed = recording(
      claiming(EMPTY_LEDGER, one, 1, [gone]).ledger,
      ...([one, 1, { a: { action: "destroy", commit: commit(0) } }] as const),
      { commit: commit(1), exists: () => false },
    );
    expect(due(destroyed, "a")).toBeUndefined();
    const back = claiming(destroyed, two, 2, [], { seen: 0 }).ledger;
    expect(due(back, "a")).toMatchObject({ action: "apply", commit: commit(2), why: "not-determined" });
    const stays = claiming(destroyed, two, 2, [], { seen: 0, existsAtHead: () => false }).ledger;
    expect(due(stays, "a")).toBeUndefined();
  });
});

describe("what a person asks for", () => {
  const live = recording(claiming(EMPTY_LEDGER, one, 2, ["a"]).ledger, one, 2, { a: CHANGED });
  const SKIPPED = { kind: "skipped" as const, because: [unit("b")] };

  it("owes nothing when it was not started", () => {
    const asked = claiming(live, two, 2, ["a"], { request: true }).ledger;
    expect(asked.determined).toEqual(live.determined);
    expect(recording(asked, two, 2, { a: SKIPPED })).toEqual(live);
  });

  it("is owed when an earlier request may have changed something, and the next was not started", () => {
    const cut = recording(claiming(live, two, 2, ["a"], { request: true }).ledger, two, 2, { a: FAILED });
    const again = claiming(cut, runOf(3), 2, ["a"], { request: true }).ledger;
    expect(due(recording(again, runOf(3), 2, { a: SKIPPED }), "a")).toMatchObject({ why: "skipped" });
  });

  it("is owed when another request for it was not heard of yet, and the next was not started", () => {
    const asked = claiming(live, two, 2, ["a"], { request: true }).ledger;
    const again = claiming(asked, runOf(3), 2, ["a"], { request: true }).ledger;
    expect(due(recording(again, runOf(3), 2, { a: SKIPPED }), "a")).toMatchObject({ why: "skipped" });
  });

  it("is owed when an attempt that nobody recorded may have changed something, and the next was not started", () => {
    const asked = claiming(live, two, 2, ["a"], { request: true }).ledger;
    const again = claiming(asked, runOf(2, 2), 2, ["a"], { request: true }).ledger;
    expect(due(recording(again, runOf(2, 2), 2, { a: SKIPPED }), "a")).toMatchObject({ why: "skipped" });
  });

  it("is owed when a commit before it was determined meanwhile and left to it, and it was not started", () => {
    const asked = claiming(live, two, 4, ["a"], { request: true }).ledger;
    const pushed = claiming(asked, runOf(3), 3, ["a"], { tip: commit(4) }).ledger;
    expect(due(recording(pushed, two, 4, { a: SKIPPED }), "a")).toMatchObject({ why: "skipped" });
  });

  it("keeps in mind what another request may be in the middle of, so that no older commit takes its place", () => {
    const facts = { tip: commit(4) };
    const later = claiming(live, two, 4, ["a"], { request: true, ...facts }).ledger;
    const older = claiming(later, runOf(3), 2, ["a"], { request: true, ...facts }).ledger;
    expect(due(older, "a")?.commits).toContain(commit(4));
    expect(claiming(older, runOf(4), 3, ["a"], facts).taken).toEqual([]);
  });

  it("does not go back, after a forced push, to an older commit than what is claimed and still on the branch", () => {
    const claimed = claiming(EMPTY_LEDGER, one, 3, ["a"]).ledger;
    const left = claiming(claimed, two, 1000, [], { tip: commit(1000) }).ledger;
    const older = claiming(left, runOf(3), 2, ["a", "b"], { tip: commit(4) });
    expect([older.position, older.taken, older.ledger]).toEqual(["behind", [], left]);
    expect(claiming(left, runOf(4), 4, ["a", "b"]).taken).toEqual(["a", "b"]);
  });

  it("does not take back what it left undone and is due for a later commit by now, however often it claims", () => {
    const { ledger } = claiming(EMPTY_LEDGER, one, 1, ["a"]);
    const record = ledger.units.get(unit("a"));
    if (record?.due === undefined) throw new Error("it is due");
    const due = { ...record.due, commit: commit(5), commits: [commit(5)], why: "not-determined" as const };
    const later = { ...ledger, units: new Map([[unit("a"), { ...record, due }]]) };
    const again = claiming(later, runOf(1, 2), 1, ["a"], { tip: commit(5) });
    expect([again.taken, again.ledger]).toEqual([[], later]);
  });

  it("leaves a dismissal as it was when it was not started", () => {
    const failed = recording(claiming(EMPTY_LEDGER, one, 2, ["a"]).ledger, one, 2, { a: FAILED });
    const dismissed = dismiss(failed, { run: one, time, by: "mona", reason: "", units: [unit("a")] });
    const asked = claiming(dismissed, two, 2, ["a"], { request: true }).ledger;
    expect(recording(asked, two, 2, { a: SKIPPED })).toEqual(dismissed);
    expect(recording(asked, two, 2, { a: CHANGED }).units.get(unit("a"))?.dismissed).toBeUndefined();
  });

  it("is owed when it may have changed something, and when a commit wanted it before", () => {
    const asked = claiming(live, two, 2, ["a"], { request: true }).ledger;
    expect(due(recording(asked, two, 2, { a: FAILED }), "a")).toMatchObject({ why: "failed" });
    expect(due(recording(asked, two, 2, {}), "a")).toMatchObject({ why: "lost" });
    const failed = recording(claiming(EMPTY_LEDGER, one, 2, ["a"]).ledger, one, 2, { a: FAILED });
    const again = claiming(failed, two, 2, ["a"], { request: true }).ledger;
    expect(due(recording(again, two, 2, { a: SKIPPED }), "a")).toMatchObject({ why: "skipped" });
  });

  it.each([
    ["at once", 1],
    ["by a second attempt", 2],
  ])("of an older commit leaves the newer one due: applied %s", (_how, attempts) => {
    let asked = claiming(live, two, 1, ["a"], { request: true, tip: commit(2) }).ledger;
    if (attempts === 2) asked = recording(asked, two, 1, { a: FAILED }, { commit: commit(2), exists: () => true });
    const done = recording(asked, two, 1, { a: CHANGED }, { commit: commit(2), exists: () => true });
    expect(applied(done, "a")).toMatchObject({ commit: commit(1), run: two });
    expect(due(done, "a")).toMatchObject({ action: "apply", commit: commit(2), commits: [commit(2)], why: "set-back" });
    expect(recording(done, two, 1, { a: CHANGED }, { commit: commit(2), exists: () => true })).toEqual(done);
  });

  it("of a unit that the deploy branch does not have is due to be destroyed", () => {
    const asked = claiming(EMPTY_LEDGER, two, 1, ["gone"], { request: true, tip: commit(2) }).ledger;
    const done = recording(asked, two, 1, { gone: CHANGED }, { commit: commit(2), exists: () => false });
    expect(due(done, "gone")).toMatchObject({ action: "destroy", commit: commit(1), why: "set-back" });
  });

  it("and destroys at a commit that had it is as the branch has it, which comes after that commit", () => {
    const sketch = { path: unit("a"), action: "destroy" as const, commit: commit(2) };
    const asked = claiming(live, two, 2, [sketch], { request: true, tip: commit(3) }).ledger;
    const tip = { commit: commit(3), exists: () => false };
    const done = recording(asked, two, 2, { a: { action: "destroy" } }, tip);
    expect(done.units.get(unit("a"))).toMatchObject({ applied: { action: "destroy", commit: commit(3) } });
    expect(recording(done, two, 2, { a: { action: "destroy" } }, { ...tip, commit: commit(4) })).toEqual(done);
  });

  it("and destroys although it is on the deploy branch is due to be applied", () => {
    const sketch = { path: unit("a"), action: "destroy" as const };
    const asked = claiming(live, two, 2, [sketch], { request: true }).ledger;
    const done = recording(asked, two, 2, { a: { action: "destroy" } });
    expect(applied(done, "a")).toMatchObject({ action: "destroy" });
    expect(due(done, "a")).toMatchObject({ action: "apply", commit: commit(2), why: "set-back" });
  });
});

it("what is taken along at the very commit that it is due for stays due for all of its commits", () => {
  const first = claiming(EMPTY_LEDGER, runOf(1), 1, ["a"]).ledger;
  const second = claiming(recording(first, runOf(1), 1, { a: FAILED }), runOf(2), 2, ["a"]).ledger;
  const failed = recording(second, runOf(2), 2, { a: FAILED });
  const along = claiming(failed, runOf(3), 2, [{ path: unit("a"), dueOf: 1002 }], { request: true });
  expect(along.ledger.units.get(unit("a"))?.due?.commits).toEqual([commit(1), commit(2)]);
});
