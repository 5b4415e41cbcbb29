import type { CommitSha } from "../contracts/comparison.ts";
import type { Due, LedgerAction, LedgerRun, LedgerUnit } from "../contracts/ledger.ts";
import { byPath, type UnitPath } from "../contracts/unit-path.ts";
import type { Contains } from "../git/ancestry.ts";
import { commitsOf, isAppliedAhead, isAstray } from "./claim.ts";
import { type Ledger, sameRun } from "./ledger.ts";
import { isLaterOnBranch } from "./position.ts";

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
  readonly because:
    | "its run goes on"
    | "it is due for a later commit"
    | "a later run has determined more"
    | "somebody has to ask for it";
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
  for (const record of ledger.units.values()) {
    const { unit: path, due } = record;
    if (due === undefined) continue;
    const because = notTaken(record, due, ledger.determined?.commit ?? null, question);
    if (because !== null) leave.push({ path, due, because });
    else if (question.existsAtHead(path)) take.push({ path, due, action: "apply", commit: question.head });
    else take.push({ path, due, action: "destroy", commit: due.commit });
  }
  return { take: take.toSorted(byPath), leave: leave.toSorted(byPath) };
}

function notTaken(
  record: LedgerUnit,
  due: Due,
  determined: CommitSha | null,
  { run, head, tip, isEnded, contains, asked }: DueQuestion,
): NotTaken["because"] | null {
  if (!sameRun(due.owner, run) && !isEnded(due.owner)) return "its run goes on";
  if (commitsOf(record).some((commit) => isLaterOnBranch({ commit, head, tip }, contains)))
    return "it is due for a later commit";
  // Between the head and what is determined a commit may have changed it, and another turned it back.
  const behind = determined !== null && isLaterOnBranch({ commit: determined, head, tip }, contains);
  if (behind && !sameRun(due.owner, run)) return "a later run has determined more";
  // The next run must not undo in silence what a person went back to.
  return due.why === "set-back" && asked?.(record.unit) !== true ? "somebody has to ask for it" : null;
}

/**
 * Units that were applied at a commit after what is determined: by a run that did not know all that changed, or by
 * hand. They belong to the changes of the next run, since a comparison that begins earlier may not show them.
 */
export function appliedAhead(
  ledger: Ledger,
  { head, tip, contains, existsAtHead }: Pick<DueQuestion, "head" | "tip" | "contains" | "existsAtHead">,
  changes: boolean,
): { path: UnitPath; action: LedgerAction; commit: CommitSha }[] {
  return [...ledger.units.values()].flatMap((record): { path: UnitPath; action: LedgerAction; commit: CommitSha }[] => {
    if (record.applied === undefined || !isAppliedAhead(record, ledger.determined, contains)) return [];
    if (!changes && !isAstray(record, ledger.determined, { tip, contains })) return [];
    if (existsAtHead(record.unit)) return [{ path: record.unit, action: "apply", commit: head }];
    if (record.applied.action === "destroy") return [];
    return [{ path: record.unit, action: "destroy", commit: record.applied.commit }];
  });
}
