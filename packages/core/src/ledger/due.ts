import type { CommitSha } from "../contracts/comparison.ts";
import type { Due, LedgerAction, LedgerRun } from "../contracts/ledger.ts";
import { byPath, type UnitPath } from "../contracts/unit-path.ts";
import { isDueForNewer } from "./claim.ts";
import { type Contains, type Ledger, sameRun } from "./ledger.ts";

/** A due unit that a run takes along, as it has to be run now. */
export type DueUnit = {
  readonly path: UnitPath;
  readonly action: LedgerAction;
  /** The commit that runs: for a destroy the one that still has the unit. */
  readonly commit: CommitSha;
  readonly due: Due;
};

/** Why a unit that is due is not taken along. */
export type NotTaken = {
  readonly path: UnitPath;
  readonly due: Due;
  readonly because: "its run goes on" | "it is due for a later commit" | "somebody has to ask for it";
};

export type DueQuestion = {
  /** The run that asks: what it owns itself is its own. */
  readonly run: Pick<LedgerRun, "id">;
  readonly head: CommitSha;
  /** The deploy branch's tip, as it is now. */
  readonly tip: CommitSha;
  /** Whether a run has come to its end. What can't be found out is a run that goes on. */
  readonly isEnded: (run: LedgerRun) => boolean;
  readonly contains: Contains;
  readonly existsAtHead: (unit: UnitPath) => boolean;
  /** Units that somebody asked for by name. */
  readonly asked?: (unit: UnitPath) => boolean;
};

/**
 * What is due and free to be taken by a run at its head, in the order of paths. What exists at head is applied, what
 * does not is destroyed, whatever was due before.
 */
export function dueFor(ledger: Ledger, question: DueQuestion): { take: DueUnit[]; leave: NotTaken[] } {
  const take: DueUnit[] = [];
  const leave: NotTaken[] = [];
  for (const { unit: path, due } of ledger.units.values()) {
    if (due === undefined) continue;
    const because = notTaken(path, due, question);
    if (because !== null) leave.push({ path, due, because });
    else if (question.existsAtHead(path)) take.push({ path, due, action: "apply", commit: question.head });
    else take.push({ path, due, action: "destroy", commit: due.commit });
  }
  return { take: take.toSorted(byPath), leave: leave.toSorted(byPath) };
}

function notTaken(
  path: UnitPath,
  due: Due,
  { run, head, tip, isEnded, contains, asked }: DueQuestion,
): NotTaken["because"] | null {
  if (!sameRun(due.owner, run) && !isEnded(due.owner)) return "its run goes on";
  if (isDueForNewer(due, head, tip, contains)) return "it is due for a later commit";
  // The next run must not undo in silence what a person went back to.
  return due.why === "set-back" && asked?.(path) !== true ? "somebody has to ask for it" : null;
}
