import { type Action, changesUnits, traitsOf } from "@pipelines/core/contracts/action";
import { needsSomebody, verdictOn } from "@pipelines/core/contracts/end";
import type { Report } from "./model.ts";
import type { Row } from "./rows.ts";

/** Changes of the deploy branch, from one commit to another. */
export type Range = { readonly from: string; readonly to: string };

/**
 * What a run shows to be done on the deploy branch; an issue is closed by nothing else.
 *
 * All of it is read off the run itself. Where a record says what is merged and not applied yet, this is the place where
 * it takes over: a unit is done when nothing of it is due, and a range when everything up to its end was determined.
 */
export type Proof = {
  /** The units that were applied or destroyed, each with how. */
  readonly done: readonly Row[];
  /**
   * Whether one of them settles what was to be done of it.
   *
   * @param action what that was; `null` when it is not known any more
   * @param since the run that failed to do it: an older one, run again, shows nothing about a newer commit
   */
  settles(row: Row, action: Action | null, since: number): boolean;
  /** Those of some ranges, oldest first, that are still to be done. */
  left(ranges: readonly Range[]): Range[];
};

export function proofOf(report: Report): Proof {
  const covered = coveredBy(report);
  return {
    done: doneRows(report),
    settles: (row, action, since) => since <= runIdOf(report) && answers(row, action, report),
    left: (ranges) => (covered === null ? [...ranges] : withoutCovered(ranges, covered)),
  };
}

/** The range that a push run has to determine and run; `null` for any other run. */
export function rangeOf({ comparison, run }: Report): Range | null {
  if (run.event !== "push") return null;
  return { from: comparison?.base ?? run.before ?? run.tip, to: comparison?.head ?? run.tip };
}

/** Run ids grow, over all workflows of a repository. */
export function runIdOf({ run }: Report): number {
  return Number(run.runId);
}

/** Whether the run as a whole could not determine its work, or a job without units could not do it. */
export function isIncomplete(report: Report): boolean {
  return (
    report.comparison === null ||
    report.problems.length > 0 ||
    report.accounts.some(({ failure }) => failure !== null) ||
    (report.jobs.length > 0 && !report.rows.some(({ end, action }) => needsSomebody(end, action)))
  );
}

function coveredBy(report: Report): Range | null {
  return report.phase.kind === "end" && !isIncomplete(report) ? rangeOf(report) : null;
}

/**
 * Ranges follow each other: a run that begins where one of them does has done it, and those behind it as far as the run
 * goes. A run that was repeated ends where its own range does.
 */
function withoutCovered(ranges: readonly Range[], covered: Range): Range[] {
  const done = new Set<Range>();
  for (let at: string | null = covered.from; at !== null; ) {
    const next = ranges.find((range) => range.from === at && !done.has(range));
    if (next !== undefined) done.add(next);
    at = next === undefined || next.to === covered.to ? null : next.to;
  }
  return ranges.filter((range) => !done.has(range));
}

/** A unit of several jobs is done when all of them say so, and when no rule withholds another action on it. */
function doneRows({ rows, withheld }: Report): Row[] {
  const open = new Set([
    ...rows.filter(({ end, action }) => needsSomebody(end, action)).map(({ unit }) => unit),
    ...withheld.map(({ unit }) => unit),
  ]);
  return rows.filter(
    ({ unit, action, end }) => changesUnits(action) && verdictOn(end, action) === "well" && !open.has(unit),
  );
}

/**
 * A push applies or destroys what its commit says, so that either settles what was open of the unit. What somebody asked
 * for by hand is done at any commit: an apply counts at the tip that the request was made at, a destroy for a destroy.
 */
function answers(row: Row, action: Action | null, { comparison, run }: Report): boolean {
  if (run.event === "push") return true;
  if (traitsOf(row.action).removes) return action !== null && traitsOf(action).removes;
  return comparison?.head === run.tip;
}
