import { changesUnits } from "./action.ts";
import type { Assessment } from "./assessment.ts";

/**
 * The units whose code a push changed on the deploy branch, whatever becomes of their applies. What is only still due was
 * changed by an earlier push, which has told of it.
 */
export function movedUnits({
  comparison,
  units,
  problems,
}: Pick<Assessment, "comparison" | "units" | "problems">): string[] {
  if (comparison.mode !== "apply") return [];
  const changed = units.filter(({ action, due }) => due === undefined && changesUnits(action)).map(({ path }) => path);
  const broken = problems.flatMap(({ path, units: several = [] }) => (path === null ? several : [path, ...several]));
  return [...new Set<string>([...changed, ...broken])].toSorted();
}
