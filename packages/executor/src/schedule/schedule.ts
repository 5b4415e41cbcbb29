import type { JobUnit } from "@pipelines/core/contracts/job";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

export type Next = {
  /** Units that can start now. */
  readonly start: readonly UnitPath[];
  /** Units that can't start any more, with those that did not end well. */
  readonly skip: readonly { readonly path: UnitPath; readonly because: readonly UnitPath[] }[];
  readonly done: boolean;
};

/** Whether what builds on a unit may go on. */
export function endedWell(end: UnitEnd): boolean {
  return end.kind === "changed" || end.kind === "unchanged";
}

/**
 * Which units of a job come next.
 *
 * @param units the job's units; an `after` that is no unit of the job counts by its entry in `ended`, if there is one
 * @param ended how units ended so far, also those of earlier jobs
 * @param running units that are under way
 * @param limit how many may be under way at once
 */
export function nextUnits(
  units: readonly JobUnit[],
  ended: ReadonlyMap<UnitPath, UnitEnd>,
  running: ReadonlySet<UnitPath>,
  limit: number,
): Next {
  const inJob = new Set(units.map((unit) => unit.path));
  const open = units.filter((unit) => !ended.has(unit.path) && !running.has(unit.path));
  const start: UnitPath[] = [];
  const skip: { path: UnitPath; because: UnitPath[] }[] = [];
  for (const unit of open) {
    const because = unit.after.filter((path) => {
      const end = ended.get(path);
      return end !== undefined && !endedWell(end);
    });
    if (because.length > 0) skip.push({ path: unit.path, because });
    else if (unit.after.every((path) => ended.has(path) || !inJob.has(path))) start.push(unit.path);
  }
  return {
    start: start.slice(0, Math.max(0, limit - running.size)),
    skip,
    done: open.length === 0 && running.size === 0,
  };
}
