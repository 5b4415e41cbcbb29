import type { Action } from "@pipelines/core/contracts/action";
import { mayBuildOn } from "@pipelines/core/contracts/end";
import type { JobUnit } from "@pipelines/core/contracts/job";
import type { GuardStop, UnitEnd } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

export type Next = {
  /** Units that can start now. */
  readonly start: readonly UnitPath[];
  /** Units that can't start any more, with the end that this gives them. */
  readonly skip: readonly { readonly path: UnitPath; readonly end: UnitEnd }[];
};

/**
 * Which units of a job come next.
 *
 * @param units the job's units; an `after` that is no unit of the job ran in an earlier one, and counts by its entry in
 *   `ended`: one that nobody tells of did not end well
 * @param ended how units ended so far, also those of earlier jobs
 * @param action what is done to the units
 * @param running units that are under way
 * @param limit how many may be under way at once
 * @param applies units that earlier jobs were to apply, where this job destroys what they depended on
 */
export function nextUnits(
  units: readonly JobUnit[],
  ended: ReadonlyMap<UnitPath, UnitEnd>,
  action: Action,
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
      return end === undefined ? !inJob.has(path) : !mayBuildOn(end, action);
    });
    if (because.length > 0) skip.push({ path: unit.path, end: endBehind(because, ended, applies) });
    else if (unit.after.every((path) => ended.has(path))) start.push(unit.path);
  }
  return { start: start.slice(0, Math.max(0, limit - running.size)), skip };
}

/**
 * The end of a unit that has to stay behind others. A destroy that an apply was needed for is held back by name, also
 * when that apply is left to a later run: a later run knows nothing of destroys that were due before it. What else
 * builds on units that a later run takes care of is left to that run too; all else is skipped.
 */
function endBehind(
  because: UnitPath[],
  ended: ReadonlyMap<UnitPath, UnitEnd>,
  applies: ReadonlySet<UnitPath>,
): UnitEnd {
  const needed = because.filter((path) => applies.has(path));
  if (needed.length > 0) return { kind: "withheld", stop: neededApply(needed, ended) };
  const later = because.map((path) => ended.get(path)).find((end) => end?.kind === "superseded");
  return later ?? { kind: "skipped", because };
}

function neededApply(units: readonly UnitPath[], ended: ReadonlyMap<UnitPath, UnitEnd>): GuardStop {
  const named = units.map((unit) => `\`${unit}\``).join(", ");
  const left = units.every((unit) => ended.get(unit)?.kind === "superseded");
  return {
    guard: "needed-apply",
    message: `Its destroy waits: ${named} depended on it, and the apply that was to end that ${left ? "is left to a later run" : "did not end well"}.`,
    unseen: [],
    // A rerun of this run would find the apply left to the later one again.
    next: left
      ? `Wait for the later run's apply of ${named}. Then run the workflow by hand with action \`plan-destroy\` for this unit, and with action \`destroy\` and that run as \`approved_run\`.`
      : `See to the apply of ${named}. Then re-run the failed jobs: the destroy follows.`,
  };
}
