import { type Action, carriedOutBy, traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit, Withheld } from "@pipelines/core/contracts/affected-unit";
import type { Mode } from "@pipelines/core/contracts/comparison";

/**
 * The action that changes the unit in the end: its own, or for a plan the one that carries it out, by the merge or by
 * hand. `null` where nothing follows, as on a drift check.
 */
export function finalAction(action: Action, mode: Mode): Action | null {
  if (traitsOf(action).writes) return action;
  return mode === "plan" || mode === "manual" ? carriedOutBy(action) : null;
}

/** Why the unit is not changed in the end; `null` when it is. */
export function withheldInTheEnd({ withheld, willBeWithheld }: AffectedUnit): Withheld | null {
  return withheld ?? willBeWithheld ?? null;
}

/** The field by which a unit with this action is withheld: at once, or later than its plan. */
export function withholding(
  action: Action,
  withheld: Withheld | null,
): Pick<AffectedUnit, "withheld" | "willBeWithheld"> {
  if (withheld === null) return {};
  return traitsOf(action).writes ? { withheld } : { willBeWithheld: withheld };
}
