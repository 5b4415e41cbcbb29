import { type Action, changesUnits, traitsOf } from "../contracts/action.ts";
import type { ReviewRule } from "../contracts/review-rule.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import { type Environment, globMatcher } from "./environments.ts";
import type { Configuration } from "./schema.ts";

/** How close the applies of an environment have to be to the plans that were reviewed. */
export function reviewRuleOf(
  { environments = {}, reviewed_plan }: Configuration,
  environment: string | null,
): ReviewRule {
  const own = environment === null ? undefined : environments[environment];
  return own?.reviewed_plan ?? reviewed_plan;
}

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
 * The rule that keeps a unit from being applied or destroyed; `null` when none does. The orchestrator asks when it
 * determines jobs, and the executor once more, since a job's document is no authority.
 *
 * A pause is about now, so the newest configuration alone decides about it. What keeps a unit from being destroyed counts
 * at the commit that still had the unit and now: who removes a unit can't take its protection away in the same change, and
 * who protects it later is heard as well.
 *
 * @param governing the environment of the unit by the configuration that governs the job
 * @param now the same by the newest configuration that is known; `null` where that knows no such unit
 */
export function restrictionOn(
  governing: Environment,
  now: Environment | null,
  unit: UnitPath,
  action: Action,
): Restriction | null {
  if (!changesUnits(action)) return null;
  const { removes } = traitsOf(action);
  const current = now ?? governing;
  const rules = removes ? [...destroyRulesOf(governing, unit), ...destroyRulesOf(current, unit)] : [];
  // Both commits mostly say the same.
  const differing = rules.filter(({ change }, at) => rules.findIndex((other) => other.change === change) === at);
  if (current.apply === "paused") return pauseOf(current, action, differing);
  const [first] = differing;
  if (first === undefined) return null;
  return { by: first.by, message: messageOf(differing), ...waysToDestroy(differing.map(({ change }) => change)) };
}

/** One rule against the destruction of a unit, and the change that takes it away. */
type DestroyRule = {
  readonly by: "protected" | "destroy-denied";
  readonly message: string;
  readonly change: string;
};

const messageOf = (rules: readonly DestroyRule[]): string => rules.map(({ message }) => message).join(" ");

/** What else is against it is named with the pause: the way on has to pass all of it. */
function pauseOf({ name }: Environment, action: Action, rules: readonly DestroyRule[]): Restriction {
  const resume = `set \`environments.${name}.apply\` to \`on\``;
  const message = `The environment \`${name}\` is paused: nothing is applied or destroyed in it.`;
  if (rules.length > 0) {
    const ways = waysToDestroy([...rules.map(({ change }) => change), resume]);
    return { by: "paused", message: `${message} ${messageOf(rules)}`, ...ways };
  }
  return {
    by: "paused",
    message,
    next: `When it is to go on, ${resume} in a pull request: the run of its merge takes along what waited.`,
    beforeMerge: `To have the merge ${traitsOf(action).verb.toLowerCase()} it, ${resume} in this pull request or before it.`,
  };
}

function destroyRulesOf({ name, protect, destroy }: Environment, unit: UnitPath): DestroyRule[] {
  const rules: DestroyRule[] = [];
  if (globMatcher(protect)(unit)) {
    rules.push({
      by: "protected",
      message: `\`${unit}\` is protected in the environment \`${name}\`: Pipelines never destroys it.`,
      change: `take it out of \`environments.${name}.protect\``,
    });
  }
  if (destroy === "deny") {
    rules.push({
      by: "destroy-denied",
      message: `The environment \`${name}\` does not allow units to be destroyed (\`destroy: deny\`).`,
      change: `set \`environments.${name}.destroy\` to \`allow\``,
    });
  }
  return rules;
}

function waysToDestroy(changes: readonly string[]): Pick<Restriction, "next" | "beforeMerge"> {
  const change = changes.length < 2 ? changes.join("") : `${changes.slice(0, -1).join(", ")} and ${changes.at(-1)}`;
  return {
    next: `To destroy it: while its code is on the deploy branch (bring it back if it is removed), ${change} in a pull request of its own, and remove the unit in the next one. Or destroy it in a terminal, with credentials of your own.`,
    beforeMerge: `To have the merge destroy it, first ${change} in a pull request of its own. Merged as it is, its resources stay, and no code manages them.`,
  };
}
