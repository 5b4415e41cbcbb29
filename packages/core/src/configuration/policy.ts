import { type Action, changesUnits, traitsOf } from "../contracts/action.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import { type Environment, globMatcher } from "./environments.ts";

/** What an environment's policy says against an action on a unit: which rule, why, and the ways on. */
export type Restriction = {
  readonly by: "paused" | "protected" | "destroy-denied";
  readonly message: string;
  /** What to do once the change is merged. */
  readonly next: string;
  /** What to do before it is merged, so that the merge does it. */
  readonly beforeMerge: string;
};

/**
 * The rule of an environment that keeps a unit from being applied or destroyed; `null` when none does. The orchestrator
 * asks when it determines jobs, and the executor once more, since a job's document is no authority.
 *
 * A removed unit is governed by the configuration of the commit that still had it, so that a policy which is changed after
 * its removal, or with it, comes too late: no advice may say otherwise.
 */
export function restrictionOn(environment: Environment, unit: UnitPath, action: Action): Restriction | null {
  if (!changesUnits(action)) return null;
  const setting = `environments.${environment.name}`;
  const { removes } = traitsOf(action);
  if (environment.apply === "paused") {
    const resume = `set \`${setting}.apply\` to \`on\``;
    return {
      by: "paused",
      message: `The environment \`${environment.name}\` is paused: nothing is applied or destroyed in it.`,
      ...(removes ? waysToDestroy(resume) : waysToApply(resume)),
    };
  }
  if (!removes) return null;
  if (globMatcher(environment.protect)(unit)) {
    return {
      by: "protected",
      message: `\`${unit}\` is protected in the environment \`${environment.name}\`: Pipelines never destroys it.`,
      ...waysToDestroy(`take it out of \`${setting}.protect\``),
    };
  }
  if (environment.destroy === "deny") {
    return {
      by: "destroy-denied",
      message: `The environment \`${environment.name}\` does not allow units to be destroyed (\`destroy: deny\`).`,
      ...waysToDestroy(`set \`${setting}.destroy\` to \`allow\``),
    };
  }
  return null;
}

function waysToApply(change: string): Pick<Restriction, "next" | "beforeMerge"> {
  return {
    next: `When it is to be applied: ${change} in a pull request, then run the workflow by hand with action \`apply\` for this unit.`,
    beforeMerge: `To have the merge apply it, ${change} in this pull request or before it.`,
  };
}

function waysToDestroy(change: string): Pick<Restriction, "next" | "beforeMerge"> {
  return {
    next: `To destroy it: while its code is on the deploy branch (bring it back if it is removed), ${change} in a pull request of its own, and remove the unit in the next one. Or destroy it in a terminal, with credentials of your own.`,
    beforeMerge: `To have the merge destroy it, first ${change} in a pull request of its own. Merged as it is, its resources stay, and no code manages them.`,
  };
}
