import type { LedgerState } from "@pipelines/core/contracts/ledger";
import type { GuardStop } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { UnitState } from "@pipelines/core/contracts/unit-state";
import { samePlace } from "@pipelines/core/ledger/shared-state";

/**
 * Refuses to destroy what another unit of the run has just been applied to: a unit that moved and kept its state, or
 * took a copy of it along.
 */
export function sameStateStop(unit: UnitPath, state: LedgerState, applied: readonly UnitState[]): GuardStop | null {
  const others = applied.filter((other) => other.unit !== unit);
  const same = others.find((other) => samePlace(other.state, state));
  const copy = others.find((other) => other.state.lineage !== null && other.state.lineage === state.lineage);
  const sharing = same ?? copy;
  if (sharing === undefined) return null;
  const how =
    same === undefined ? `has a copy of the state of ${sharing.unit}` : `has the very state of ${sharing.unit}`;
  return {
    guard: "same-state",
    message: `It ${how}, which this run has applied: destroying it would destroy what ${sharing.unit} manages.`,
    unseen: [],
    next: `If ${sharing.unit} is where the unit moved to, nothing has to be destroyed: remove what is left of the old state by hand, if there is any. If both are meant to exist, give each its own state key.`,
  };
}
