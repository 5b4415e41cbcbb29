import type { Overlap } from "../report/reach.ts";
import { type PlanUnits, unitKey } from "../sinks/plan-units.ts";

/** What a plan changes and reads of some units. */
export type Hit = { readonly changed: readonly string[]; readonly read: readonly string[] };

/** What of these units a plan changes or reads; `null`: nothing of them, as far as its comment says. */
export function hitOf(plan: PlanUnits, units: readonly string[]): Hit | null {
  const keyed = units.map((unit) => ({ unit, key: unitKey(unit) }));
  const changed = keyed.filter(({ key }) => plan.changed.has(key)).map(({ unit }) => unit);
  const read = keyed.filter(({ key }) => plan.read.has(key)).map(({ unit }) => unit);
  return changed.length + read.length > 0 || (!plan.whole && units.length > 0) ? { changed, read } : null;
}

/** More of them is more than anybody reads. */
const MOST_OVERLAPS = 20;

/** Other open pull requests that change the same units, in the order of their numbers. */
export function overlapsOf(
  own: readonly string[],
  others: readonly { readonly pullRequest: number; readonly units: readonly PlanUnits[] }[],
): Overlap[] {
  const keyed = own.map((unit) => ({ unit, key: unitKey(unit) }));
  return others
    .map(({ pullRequest, units: plans }) => ({
      pullRequest,
      units: keyed.filter(({ key }) => plans.some(({ changed }) => changed.has(key))).map(({ unit }) => unit),
    }))
    .filter(({ units }) => units.length > 0)
    .toSorted((a, b) => a.pullRequest - b.pullRequest)
    .slice(0, MOST_OVERLAPS);
}
