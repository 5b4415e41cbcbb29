import { needsSomebody } from "@pipelines/core/contracts/end";
import type { Report } from "./model.ts";
import { isCalm, isUnchanged, MOST_CALM, type Row } from "./rows.ts";

/** How much of a report is shown. */
export type Detail = {
  /** Rows of the table, lines of each list, characters of one message. */
  readonly rows: number;
  readonly lines: number;
  readonly characters: number;
  /** Whether the units are drawn as well. */
  readonly graph: boolean;
};

/** What did not fit. */
export type Cut = {
  /** Units whose row is missing, whose plan is missing, and whose plan is not whole. */
  readonly rows: number;
  readonly plans: number;
  readonly shortened: number;
  /** Lines missing from lists of destroys, failures, problems and files. */
  readonly lines: number;
};

/** How a sink's format shows a report: what comes before the plans, one plan, and what comes after them. */
export type Form = {
  head(report: Report, detail: Detail): string;
  /** The fold with a unit's plan of about `characters` at most, cut at a line's end. */
  fold(row: Row, characters: number): string;
  /** Folds of many plans that need no look of their own, together. */
  gather(folds: string, amount: number): string;
  tail(report: Report, detail: Detail, cut: Cut): string;
};

export type Limit = {
  readonly most: number;
  /** Characters for comments, bytes for summaries. */
  readonly size: (text: string) => number;
};

const DETAILS: readonly Detail[] = [
  { rows: Number.POSITIVE_INFINITY, lines: 200, characters: 2000, graph: true },
  { rows: 200, lines: 50, characters: 1000, graph: false },
  { rows: 100, lines: 30, characters: 500, graph: false },
  { rows: 50, lines: 20, characters: 300, graph: false },
  { rows: 20, lines: 10, characters: 200, graph: false },
  { rows: 5, lines: 3, characters: 100, graph: false },
];
const SMALLEST_FOLD = 1500;
/** One huge plan must not push out all others. */
const LARGEST_FOLD = 24_000;

/**
 * The fullest text of a report within a limit. Plans go first, the least important ones before the others; then rows and
 * lines. What is missing is counted in the text itself.
 */
export function fitReport(report: Report, limit: Limit, form: Form): { text: string; cut: Cut } {
  const withText = report.rows.filter((row) => row.text !== null && row.text.trim() !== "" && !isUnchanged(row));
  let smallest = { text: "", cut: noCut };
  for (const detail of DETAILS) {
    const cutOfDetail = cutBy(report, detail);
    const head = form.head(report, detail);
    const without = { ...cutOfDetail, plans: withText.length, shortened: withText.length };
    const reserved = limit.size(head) + limit.size(form.tail(report, detail, without));
    smallest = {
      text: head + form.tail(report, detail, { ...without, shortened: 0 }),
      cut: { ...without, shortened: 0 },
    };
    if (reserved > limit.most) continue;
    const { folds, plans, shortened } = foldsWithin(withText, limit, limit.most - reserved, form);
    const cut = { ...cutOfDetail, plans, shortened };
    return { text: head + folds + form.tail(report, detail, cut), cut };
  }
  return smallest;
}

const noCut: Cut = { rows: 0, plans: 0, shortened: 0, lines: 0 };

/** Rows come most important first, so the first ones get room first. Those that need no look of their own are last. */
function foldsWithin(
  rows: readonly Row[],
  limit: Limit,
  room: number,
  form: Form,
): { folds: string; plans: number; shortened: number } {
  const gathers = rows.filter(isCalm).length > MOST_CALM;
  let [loud, calm, gathered] = ["", "", 0];
  let left = room - (gathers ? limit.size(form.gather("", rows.length)) : 0);
  let [plans, shortened] = [0, 0];
  for (const row of rows) {
    const { fold, whole } = foldWithin(row, limit, left, form);
    if (fold === null) plans += 1;
    else if (!whole) shortened += 1;
    left -= fold === null ? 0 : limit.size(fold);
    if (!gathers || !isCalm(row)) loud += fold ?? "";
    else if (fold !== null) [calm, gathered] = [calm + fold, gathered + 1];
  }
  return { folds: loud + (gathered === 0 ? "" : form.gather(calm, gathered)), plans, shortened };
}

/** A plan's fold, whole or cut to what is left; `null` when there is no room for a useful part of it. */
function foldWithin(row: Row, limit: Limit, left: number, form: Form): { fold: string | null; whole: boolean } {
  const all = form.fold(row, LARGEST_FOLD);
  if (limit.size(all) <= left) return { fold: all, whole: (row.text?.length ?? 0) <= LARGEST_FOLD };
  const part = left > SMALLEST_FOLD ? form.fold(row, Math.floor(left / 2)) : null;
  return { fold: part !== null && limit.size(part) <= left ? part : null, whole: false };
}

function cutBy(report: Report, detail: Detail): Cut {
  const over = (list: readonly unknown[]): number => Math.max(0, list.length - detail.lines);
  const bad = report.rows.filter(({ end, action }) => needsSomebody(end, action));
  const lists = [
    ...(["planned", "begun", "done"] as const).map((when) => report.dangers.filter((danger) => danger.when === when)),
    bad.filter(({ end }) => end.kind === "skipped"),
    bad.filter(({ end }) => end.kind !== "skipped"),
    ...[
      report.jobs,
      report.pending,
      report.problems,
      report.withheld,
      report.willBeWithheld,
      report.hooks,
      report.accounts,
      report.unmatched,
      report.notices,
    ],
  ];
  const shown = report.rows.filter((row) => !isUnchanged(row)).length;
  return {
    ...noCut,
    rows: Math.max(0, shown - detail.rows),
    lines: lists.reduce((sum, list) => sum + over(list), 0),
  };
}
