import { type Action, changesUnits, traitsOf } from "../contracts/action.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import { type Environment, globMatcher } from "./environments.ts";

/** What an environment's policy says against an action on a unit: which rule, why, and the way on. */
export type Restriction = {
  readonly by: "paused" | "protected" | "destroy-denied";
  readonly message: string;
  readonly next: string;
};

/**
 * The rule of an environment that keeps a unit from being applied or destroyed; `null` when none does. The orchestrator
 * asks when it determines jobs, and the executor once more, since a job's document is no authority.
 */
export function restrictionOn(environment: Environment, unit: UnitPath, action: Action): Restriction | null {
  if (!changesUnits(action)) return null;
  const setting = `environments.${environment.name}`;
  if (environment.apply === "paused") {
    return {
      by: "paused",
      message: `The environment \`${environment.name}\` is paused: nothing is applied or destroyed in it.`,
      next: `Set \`${setting}.apply\` to \`on\` again, then re-run the failed jobs.`,
    };
  }
  if (!traitsOf(action).removes) return null;
  if (globMatcher(environment.protect)(unit)) {
    return {
      by: "protected",
      message: `\`${unit}\` is protected in the environment \`${environment.name}\`: Pipelines never destroys it.`,
      next: `Take it out of \`${setting}.protect\` in a change of its own, then run the workflow by hand with action \`destroy\`.`,
    };
  }
  if (environment.destroy === "deny") {
    return {
      by: "destroy-denied",
      message: `The environment \`${environment.name}\` does not allow units to be destroyed (\`destroy: deny\`).`,
      next: `Destroy it by hand, or set \`${setting}.destroy\` to \`allow\` and run the workflow by hand with action \`destroy\`.`,
    };
  }
  return null;
}
