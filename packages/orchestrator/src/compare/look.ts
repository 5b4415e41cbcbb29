import type { CommitSha, Comparison } from "@pipelines/core/contracts/comparison";
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

/** The ledger's count of claims that this run saw: only a run of the deploy branch claims and records. */
export function claimSeen(
  { event, deployBranch }: Comparison,
  look: LedgerLook | null,
): Pick<Comparison, "ledgerClaim"> {
  if (look === null || event.ref !== `refs/heads/${deployBranch}`) return {};
  return { ledgerClaim: look.determined?.claim ?? 0 };
}
