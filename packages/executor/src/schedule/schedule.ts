import type { JobUnit } from "@pipelines/core/contracts/job";
import type { GuardStop, UnitEnd } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

export type Next = {
  /** Units that can start now. */
  readonly start: readonly UnitPath[];
  /** Units that can't start any more, with the end that this gives them. */
  readonly skip: readonly { readonly path: UnitPath; readonly end: UnitEnd }[];
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
 * @param applies units that earlier jobs were to apply, where this job destroys what they depended on
 */
export function nextUnits(
  units: readonly JobUnit[],
  ended: ReadonlyMap<UnitPath, UnitEnd>,
  running: ReadonlySet<UnitPath>,
  limit: number,
  applies: ReadonlySet<UnitPath> = new Set(),
): Next {
  const inJob = new Set(units.map((unit) => unit.path));
  const open = units.filter((unit) => !ended.has(unit.path) && !running.has(unit.path));
  const start: UnitPath[] = [];
  const skip: { path: UnitPath; end: UnitEnd }[] = [];
  for (const unit of open) {
    const because = unit.after.filter((path) => {
      const end = ended.get(path);
      return end !== undefined && !endedWell(end);
    });
    if (because.length > 0) skip.push({ path: unit.path, end: endBehind(because, ended, applies) });
    else if (unit.after.every((path) => ended.has(path) || !inJob.has(path))) start.push(unit.path);
  }
  return {
    start: start.slice(0, Math.max(0, limit - running.size)),
    skip,
    done: open.length === 0 && running.size === 0,
  };
}

/**
 * The end of a unit that has to stay behind others: what builds on units that a later run takes care of is left to that
 * run too; a destroy that an apply was needed for is held back by name; all else is skipped.
 */
function endBehind(
  because: UnitPath[],
  ended: ReadonlyMap<UnitPath, UnitEnd>,
  applies: ReadonlySet<UnitPath>,
): UnitEnd {
  const later = because.map((path) => ended.get(path)).find((end) => end?.kind === "superseded");
  if (later !== undefined) return later;
  const needed = because.filter((path) => applies.has(path));
  return needed.length > 0 ? { kind: "withheld", stop: neededApply(needed) } : { kind: "skipped", because };
}

function neededApply(units: readonly UnitPath[]): GuardStop {
  const named = units.map((unit) => `\`${unit}\``).join(", ");
  return {
    guard: "needed-apply",
    message: `Its destroy waits: ${named} depended on it, and the apply that was to end that did not end well.`,
    unseen: [],
    next: `See to the apply of ${named}. Then re-run the failed jobs: the destroy follows.`,
  };
}
