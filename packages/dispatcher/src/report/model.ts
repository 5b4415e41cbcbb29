import { type Action, traitsOf } from "@pipelines/core/contracts/action";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { AccountOutcome, HookOutcome } from "@pipelines/core/contracts/outcome";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { Ending } from "../collect/outcomes.ts";
import { type Danger, dangersOf, type Row, rowsOf } from "./rows.ts";
import { type RunStatus, statusOf } from "./status.ts";
import { type Totals, totalsOf } from "./totals.ts";

/** What is known of the run itself, whatever came of it. */
export type RunFacts = {
  /** `owner/name`. */
  readonly repository: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly attempt: number;
  readonly runUrl: string;
  readonly serverUrl: string;
  /** The commit that the run is about, for people: the pull request's tip or the pushed commit. */
  readonly commit: string;
  readonly pullRequest: number | null;
  readonly event: string;
  /** Who is asked to look when something fails; `null` when nobody is known. */
  readonly assignee: string | null;
};

/** What a report is about: planned changes, applied ones, or what differs from the code without anybody's change. */
export type ReportKind = "plan" | "apply" | "drift";

/** The key of a job, the same in every run for the same work, and those of all jobs of the run. */
export type Scope = { readonly key: string; readonly ofRun: readonly string[] };

/** A job that failed as a whole. */
export type FailedJob = { readonly name: string; readonly failure: string; readonly logUrl: string | null };

/** A unit that is due and does not run now. */
export type HeldBack = {
  readonly unit: string;
  readonly environment: string;
  readonly action: Action;
  readonly at: string;
  readonly message: string;
};

/** Everything that any place tells of a run, in no place's form. Units come most important first. */
export type Report = {
  readonly kind: ReportKind;
  readonly status: RunStatus;
  /** The one job that this report is about; `null` for a whole run. */
  readonly scope: Scope | null;
  /** `null`: what changed could not be determined. */
  readonly comparison: Comparison | null;
  readonly run: RunFacts;
  readonly totals: Totals;
  readonly dangers: readonly Danger[];
  readonly rows: readonly Row[];
  readonly jobs: readonly FailedJob[];
  readonly withheld: readonly HeldBack[];
  readonly accounts: readonly AccountOutcome[];
  readonly hooks: readonly (HookOutcome & { readonly job: string })[];
  readonly problems: readonly Problem[];
  readonly unmatched: readonly string[];
  readonly notices: readonly string[];
};

/**
 * Builds the report of a run from what was determined and how the jobs ended.
 *
 * @param scope the job that the assessment was narrowed to; `null` for a whole run
 */
export function buildReport(
  assessment: Assessment | null,
  endings: readonly Ending[],
  run: RunFacts,
  scope: Scope | null = null,
): Report {
  const rows = rowsOf(endings, new Map((assessment?.units ?? []).map((unit) => [unit.path, unit])));
  return {
    kind: kindOf(assessment, endings, run),
    status: statusOf(assessment, endings),
    scope,
    comparison: assessment?.comparison ?? null,
    run,
    totals: totalsOf(rows, endings),
    dangers: rows.flatMap(dangersOf),
    rows,
    jobs: endings.flatMap(({ job, failure, logUrl }) =>
      failure === null ? [] : [{ name: job.name, failure, logUrl }],
    ),
    withheld: heldBack(assessment),
    accounts: endings.flatMap(({ account }) => (account === null ? [] : [account])),
    hooks: endings.flatMap(({ job, hooks }) => hooks.map((hook) => ({ ...hook, job: job.name }))),
    problems: assessment?.problems ?? [],
    unmatched: assessment?.unmatched ?? [],
    notices: assessment?.notices ?? [],
  };
}

/** Whether there is anything that a reader has to know: a unit, a job, a problem, or a unit that is held back. */
export function isWorthTelling(report: Report): boolean {
  return (
    report.comparison === null ||
    report.rows.length + report.jobs.length + report.problems.length + report.withheld.length + report.accounts.length >
      0
  );
}

function kindOf(assessment: Assessment | null, endings: readonly Ending[], run: RunFacts): ReportKind {
  if (assessment === null) return run.event === "push" ? "apply" : "plan";
  const { mode } = assessment.comparison;
  switch (mode) {
    case "plan":
    case "drift":
    case "apply":
      return mode;
    case "manual": {
      return endings.length > 0 && endings.every(({ job }) => !traitsOf(job.action).writes) ? "plan" : "apply";
    }
    default:
      return mode satisfies never;
  }
}

function heldBack(assessment: Assessment | null): HeldBack[] {
  return (assessment?.units ?? []).flatMap(({ path, environment, action, at, withheld }) =>
    withheld === undefined ? [] : [{ unit: path, environment, action, at, message: withheld.message }],
  );
}
