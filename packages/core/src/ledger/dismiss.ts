import type { LedgerRun, LedgerUnit } from "../contracts/ledger.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import { type Ledger, withUnits } from "./ledger.ts";

export type Dismissal = {
  readonly run: LedgerRun;
  readonly time: string;
  readonly by: string;
  readonly reason: string;
  readonly units: readonly UnitPath[];
};

/** Takes units from what is due since a person decided that nothing is to be done, and keeps who and why. */
export function dismiss(ledger: Ledger, { run, time, by, reason, units }: Dismissal): Ledger {
  const records = units.flatMap((unit): LedgerUnit[] => {
    const record = ledger.units.get(unit);
    if (record?.due === undefined) return [];
    const { due, ...rest } = record;
    const { action, commit, commits, dependsOn } = due;
    return [{ ...rest, dismissed: { action, commit, commits, dependsOn, run, time, by, reason } }];
  });
  return records.length === 0 ? ledger : withUnits(ledger, records);
}
