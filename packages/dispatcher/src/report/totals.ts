import { needsSomebody } from "@pipelines/core/contracts/end";
import type { PlanSummary } from "@pipelines/core/contracts/outcome";
import type { Ending } from "../collect/ending.ts";
import { countsInTotals, isUnchanged, type Row } from "./rows.ts";

/** Resources over all units, and how many units ended how. */
export type Totals = {
  readonly units: number;
  readonly environments: number;
  readonly add: number;
  readonly change: number;
  readonly destroy: number;
  readonly replace: number;
  readonly forget: number;
  readonly import: number;
  readonly move: number;
  readonly unchanged: number;
  readonly notWell: number;
  /** Seconds from the first job's start to the last one's end; `null` when no job says. */
  readonly seconds: number | null;
};

/** Adds up what the plans show that will be carried out, or, for applies and destroys, what was. */
export function totalsOf(rows: readonly Row[], endings: readonly Ending[]): Totals {
  const counted = rows.filter(countsInTotals);
  const sum = (figure: (plan: PlanSummary) => number): number =>
    counted.reduce((total, { plan }) => total + (plan === null ? 0 : figure(plan)), 0);
  return {
    units: rows.length,
    environments: new Set(rows.map(({ environment }) => environment)).size,
    add: sum((plan) => plan.add),
    change: sum((plan) => plan.change),
    destroy: sum((plan) => plan.destroy),
    replace: sum((plan) => plan.replace),
    forget: sum((plan) => plan.forget),
    import: sum((plan) => plan.import),
    move: sum((plan) => plan.move),
    unchanged: rows.filter(isUnchanged).length,
    notWell: rows.filter(({ end, action }) => needsSomebody(end, action)).length,
    seconds: elapsed(endings),
  };
}

function elapsed(endings: readonly Ending[]): number | null {
  const times = endings.flatMap(({ startedAt, finishedAt }) =>
    startedAt === null || finishedAt === null ? [] : [Date.parse(startedAt), Date.parse(finishedAt)],
  );
  return times.length === 0 ? null : (Math.max(...times) - Math.min(...times)) / 1000;
}
