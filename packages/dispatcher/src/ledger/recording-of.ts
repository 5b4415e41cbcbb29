import { createHash } from "node:crypto";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { failedCheck } from "@pipelines/core/contracts/end";
import type { LedgerRun, LedgerState } from "@pipelines/core/contracts/ledger";
import type { PlanSummary } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Credit, Ended, Recording } from "@pipelines/core/ledger/record";
import type { Ending } from "../collect/ending.ts";

/** What decides about single units of a run. */
export type RecordingRules = {
  /** Whose change a commit was, where that is not whose the head is. */
  readonly creditFor: (commit: CommitSha) => Credit | null;
  /** Whether other environments wait for what one does, so that its checks decide as well. */
  readonly isWaitedFor: (environment: string) => boolean;
};

/** What a run has to record of how its jobs ended. */
export function recordingOf(
  assessment: Assessment,
  endings: readonly Ending[],
  states: ReadonlyMap<UnitPath, LedgerState>,
  { run, time }: { readonly run: LedgerRun; readonly time: string },
  credit: Credit,
  { creditFor, isWaitedFor }: RecordingRules,
): Recording {
  const dependencies = new Map(assessment.units.map(({ path, dependsOn }) => [path, dependsOn]));
  const dueFor = new Map(assessment.units.map(({ path, due }) => [path, due?.commits.at(-1)]));
  const ended = endings.flatMap(({ job, units, hooks, failure }) => {
    const { action, at, environment } = job;
    const check = isWaitedFor(environment) ? failedCheck({ hooks, failure, state: "finished" }) : null;
    if (action !== "apply" && action !== "destroy") return [];
    return units.map(({ path, end, plan, reviewed }): Ended => {
      // What people reviewed tells whose change it was, also where a push merged several pull requests.
      const own = creditBehind(reviewed?.at(-1)?.commit, dueFor.get(path), creditFor);
      return {
        ...{ path, action, commit: at, environment, end, check, dependsOn: dependencies.get(path) ?? [] },
        ...{ plan: plan === undefined ? null : digestOf(plan), state: states.get(path) ?? null },
        ...(reviewed === undefined ? {} : { reviewed }),
        ...(own === null ? {} : { credit: own }),
      };
    });
  });
  return { run, time, head: assessment.comparison.head, ended, ...credit };
}

function creditBehind(
  reviewed: CommitSha | undefined,
  due: CommitSha | undefined,
  creditFor: (commit: CommitSha) => Credit | null,
): Credit | null {
  const found = reviewed === undefined ? null : creditFor(reviewed);
  return found ?? (due === undefined ? null : creditFor(due));
}

/** The commits that say whose change a unit was, where that may be another one than the head's. */
export function creditedCommits(assessment: Assessment, endings: readonly Ending[]): CommitSha[] {
  const reviewed = endings.flatMap(({ units }) => units.flatMap((unit) => unit.reviewed?.at(-1)?.commit ?? []));
  const due = assessment.units.flatMap((unit) => unit.due?.commits.at(-1) ?? []);
  return [...new Set([...reviewed, ...due])].filter((commit) => commit !== assessment.comparison.head);
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
