import { describe, expect, it } from "vitest";
import { CHANGED, claiming, commit, FAILED, recording, runOf, unit } from "../../test/ledger.ts";
import type { DueWhy } from "../contracts/ledger.ts";
import type { GuardStop, UnitEnd } from "../contracts/outcome.ts";
import { EMPTY_LEDGER, type Ledger } from "./ledger.ts";

const [one, two] = [runOf(1), runOf(2)];
const of = (ledger: Ledger, path: string) => ledger.units.get(unit(path));
const stop = (guard: GuardStop["guard"]): UnitEnd => ({
  kind: "withheld",
  stop: { guard, message: `stopped by ${guard}`, unseen: [], next: "" },
});

describe("a run's end", () => {
  it("makes applied what ended well, with who and which pull request", () => {
    const claimed = claiming(EMPTY_LEDGER, one, 1, ["a", "b"]).ledger;
    const ledger = recording(claimed, one, 1, { a: CHANGED, b: { kind: "unchanged" } });
    for (const path of ["a", "b"]) {
      expect(of(ledger, path)?.due).toBeUndefined();
      expect(of(ledger, path)?.applied).toMatchObject({ commit: commit(1), run: one, by: "mona", pullRequest: 7 });
    }
  });

  it.each<[UnitEnd, DueWhy, RegExp]>([
    [FAILED, "failed", /no such bucket/],
    [{ kind: "skipped", because: [unit("x/y")] }, "skipped", /`x\/y` did not end well/],
    [{ kind: "ignored", message: "a known error" }, "failed", /ignores this error: a known error/],
    [{ kind: "waiting", for: [unit("x")] }, "waiting", /waits for `x`/],
    [{ kind: "interrupted", at: "apply", lock: null, erroredState: false, message: "killed" }, "interrupted", /killed/],
    [{ kind: "unknown", why: "no outcome" }, "lost", /no outcome/],
    [{ kind: "superseded", by: commit(9) }, "skipped", /left to the run of 0+9/],
    [stop("paused"), "paused", /paused/],
    [stop("move"), "held-move", /move/],
    [stop("reviewed-plan"), "withheld", /reviewed-plan/],
  ])("leaves due what did not: %j", (end, why, message) => {
    const ledger = recording(claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger, one, 1, { a: end });
    expect(of(ledger, "a")?.due).toMatchObject({ why, message: expect.stringMatching(message), owner: one });
    expect(of(ledger, "a")?.applied).toBeUndefined();
  });

  it("says of a unit without an outcome that it is lost, and leaves alone what never had a job", () => {
    const held = { path: unit("held"), why: "paused" as const, message: "paused in the configuration" };
    const ledger = recording(claiming(EMPTY_LEDGER, one, 1, ["a", held]).ledger, one, 1, {});
    expect(of(ledger, "a")?.due).toMatchObject({ why: "lost" });
    expect(of(ledger, "held")?.due).toMatchObject({ why: "paused", message: "paused in the configuration" });
  });

  it("recorded twice is as recorded once, at whatever time", () => {
    const claimed = claiming(EMPTY_LEDGER, one, 1, ["a", "b", "c"]).ledger;
    const once = recording(claimed, one, 1, { a: CHANGED, b: FAILED });
    expect(recording(once, one, 1, { a: CHANGED, b: FAILED })).toEqual(once);
  });

  it("takes nothing from a later run that has the unit, and says what is applied meanwhile", () => {
    const claimed = claiming(claiming(EMPTY_LEDGER, one, 1, ["a", "b"]).ledger, two, 2, ["a", "b"]).ledger;
    const ledger = recording(claimed, one, 1, { a: CHANGED, b: FAILED });
    expect(of(ledger, "a")).toMatchObject({ due: { owner: two }, applied: { commit: commit(1), run: one } });
    expect(of(ledger, "b")).toEqual(of(claimed, "b"));
  });

  it("of an older commit that comes last does not take the place of a newer one", () => {
    const claimed = claiming(claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger, two, 2, ["a"]).ledger;
    const newer = recording(claimed, two, 2, { a: CHANGED });
    expect(recording(newer, one, 1, { a: CHANGED })).toEqual(newer);
    expect(recording(newer, one, 1, { a: FAILED })).toEqual(newer);
  });

  it("keeps a destroyed unit with the commit that has it no more", () => {
    const gone = { path: unit("a"), action: "destroy" as const, commit: commit(1) };
    const claimed = claiming(EMPTY_LEDGER, one, 2, [gone]).ledger;
    const ledger = recording(
      claimed,
      one,
      2,
      { a: { action: "destroy", commit: commit(1) } },
      {
        commit: commit(2),
        exists: () => false,
      },
    );
    expect(of(ledger, "a")).toMatchObject({ applied: { action: "destroy", commit: commit(2) } });
    expect(of(ledger, "a")?.due).toBeUndefined();
  });

  it("of a destroy that somebody asked for keeps due what commits want of a unit that is on the branch", () => {
    const due = recording(claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger, one, 1, { a: FAILED });
    const gone = { path: unit("a"), action: "destroy" as const, commit: commit(2) };
    const asked = claiming(due, two, 2, [gone], { request: true }).ledger;
    const destroyed = recording(
      asked,
      two,
      2,
      { a: { action: "destroy", commit: commit(2) } },
      {
        ...{ commit: commit(3), exists: () => true },
      },
    );
    expect(of(destroyed, "a")?.due).toMatchObject({ action: "apply", commits: [commit(1), commit(3)] });
  });

  it("of a destroy that somebody asked for is ahead of what is determined where only the branch has it no more", () => {
    const due = claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger;
    const gone = { path: unit("a"), action: "destroy" as const, commit: commit(1) };
    const asked = claiming(due, two, 1, [gone], { request: true, tip: commit(2) }).ledger;
    const destroyed = recording(
      asked,
      two,
      1,
      { a: { action: "destroy" } },
      { commit: commit(2), exists: () => false },
    );
    expect(of(destroyed, "a")).toMatchObject({ applied: { action: "destroy", commit: commit(2) } });
    expect(of(destroyed, "a")?.due).toBeUndefined();
  });

  it("of another action than is due, or at another commit, leaves due what is due", () => {
    const claimed = claiming(EMPTY_LEDGER, one, 2, ["a"]).ledger;
    for (const done of [{ action: "destroy" as const }, { commit: commit(1) }]) {
      const ledger = recording(claimed, one, 2, { a: done });
      expect(of(ledger, "a")?.due).toEqual(of(claimed, "a")?.due);
    }
  });

  it("does not let a tool's message grow the ledger without end", () => {
    const long: UnitEnd = { kind: "unknown", why: "x".repeat(100_000) };
    const ledger = recording(claiming(EMPTY_LEDGER, one, 1, ["a"]).ledger, one, 1, { a: long });
    expect(of(ledger, "a")?.due?.message.length).toBeLessThan(2000);
  });
});
