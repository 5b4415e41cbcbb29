import { describe, expect, it } from "vitest";
import { Action, carriedOutBy, changesUnits, DispatchAction, traitsOf } from "./action.ts";

const all = Action.options.map((action) => ({ action, ...traitsOf(action) }));

describe("the traits of actions", () => {
  it.each(all)("$action: what takes locks, waits in order or needs an approval writes", (action) => {
    if (action.locks || action.ordered || action.needsApproval) expect(action.writes).toBe(true);
  });

  it.each(all)(
    "$action: what changes a unit is approved, takes its lock, and has a plan that people review",
    (action) => {
      if (!changesUnits(action.action)) return;
      expect(action).toMatchObject({ needsApproval: true, locks: true, ordered: true });
      const review = action.reviewedAs;
      expect(review).not.toBeNull();
      if (review !== null) expect(traitsOf(review)).toMatchObject({ writes: false, removes: action.removes });
    },
  );

  it.each(all)("$action: what only reads is in the phase of plans, and nothing that writes is", (action) => {
    expect(action.phase === "plan").toBe(!action.writes);
  });

  it.each(all)("$action: what carries out a plan is reviewed as that plan, and removes what it removes", (action) => {
    const carried = carriedOutBy(action.action);
    expect(carried !== null).toBe(action.phase === "plan" && action.worksOn === "units");
    if (carried === null) return;
    expect(traitsOf(carried)).toMatchObject({ reviewedAs: action.action, removes: action.removes, writes: true });
  });

  it("no account action can be asked for by a dispatch", () => {
    expect(DispatchAction.options.map((action) => traitsOf(action).worksOn)).not.toContain("account");
    expect(DispatchAction.options).toContain("unlock");
  });
});
