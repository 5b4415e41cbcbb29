import type { Determined, Due, LedgerRun, LedgerUnit } from "../contracts/ledger.ts";
import type { UnitPath } from "../contracts/unit-path.ts";

/** What is merged and applied, and what is merged and not: the whole record. */
export type Ledger = { readonly determined: Determined | null; readonly units: ReadonlyMap<UnitPath, LedgerUnit> };

/** The ledger of a repository that has none yet. */
export const EMPTY_LEDGER: Ledger = { determined: null, units: new Map() };

/** The ledger with records in place of others; a record that says nothing any more goes. */
export function withUnits(ledger: Ledger, records: Iterable<LedgerUnit>): Ledger {
  const units = new Map(ledger.units);
  for (const record of records) {
    const { due, applied, dismissed, seen } = record;
    if ([due, applied, dismissed, seen].every((part) => part === undefined)) units.delete(record.unit);
    else units.set(record.unit, record);
  }
  return { ...ledger, units };
}

/** Attempts are one run. */
export function sameRun(a: Pick<LedgerRun, "id">, b: Pick<LedgerRun, "id">): boolean {
  return a.id === b.id;
}

/** Whether the owner may have a job for what is due. What became due since it determined waits for the next run. */
export function hasJob({ why }: Due): boolean {
  return why !== "not-determined" && why !== "set-back";
}

/** The run that has a unit to do; `null` when nothing is due. */
export function ownerOf(ledger: Ledger, unit: UnitPath): LedgerRun | null {
  return ledger.units.get(unit)?.due?.owner ?? null;
}
