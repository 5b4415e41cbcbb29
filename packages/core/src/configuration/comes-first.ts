import type { UnitPath } from "../contracts/unit-path.ts";
import type { Promotion } from "./promotion.ts";

/** A unit as far as the order of environments is about it. */
export type Promoted = {
  readonly path: UnitPath;
  /** Its environment; several where the configuration was changed since it became due. */
  readonly environments: readonly string[];
  /** Whether it is to be gone. */
  readonly removes: boolean;
  /** The commits of the deploy branch that it runs for: units that share one are of one change. */
  readonly commits: readonly string[];
};

/**
 * Whether a unit has to end well before another one may start: it is of the same change, and its environment comes first.
 * An apply waits for applies alone, since every destroy of a run comes after all of its applies; a destroy waits for both.
 *
 * Dependencies stand above that, and whoever asks has to see to them: a unit can't wait for one that needs it itself.
 */
export function comesFirst(first: Promoted, then: Promoted, promotion: Promotion): boolean {
  if (first.removes && !then.removes) return false;
  const before = then.environments.some((name) =>
    first.environments.some((other) => promotion.get(name)?.has(other) === true),
  );
  return before && first.commits.some((commit) => then.commits.includes(commit));
}
