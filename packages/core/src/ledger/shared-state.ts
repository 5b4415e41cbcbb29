import type { Due, LedgerState } from "../contracts/ledger.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import type { Ledger } from "./ledger.ts";

export type SharedState = {
  /** Living units with the very same state, or with a copy of it. */
  readonly with: readonly { readonly unit: UnitPath; readonly how: "same place" | "same lineage" }[];
  /** Living units of which nobody knows the state: any of them may have this one. */
  readonly unknown: readonly UnitPath[];
};

/**
 * Which living units share a state. A destroy has to stop for both answers, `with` and `unknown`.
 *
 * @param living the units at the tip of the deploy branch
 * @param unsettled whether commits changed a unit that were not determined yet
 * @param found which state the run that asks found a unit to have at the commit that it is due for; `null`: none
 */
export function stateSharedWith(
  ledger: Ledger,
  unit: UnitPath,
  state: LedgerState,
  living: Iterable<UnitPath>,
  unsettled: (unit: UnitPath) => boolean,
  found: (unit: UnitPath, due: Due) => LedgerState | null = () => null,
): SharedState {
  const shared: { unit: UnitPath; how: "same place" | "same lineage" }[] = [];
  const unknown: UnitPath[] = [];
  for (const other of living) {
    if (other === unit) continue;
    const { applied, due, seen } = ledger.units.get(other) ?? {};
    // What is not applied as the branch has it may have been given any state since, unless this run looked.
    const recorded = applied?.action === "destroy" ? null : (applied?.state ?? seen?.state ?? null);
    const settled = due === undefined ? recorded : found(other, due);
    const known = unsettled(other) ? null : settled;
    if (known === null || !comparable(known, state)) unknown.push(other);
    else if (samePlace(known, state)) shared.push({ unit: other, how: "same place" });
    else if (known.lineage !== null && known.lineage === state.lineage) {
      shared.push({ unit: other, how: "same lineage" });
    }
  }
  return { with: shared, unknown };
}

function comparable(a: LedgerState, b: LedgerState): boolean {
  return (a.key !== null && b.key !== null) || (a.lineage !== null && b.lineage !== null);
}

/** Whether two states lie at the same place, as far as is known. */
export function samePlace(a: LedgerState, b: LedgerState): boolean {
  if (a.key === null || a.key !== b.key) return false;
  // A backend or workspace that is not known may be the same.
  const mayBeSame = (one: string | null, other: string | null): boolean =>
    one === null || other === null || one === other;
  return mayBeSame(a.backend, b.backend) && mayBeSame(a.workspace, b.workspace);
}
