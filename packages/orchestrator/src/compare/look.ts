import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { Contains } from "@pipelines/core/git/ancestry";
import type { Repository } from "@pipelines/core/git/repository";
import { commitsOf } from "@pipelines/core/ledger/claim";
import type { Ledger } from "@pipelines/core/ledger/ledger";

/** What a look found, as the ledger's rules take it. */
export function ledgerOf({ determined, units }: LedgerLook): Ledger {
  return { determined, units: new Map(units.map((unit) => [unit.unit, unit])) };
}

/** Which of the commits that a look and a run speak of have which others among their ancestors. */
export function ancestryOfLook(
  repository: Repository,
  { determined, units, tip }: LedgerLook,
  head: CommitSha,
): Promise<Contains> {
  const last = determined?.commit ?? null;
  return repository.ancestry([head, tip, ...(last === null ? [] : [last]), ...units.flatMap(commitsOf)]);
}
