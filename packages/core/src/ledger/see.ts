import type { CommitSha } from "../contracts/comparison.ts";
import type { LedgerRun, LedgerState, LedgerUnit } from "../contracts/ledger.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import { type Ledger, withUnits } from "./ledger.ts";

export type Seen = {
  readonly run: LedgerRun;
  readonly time: string;
  /** The commit of the deploy branch that was planned. */
  readonly commit: CommitSha;
  readonly states: ReadonlyMap<UnitPath, LedgerState>;
};

/**
 * Writes down which states plans of the deploy branch found, so that a destroy can tell its state from all others. A state
 * that is known already is not written again, but where the branch is ahead of what was applied or determined: there only
 * a look at the branch as it is says which state the unit has.
 */
export function see(ledger: Ledger, { run, time, commit, states }: Seen): Ledger {
  const records = [...states].flatMap(([unit, state]): LedgerUnit[] => {
    const known: LedgerUnit = ledger.units.get(unit) ?? { version: 1, unit, claim: 0 };
    const ahead = known.due !== undefined || ledger.determined?.commit !== commit;
    if (ahead ? isSeen(known, state, commit) : isKnown(known, state)) return [];
    return [{ ...known, seen: { state, commit, run, time } }];
  });
  return records.length === 0 ? ledger : withUnits(ledger, records);
}

function isSeen({ seen }: LedgerUnit, state: LedgerState, commit: CommitSha): boolean {
  return seen?.commit === commit && isSame(seen.state, state);
}

function isKnown({ applied, seen }: LedgerUnit, state: LedgerState): boolean {
  return (applied?.state ?? null) !== null || isSame(seen?.state, state);
}

function isSame(a: LedgerState | undefined, b: LedgerState): boolean {
  return a !== undefined && a.backend === b.backend && a.key === b.key && a.workspace === b.workspace;
}
