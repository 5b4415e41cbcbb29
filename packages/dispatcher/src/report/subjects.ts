import { type Action, changesUnits, traitsOf } from "@pipelines/core/contracts/action";
import { needsSomebody } from "@pipelines/core/contracts/end";
import type { Report, WithheldUnit } from "./model.ts";
import type { Row } from "./rows.ts";

/** One thing about a unit that needs attention, however it is brought to it. */
export type Subject =
  | {
      readonly kind: "row";
      readonly unit: string;
      readonly action: Action;
      readonly row: Row;
      /** Units that were not started because of it: they are as much to be done as it is. */
      readonly notStarted: readonly string[];
    }
  | ({ readonly kind: "withheld" } & WithheldUnit);

/**
 * What of a run needs attention, unit by unit. What is withheld from a request of a person is answered to that person; what
 * is withheld from a merge stays to be destroyed. An apply that was not started because of another unit belongs to that
 * unit; a destroy stands for itself, since it may be what should not follow.
 */
export function subjectsOf(report: Report): Subject[] {
  const rows = new Map(report.rows.filter(isOfInterest).map((row) => [row.unit, row]));
  const behind = new Map<string, string[]>();
  const alone: Row[] = [];
  for (const row of rows.values()) {
    const causes = isApplyNotStarted(row) ? causesOf(row, rows) : [];
    if (causes.length === 0) alone.push(row);
    for (const cause of causes) behind.set(cause, [...(behind.get(cause) ?? []), row.unit]);
  }
  return [
    ...alone.map((row) => ({
      ...{ kind: "row" as const, unit: row.unit, action: row.action, row },
      notStarted: (behind.get(row.unit) ?? []).toSorted(),
    })),
    ...report.withheld
      .filter(({ action }) => traitsOf(action).removes && report.comparison?.mode === "apply")
      .map((withheld) => ({ kind: "withheld" as const, ...withheld })),
  ];
}

function isOfInterest(row: Row): boolean {
  return changesUnits(row.action) && needsSomebody(row.end, row.action);
}

function isApplyNotStarted({ end, action }: Row): boolean {
  return end.kind === "skipped" && !traitsOf(action).removes;
}

/** The units at the beginning of the chain that kept a unit from being started; none when those need no attention. */
function causesOf(row: Row, rows: ReadonlyMap<string, Row>): string[] {
  const causes = new Set<string>();
  const seen = new Set<string>();
  const visit = ({ unit, end }: Row): void => {
    if (seen.has(unit) || end.kind !== "skipped") return;
    seen.add(unit);
    for (const cause of end.because.flatMap((path) => rows.get(path) ?? [])) {
      if (isApplyNotStarted(cause)) visit(cause);
      else causes.add(cause.unit);
    }
  };
  visit(row);
  return [...causes].toSorted();
}
