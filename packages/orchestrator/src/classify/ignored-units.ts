import { globMatcher } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { fileIn, UNIT_FILE } from "../discover/paths.ts";
import type { Classified, ClassifiedChange } from "./classify.ts";

/** What the ignore list has: files, and units by their own configuration. */
export type Ignored = {
  readonly isIgnored: (file: string) => boolean;
  readonly isIgnoredUnit: (unit: UnitPath) => boolean;
};

export function ignoredBy({ ignore }: Pick<Configuration, "ignore">): Ignored {
  const isIgnored = globMatcher(ignore);
  return { isIgnored, isIgnoredUnit: (unit) => isIgnored(fileIn(unit, UNIT_FILE)) };
}

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
