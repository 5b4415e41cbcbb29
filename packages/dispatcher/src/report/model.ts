import type { Action, AffectedUnit, Reason } from "@pipelines/core/contracts/affected-unit";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type {
  AccountOutcome,
  HookOutcome,
  PlanSummary,
  ResourceAction,
  UnitEnd,
} from "@pipelines/core/contracts/outcome";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { Ending } from "../collect/outcomes.ts";
import { type RunStatus, statusOf, unitIsWell } from "./status.ts";

/** What is known of the run itself, whatever came of it. */
export type RunFacts = {
  /** `owner/name`. */
  readonly repository: string;
  readonly runNumber: number;
  readonly attempt: number;
  readonly runUrl: string;
  readonly serverUrl: string;
  /** The commit that the run is about, for people: the pull request's tip or the pushed commit. */
  readonly commit: string;
  readonly pullRequest: number | null;
  readonly event: string;
};

/** One unit of the report. */
export type Row = {
  readonly unit: string;
  readonly environment: string;
  readonly action: Action;
  readonly end: UnitEnd;
  readonly plan: PlanSummary | null;
  readonly text: string | null;
  readonly because: string;
  readonly dependsOn: readonly string[];
  readonly logUrl: string | null;
  readonly differs: boolean;
};

/** Something that is lost when it happens. */
export type Danger = {
  readonly unit: string;
  readonly environment: string;
  readonly address: string;
  readonly action: Extract<ResourceAction, "delete" | "replace" | "forget">;
};

/** Resources over all units, and how many units ended how. */
export type Totals = {
  readonly units: number;
  readonly environments: number;
  readonly add: number;
  readonly change: number;
  readonly destroy: number;
  readonly replace: number;
  readonly forget: number;
  readonly import: number;
  readonly move: number;
  readonly unchanged: number;
  readonly notWell: number;
  readonly seconds: number;
};

/** Everything that any place tells of a run, in no place's form. Units come most important first. */
export type Report = {
  readonly kind: "plan" | "apply";
  readonly status: RunStatus;
  /** `null`: what changed could not be determined. */
  readonly comparison: Comparison | null;
  readonly run: RunFacts;
  readonly totals: Totals;
  readonly dangers: readonly Danger[];
  readonly rows: readonly Row[];
  readonly jobs: readonly { readonly name: string; readonly failure: string; readonly logUrl: string | null }[];
  readonly withheld: readonly {
    readonly unit: string;
    readonly environment: string;
    readonly action: Action;
    readonly at: string;
    readonly message: string;
  }[];
  readonly accounts: readonly AccountOutcome[];
  readonly hooks: readonly (HookOutcome & { readonly job: string })[];
  readonly problems: readonly Problem[];
  readonly unmatched: readonly string[];
  readonly notices: readonly string[];
};

/** Builds the report of a run from what was determined and how the jobs ended. */
export function buildReport(assessment: Assessment | null, endings: readonly Ending[], run: RunFacts): Report {
  const affected = new Map((assessment?.units ?? []).map((unit) => [unit.path as string, unit]));
  const rows = endings.flatMap((ending) => rowsOf(ending, affected)).toSorted(byImportance);
  const withheld = (assessment?.units ?? []).flatMap((unit) =>
    unit.withheld === undefined
      ? []
      : [
          {
            unit: unit.path,
            environment: unit.environment,
            action: unit.action,
            at: unit.at,
            message: unit.withheld.message,
          },
        ],
  );
  return {
    kind: isPlan(assessment, endings, run) ? "plan" : "apply",
    status: statusOf(assessment, endings),
    comparison: assessment?.comparison ?? null,
    run,
    totals: totalsOf(rows, endings),
    dangers: rows.flatMap(dangersOf),
    rows,
    jobs: endings.flatMap(({ job, failure, logUrl }) =>
      failure === null ? [] : [{ name: job.name, failure, logUrl }],
    ),
    withheld,
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

function isPlan(assessment: Assessment | null, endings: readonly Ending[], run: RunFacts): boolean {
  if (assessment === null) return run.event.startsWith("pull_request");
  if (assessment.comparison.mode === "plan" || assessment.comparison.mode === "drift") return true;
  return (
    assessment.comparison.mode === "manual" &&
    endings.length > 0 &&
    endings.every(({ job }) => job.action === "plan" || job.action === "plan-destroy")
  );
}

function rowsOf(ending: Ending, affected: ReadonlyMap<string, AffectedUnit>): Row[] {
  return ending.units.map((unit) => {
    const known = affected.get(unit.path);
    return {
      unit: unit.path,
      environment: ending.job.environment,
      action: ending.job.action,
      end: unit.end,
      plan: unit.plan ?? null,
      text: unit.text,
      because: known?.because[0] === undefined ? "" : becauseOf(known.because[0], known.because.length),
      dependsOn: known?.dependsOn ?? [],
      logUrl: ending.logUrl,
      differs: unit.differsFromReviewed ?? false,
    };
  });
}

function becauseOf(reason: Reason, reasons: number): string {
  const inside = reason.links.every(({ relation }) => relation === "in the folder of");
  const more = reasons > 1 ? ` and ${reasons - 1} more` : "";
  const file = reason.file.split("/").slice(-2).join("/");
  return inside ? `${reason.change}${more}` : `${reason.change} ${file}${more}`;
}

function dangersOf(row: Row): Danger[] {
  const found: Danger[] = [];
  for (const { address, action } of row.plan?.resources ?? []) {
    if (action === "delete" || action === "replace" || action === "forget") {
      found.push({ unit: row.unit, environment: row.environment, address, action });
    }
  }
  return found;
}

function totalsOf(rows: readonly Row[], endings: readonly Ending[]): Totals {
  const sum = (figure: (plan: PlanSummary) => number): number =>
    rows.reduce((total, { plan }) => total + (plan === null ? 0 : figure(plan)), 0);
  return {
    units: rows.length,
    environments: new Set(rows.map(({ environment }) => environment)).size,
    add: sum((plan) => plan.add),
    change: sum((plan) => plan.change),
    destroy: sum((plan) => plan.destroy),
    replace: sum((plan) => plan.replace),
    forget: sum((plan) => plan.forget),
    import: sum((plan) => plan.import),
    move: sum((plan) => plan.move),
    unchanged: rows.filter(({ end }) => end.kind === "unchanged").length,
    notWell: rows.filter(({ end }) => !unitIsWell(end)).length,
    seconds: endings.flatMap(({ units }) => units).reduce((total, { seconds }) => total + seconds, 0),
  };
}

/** Units that lose something come first, then those that did not end well, then changes, then the rest. */
function importanceOf(row: Row): number {
  if (dangersOf(row).length > 0) return 0;
  if (!unitIsWell(row.end)) return 1;
  if (row.end.kind === "changed") return 2;
  return row.end.kind === "unchanged" ? 4 : 3;
}

function byImportance(a: Row, b: Row): number {
  return importanceOf(a) - importanceOf(b) || (a.unit < b.unit ? -1 : a.unit > b.unit ? 1 : 0);
}
