import { traitsOf } from "@pipelines/core/contracts/action";
import { failedCheck, verdictOn } from "@pipelines/core/contracts/end";
import type { Job } from "@pipelines/core/contracts/job";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Ending } from "./ending.ts";

/**
 * How a job ended that left no outcome: units of it that wait for other environments did not start, where those did not end
 * well. The workflow does not start such a job, so that nobody is asked to approve it.
 */
export function notStarted(ending: Ending, all: readonly Ending[]): Ending {
  if (ending.attempt !== null) return ending;
  const units = ending.units.map((unit) => {
    const { because, waitsFor } = openBefore(ending.job, unit.path, all);
    return because.length === 0 ? unit : { ...unit, end: { kind: "skipped" as const, because, waitsFor } };
  });
  const isExplained = units.length > 0 && units.every(({ end }) => end.kind === "skipped");
  const failure = isExplained ? null : ending.failure;
  return { ...ending, units, failure };
}

/**
 * The units that one of a job waits for, of jobs of earlier stages, that did not end well or did not pass the checks of
 * their job, and their environments.
 */
export function openBefore(
  job: Job,
  unit: UnitPath,
  all: readonly Ending[],
): { because: UnitPath[]; waitsFor: string[] } {
  const { waitsFor = [] } = job.units.find(({ path }) => path === unit) ?? {};
  const open = all
    .filter((other) => other.job.stage < job.stage && waitsFor.includes(other.job.environment))
    .filter((other) => traitsOf(job.action).removes || !traitsOf(other.job.action).removes)
    .flatMap((other) =>
      other.units
        .filter(({ end }) => !passed(other, end))
        .map(({ path }) => ({ path, environment: other.job.environment })),
    );
  return {
    because: open.map(({ path }) => path),
    waitsFor: [...new Set(open.map(({ environment }) => environment))],
  };
}

/** Whether what waits for a unit may go on: it ended well, and so did the checks of its job. */
export function passed(ending: Ending, end: Ending["units"][number]["end"]): boolean {
  const { job, hooks, failure } = ending;
  return verdictOn(end, job.action) === "well" && failedCheck({ hooks, failure, state: "finished" }) === null;
}
