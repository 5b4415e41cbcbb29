import type { Execution } from "@pipelines/core/contracts/execution";
import type { JobOutcome, UnitEnd } from "@pipelines/core/contracts/outcome";
import { endedWell } from "./schedule/schedule.ts";

/**
 * 0 when all that a job was asked for ended well, 1 when something did not: a unit that nobody tells of, a unit that
 * failed or was held back, a hook that denied, an account that could not be proposed, or the job as a whole.
 */
export function exitCodeOf(
  { units, account, hooks, failure }: JobOutcome,
  { job, comparison }: Pick<Execution, "job" | "comparison">,
): 0 | 1 {
  const told = new Map(units.map(({ path, end }) => [path, end]));
  const well = (end: UnitEnd | undefined): boolean => end !== undefined && isWell(end, comparison.mode === "plan");
  const allowed = hooks.every(({ result }) => result === "pass" || result === "warn");
  const whole = job.units.every(({ path }) => well(told.get(path))) && account?.failure == null;
  return failure === null && allowed && whole ? 0 : 1;
}

/** A later run answers for what was left to it; a unit that waits for others is well in a pull request. */
function isWell(end: UnitEnd, planning: boolean): boolean {
  return endedWell(end) || end.kind === "superseded" || (end.kind === "waiting" && planning);
}
