import { type Action, carriedOutBy } from "@pipelines/core/contracts/action";
import type { Withheld } from "@pipelines/core/contracts/affected-unit";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { AccountOutcome, HookOutcome } from "@pipelines/core/contracts/outcome";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { Ending } from "../collect/ending.ts";
import { kindOf, type ReportKind } from "./kind.ts";
import { withMocksThatStay } from "./mocked.ts";
import { isPending, type Phase } from "./phase.ts";
import { chainsOf, type PromotionChain } from "./promotion.ts";
import { type Overlap, type Reach, reachOf } from "./reach.ts";
import { type Danger, dangersOf, type Row, rowsOf } from "./rows.ts";
import { type RunStatus, statusOf } from "./status.ts";
import { type Totals, totalsOf } from "./totals.ts";

/** What is known of the run itself, however it ended. */
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
  /** The full ref that the event is about. */
  readonly ref: string;
  /** The commit at the tip of that ref when the event happened. */
  readonly tip: string;
  /** The commit that a push replaced as the tip; `null` for any other event. */
  readonly before: string | null;
  /** Who is asked to look when something fails; `null` when nobody is known. */
  readonly assignee: string | null;
};

/** The key of a job, the same in every run for the same work, and those of all jobs of the run. */
export type Scope = { readonly key: string; readonly ofRun: readonly string[] };

/** A job that failed as a whole. */
export type FailedJob = { readonly name: string; readonly failure: string; readonly logUrl: string | null };

/** A job that may still run, at a phase before the end. */
export type PendingJob = { readonly name: string; readonly units: number };

/** A unit that a rule keeps from its action. */
export type WithheldUnit = {
  readonly unit: string;
  readonly environment: string;
  readonly action: Action;
} & Pick<Withheld, "by" | "message" | "next">;

/** Everything that sinks publish about a run, in no sink's format. Units come most important first. */
export type Report = {
  readonly kind: ReportKind;
  readonly phase: Phase;
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
  readonly pending: readonly PendingJob[];
  /** Environments that come one after the other. */
  readonly promotions: readonly PromotionChain[];
  /** Units that do not run. */
  readonly withheld: readonly WithheldUnit[];
  /** Units that are planned, and whose plan will not be carried out: by the merge, or by hand. */
  readonly willBeWithheld: readonly WithheldUnit[];
  readonly accounts: readonly AccountOutcome[];
  readonly hooks: readonly (HookOutcome & { readonly job: string })[];
  readonly problems: readonly Problem[];
  readonly unmatched: readonly string[];
  readonly notices: readonly string[];
  readonly reach: Reach;
  /** Other open pull requests that change the same units, where a sink has looked for them. */
  readonly overlaps: readonly Overlap[];
};

/** Which part of a run a report is about. */
export type Part = {
  /** The job that the assessment was narrowed to; `null` for a whole run. */
  readonly scope: Scope | null;
  readonly phase: Phase;
};

/**
 * Builds the report of a run from what was determined and how the jobs ended.
 *
 * @param determined what was determined; `null` where that failed
 * @param all an ending of each job, also of those that may still run
 */
export function buildReport(
  determined: Assessment | null,
  all: readonly Ending[],
  run: RunFacts,
  { scope, phase }: Part = { scope: null, phase: { kind: "end" } },
): Report {
  const endings = all.filter((ending) => !isPending(ending, phase, run.attempt));
  const pending = all.filter((ending) => !endings.includes(ending));
  const kind = kindOf(run.event, determined);
  // One job does not know what the others bring.
  const knowsAll = kind === "plan" && scope === null;
  const assessment = determined !== null && knowsAll ? withMocksThatStay(determined, endings) : determined;
  const rows = rowsOf(endings, assessment);
  return {
    kind,
    phase,
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
    promotions: assessment === null ? [] : chainsOf(assessment, endings, pending, kind),
    pending: pending.map(({ job }) => ({ name: job.name, units: job.units.length })),
    withheld: withheldUnits(assessment, "withheld"),
    willBeWithheld: withheldUnits(assessment, "willBeWithheld"),
    accounts: endings.flatMap(({ account }) => (account === null ? [] : [account])),
    hooks: endings.flatMap(({ job, hooks }) => hooks.map((hook) => ({ ...hook, job: job.name }))),
    problems: assessment?.problems ?? [],
    unmatched: assessment?.unmatched ?? [],
    notices: assessment?.notices ?? [],
    reach: reachOf(assessment),
    overlaps: [],
  };
}

/** Whether there is anything that a reader has to know: a unit, a job, a problem, an account. */
export function isWorthReporting({ comparison, ...report }: Report): boolean {
  const lists = [report.rows, report.jobs, report.pending, report.problems, report.withheld, report.accounts];
  return comparison === null || lists.some(({ length }) => length > 0);
}

function withheldUnits(assessment: Assessment | null, when: "withheld" | "willBeWithheld"): WithheldUnit[] {
  return (assessment?.units ?? []).flatMap((unit) => {
    const withheld = unit[when];
    const action = carriedOutBy(unit.action) ?? unit.action;
    return withheld === undefined ? [] : [{ unit: unit.path, environment: unit.environment, action, ...withheld }];
  });
}
