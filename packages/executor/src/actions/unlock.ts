import type { UnitAction } from "./unit.ts";

/** Gives back the lock that a run which is gone left on a unit's state. The backend compares the id, where it can. */
export const unlock: UnitAction = async ({ execution }, unit) => {
  const { lockId } = execution.comparison;
  if (lockId === undefined) throw new Error("the lock's id is missing: nothing is unlocked without it");
  const step = await unit.run("unlock", ["force-unlock", "-force", lockId]);
  const done = step.end.exitCode === 0 && !step.end.stopped;
  return { end: done ? { kind: "changed" } : await unit.failed("unlock", step) };
};
