import type { UnitAction } from "../unit/run-unit.ts";

/** Gives back the lock that a run which is gone left on a unit's state. The backend compares the id, where it can. */
export const unlock: UnitAction = async ({ execution }, unit) => {
  const { lockId } = execution.comparison;
  if (lockId === undefined) throw new Error("the lock's id is missing: nothing is unlocked without it");
  const step = await unit.run("unlock", ["force-unlock", "-force", lockId]);
  const unlocked = step.end.exitCode === 0 && !step.end.stopped;
  return { end: unlocked ? { kind: "changed" } : await unit.failed("unlock", step) };
};
