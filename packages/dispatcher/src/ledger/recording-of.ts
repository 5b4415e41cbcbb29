import { createHash } from "node:crypto";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import { failedCheck } from "@pipelines/core/contracts/end";
import type { LedgerRun, LedgerState } from "@pipelines/core/contracts/ledger";
import type { PlanSummary } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Ended, Recording } from "@pipelines/core/ledger/record";
import type { Ending } from "../collect/ending.ts";

/** Who a run's work is put down to. */
export type Credit = { readonly by: string | null; readonly pullRequest: number | null };

/**
 * What a run has to record of how its jobs ended.
 *
 * @param isWaitedFor whether other environments wait for what one does, so that its checks decide as well
 */
export function recordingOf(
  assessment: Assessment,
  endings: readonly Ending[],
  states: ReadonlyMap<UnitPath, LedgerState>,
  { run, time }: { readonly run: LedgerRun; readonly time: string },
  credit: Credit,
  isWaitedFor: (environment: string) => boolean = () => false,
): Recording {
  const dependencies = new Map(assessment.units.map(({ path, dependsOn }) => [path, dependsOn]));
  const ended = endings.flatMap(({ job, units, hooks, failure }) => {
    const { action, at, environment } = job;
    const check = isWaitedFor(environment) ? failedCheck({ hooks, failure, state: "finished" }) : null;
    if (action !== "apply" && action !== "destroy") return [];
    return units.map(
      ({ path, end, plan }): Ended => ({
        ...{ path, action, commit: at, environment, end, check, dependsOn: dependencies.get(path) ?? [] },
        plan: plan === undefined ? null : digestOf(plan),
        state: states.get(path) ?? null,
      }),
    );
  });
  return { run, time, head: assessment.comparison.head, ended, ...credit };
}

/** The states that plans of the run found, of units that are on the branch. */
export function plannedStates(
  { jobs }: Assessment,
  states: ReadonlyMap<UnitPath, LedgerState>,
): Map<UnitPath, LedgerState> {
  const planned = jobs.filter(({ action }) => action === "plan").flatMap(({ units }) => units);
  return new Map(
    planned.flatMap(({ path }) => {
      const state = states.get(path);
      return state === undefined ? [] : [[path, state] as const];
    }),
  );
}

/** A plan's addresses and what happened to them, as one short text that tells two plans apart. */
function digestOf({ resources }: PlanSummary): string {
  const lines = resources.map(({ address, action }) => `${action} ${address}`).toSorted();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
