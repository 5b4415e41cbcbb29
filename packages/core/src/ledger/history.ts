import type { CommitSha } from "../contracts/comparison.ts";
import type { LedgerUnit } from "../contracts/ledger.ts";
import type { UnitPath } from "../contracts/unit-path.ts";

/** One thing that the ledger recorded of a unit. */
export type HistoryEntry = {
  /** When it was written, as ISO 8601. */
  readonly time: string;
  readonly unit: UnitPath;
  readonly what: "applied" | "destroyed" | "due" | "dismissed" | "withdrawn";
  /** The number of the run. */
  readonly run: number | null;
  readonly commit: CommitSha | null;
  readonly by: string | null;
  readonly pullRequest: number | null;
  readonly plan: string | null;
  /** Why it is due, or was dismissed. */
  readonly why: string | null;
  readonly message: string | null;
  /** The environment that it was in at that time. */
  readonly environment: string | null;
  /** The reviewed plan that what was applied was compared with: the commit that people reviewed, and its digest. */
  readonly reviewedCommit: CommitSha | null;
  readonly reviewedPlan: string | null;
};

/** What changed between two records of a unit, as one commit of the ledger has them. */
export function entriesBetween(before: LedgerUnit | null, after: LedgerUnit | null, time: string): HistoryEntry[] {
  const unit = (after ?? before)?.unit;
  if (unit === undefined) return [];
  const plain = {
    time,
    unit,
    run: null,
    commit: null,
    by: null,
    pullRequest: null,
    plan: null,
    why: null,
    message: null,
    environment: environmentOf(after) ?? environmentOf(before),
    reviewedCommit: null,
    reviewedPlan: null,
  };
  const entries: HistoryEntry[] = [];
  const { applied, due, dismissed } = after ?? {};
  if (applied !== undefined && JSON.stringify(applied) !== JSON.stringify(before?.applied)) {
    const { action, commit, run, by, pullRequest, plan, environment, reviewed = [] } = applied;
    const last = reviewed.at(-1);
    const what = action === "destroy" ? "destroyed" : "applied";
    entries.push({
      ...{ ...plain, what, run: run.number, commit, by, pullRequest, plan, environment },
      ...{ reviewedCommit: last?.commit ?? null, reviewedPlan: last?.digest ?? null },
    });
  }
  if (due !== undefined && JSON.stringify(due) !== JSON.stringify(before?.due)) {
    const { owner, commit, why, message, environment } = due;
    entries.push({
      ...{ ...plain, what: "due", run: owner.number, commit, why: `${due.action}: ${why}`, message },
      environment: environment ?? plain.environment,
    });
  }
  if (dismissed !== undefined && before?.dismissed?.time !== dismissed.time) {
    const { run, commit, by, reason } = dismissed;
    entries.push({ ...plain, what: "dismissed", run: run.number, commit, by, why: reason });
  }
  // A request that came to nothing: what was due is not, and nothing was done.
  if (entries.length === 0 && before?.due !== undefined && due === undefined) {
    entries.push({ ...plain, what: "withdrawn", run: before.due.owner.number, commit: before.due.commit });
  }
  return entries;
}

function environmentOf(record: LedgerUnit | null): string | null {
  return record?.due?.environment ?? record?.applied?.environment ?? null;
}
