import type { CommitSha } from "../contracts/comparison.ts";
import type { Due, LedgerState } from "../contracts/ledger.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import type { Ledger } from "./ledger.ts";

export type Sharing = {
  readonly unit: UnitPath;
  /** `left`: a unit that is applied and not on the branch any more, of which no run has determined that it goes. */
  readonly how: "same place" | "same lineage" | "left";
};

export type SharedState = {
  /** Living units with the very same state, or with a copy of it. */
  readonly with: readonly Sharing[];
  /** Living units of which nobody knows the state: any of them may have this one. */
  readonly unknown: readonly UnitPath[];
};

/** Which state the run that asks found a unit to have at the commit that it is due for, and whether that is applied now. */
export type FoundState = { readonly state: LedgerState; readonly done: boolean };

/** Whether a unit may have been given another state by commits after one; `null`: after the last determined one. */
export type Unsettled = (unit: UnitPath, since: CommitSha | null) => boolean;

/**
 * Which living units share a state. A destroy has to stop for both answers, `with` and `unknown`.
 *
 * @param living the units at the tip of the deploy branch
 * @param unsettled whether a unit changed after a commit; `null`: after the last one that was determined
 */
export function stateSharedWith(
  ledger: Ledger,
  unit: UnitPath,
  state: LedgerState,
  living: Iterable<UnitPath>,
  unsettled: Unsettled,
  found: (unit: UnitPath, due: Due) => FoundState | null = () => null,
): SharedState {
  const shared: Sharing[] = [];
  const unknown: UnitPath[] = [];
  const units = new Set(living);
  for (const other of units) {
    if (other === unit) continue;
    const states = statesOf(other, ledger, unsettled, found);
    const same = states.find((known) => samePlace(known, state));
    const copy = states.find(({ lineage }) => lineage !== null && lineage === state.lineage);
    if (same !== undefined) shared.push({ unit: other, how: "same place" });
    else if (states.length === 0 || states.some((known) => !comparable(known, state))) unknown.push(other);
    else if (copy !== undefined) shared.push({ unit: other, how: "same lineage" });
  }
  return { with: [...shared, ...leftWith(ledger, unit, state, units)], unknown };
}

function leftWith(ledger: Ledger, unit: UnitPath, state: LedgerState, living: ReadonlySet<UnitPath>): Sharing[] {
  return [...ledger.units.values()].flatMap(({ unit: other, applied, due, dismissed }): Sharing[] => {
    if (other === unit || living.has(other) || due !== undefined || dismissed !== undefined) return [];
    if (applied?.action !== "apply" || applied.state === null || !samePlace(applied.state, state)) return [];
    return [{ unit: other, how: "left" }];
  });
}

/** The states that a living unit has, now and once it is applied as the branch has it; empty: nobody knows. */
function statesOf(
  unit: UnitPath,
  ledger: Ledger,
  unsettled: Unsettled,
  found: (unit: UnitPath, due: Due) => FoundState | null,
): LedgerState[] {
  const { applied, due, seen } = ledger.units.get(unit) ?? {};
  const managed = applied?.action === "apply" ? applied.state : null;
  const settled = !unsettled(unit, null);
  const asIs = applied?.action === "destroy" ? null : (managed ?? seen?.state ?? null);
  if (settled && due === undefined && asIs !== null) return [asIs];
  const planned = settled && due !== undefined ? found(unit, due) : null;
  if (planned?.done === true) return [planned.state];
  if (planned !== null) {
    // Planned and not applied: it still is where it was, and may be where earlier attempts began.
    if (commitsDue(due).some((commit) => unsettled(unit, commit))) return [];
    return managed === null ? [planned.state] : [planned.state, managed];
  }
  // What is not applied as the branch has it may have been given any state since, unless a plan looked and nothing that an
  // apply may have begun at was different.
  if (seen === undefined || [seen.commit, ...commitsDue(due)].some((commit) => unsettled(unit, commit))) return [];
  return managed === null ? [seen.state] : [seen.state, managed];
}

function commitsDue(due: Due | undefined): readonly CommitSha[] {
  return due === undefined ? [] : [due.commit, ...due.commits];
}

function comparable(a: LedgerState, b: LedgerState): boolean {
  return (a.key !== null && b.key !== null) || (a.lineage !== null && b.lineage !== null);
}

/** Whether one state may be the other or a copy of it; `null` is not known. */
export function mayBeSame(a: LedgerState | null, b: LedgerState | null): boolean {
  if (a === null || b === null || !comparable(a, b)) return true;
  return samePlace(a, b) || (a.lineage !== null && a.lineage === b.lineage);
}

/** Whether two states lie at the same place, as far as is known. */
export function samePlace(a: LedgerState, b: LedgerState): boolean {
  if (a.key === null || a.key !== b.key) return false;
  // A backend or workspace that is not known may be the same.
  const agree = (one: string | null, other: string | null): boolean => one === null || other === null || one === other;
  return agree(a.backend, b.backend) && agree(a.workspace, b.workspace);
}
