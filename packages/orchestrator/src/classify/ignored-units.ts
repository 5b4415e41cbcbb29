import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Classified, ClassifiedChange } from "./classify.ts";

/**
 * Leaves out units whose own configuration is on the ignore list: a catalogue of templates beside the units that run.
 * Files that affect nothing else are ignored with them.
 */
export function withoutIgnoredUnits(
  { changes, unmatched, ignored }: Classified,
  isIgnored: (unit: UnitPath) => boolean,
): Classified {
  const left: ClassifiedChange[] = [];
  const dropped: string[] = [];
  for (const change of changes) {
    const reasons = new Map([...change.reasons].filter(([unit]) => !isIgnored(unit)));
    if (reasons.size > 0 || change.reasons.size === 0) left.push({ ...change, reasons });
    else dropped.push(...change.files.map(({ path }) => path));
  }
  const taken = new Set(left.flatMap(({ files }) => files.map(({ path }) => path)));
  const also = dropped.filter((path) => !taken.has(path));
  return { changes: left, unmatched, ignored: [...new Set([...ignored, ...also])].toSorted() };
}
