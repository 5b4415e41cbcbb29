import { environmentsOf } from "@pipelines/core/configuration/environments";
import { restrictionOn } from "@pipelines/core/configuration/policy";
import { Configuration } from "@pipelines/core/configuration/schema";
import type { Withheld } from "@pipelines/core/contracts/affected-unit";
import { Assessment } from "@pipelines/core/contracts/assessment";
import type { GuardStop, HookOutcome, ResourceAction } from "@pipelines/core/contracts/outcome";
import { JobOutcome, PlanSummary, type UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { collectOutcomes, type OutcomeFile } from "../src/collect/outcomes.ts";
import { COMMENT_LIMIT, renderMarkdown } from "../src/render/markdown.ts";
import { buildReport, type Report, type RunFacts } from "../src/report/model.ts";
import type { Overlap } from "../src/report/reach.ts";
import type { JobTime } from "../src/report/times.ts";
import { markLines, markOf } from "../src/sinks/stale-mark.ts";

export const BASE = "b".repeat(40);
export const HEAD = "a".repeat(40);

/** What a test says of one unit; everything else has a plain value. */
export type UnitSketch = {
  path: string;
  end?: UnitEnd;
  /** The environment, of which each has a job. */
  environment?: string;
  /** It is to be gone: its action is the sketch's for removed units, in a job of its own. */
  removed?: boolean;
  /** Addresses by what happens to them. */
  destroys?: readonly string[];
  replaces?: readonly string[];
  forgets?: readonly string[];
  creates?: number;
  changes?: number;
  mocked?: string[];
  dependsOn?: string[];
  /** The shared file that reached it; its own folder where it is left out. */
  because?: string;
  differs?: boolean;
  text?: string;
  /** It is planned, and this rule will keep the plan from being carried out. */
  willBeWithheld?: Withheld;
};

export type Sketch = {
  mode?: "plan" | "apply" | "drift" | "manual";
  action?: "plan" | "apply" | "destroy" | "plan-destroy" | "unlock";
  units: readonly UnitSketch[];
  run?: number;
  pullRequest?: number | null;
  unmatched?: string[];
  problems?: { file: string | null; line: number | null; message: string }[];
  notices?: string[];
  withheld?: { path: string; message: string; next?: string }[];
  hooks?: HookOutcome[];
  /** The stages of environments; 1 where they are left out. */
  stages?: Readonly<Record<string, number>>;
  /** How long the run took. */
  seconds?: number;
  /** Other open pull requests that change the same units. */
  overlaps?: readonly Overlap[];
  /** Merges that made the plan old, by what they changed of it. */
  stale?: readonly { commit: string; pullRequest: number; changed?: string[]; read?: string[] }[];
  /** Environments that come one after the other, in steps. */
  promotions?: string[][][];
  /** When the jobs of the run waited and worked. */
  times?: readonly JobTime[];
  /** The ledger's count of claims, where the run determined with one. */
  ledgerClaim?: number;
};

/** The event whose run has a mode. */
const EVENTS = { plan: "pull_request", apply: "push", drift: "schedule", manual: "workflow_dispatch" } as const;

export const facts = (
  run = 7,
  pullRequest: number | null = 3,
  mode: NonNullable<Sketch["mode"]> = "plan",
): RunFacts => ({
  repository: "acme/infrastructure-live",
  runId: String(70_000_000 + run),
  runNumber: run,
  attempt: 1,
  runUrl: `https://github.com/acme/infrastructure-live/actions/runs/${run}`,
  serverUrl: "https://github.com",
  commit: HEAD,
  pullRequest,
  event: EVENTS[mode],
  ref: mode === "plan" ? `refs/pull/${pullRequest ?? 3}/merge` : "refs/heads/main",
  tip: HEAD,
  before: mode === "apply" ? BASE : null,
  assignee: "mona",
});

const actionOf = ({ action, mode }: Sketch, removed = false) =>
  action ?? (removed ? REMOVING : CHANGING)[mode === "apply" || mode === "manual" ? "apply" : "plan"];

const CHANGING = { plan: "plan", apply: "apply" } as const;
const REMOVING = { plan: "plan-destroy", apply: "destroy" } as const;

const environmentOf = ({ environment }: UnitSketch): string => environment ?? "prod";

/** The jobs of a sketch in order: one for each environment, `<environment>-1`, and one for its removed units. */
function jobsOf(sketch: Sketch) {
  return [
    ...Map.groupBy(sketch.units, (unit) => `${environmentOf(unit)}${unit.removed === true ? "-destroy" : ""}`),
  ].map(([name, units]) => {
    const [first] = units;
    if (first === undefined) throw new Error("a group has a member");
    return { id: `${name}-1`, environment: environmentOf(first), action: actionOf(sketch, first.removed), units };
  });
}

export function assessmentOf(sketch: Sketch, head: string = HEAD): Assessment {
  const unitOf = ({ path, because, dependsOn = [], willBeWithheld, removed = false, ...unit }: UnitSketch) => ({
    path,
    status: removed ? "deleted" : because === undefined ? "changed" : "affected",
    action: actionOf(sketch, removed),
    at: removed ? BASE : HEAD,
    environment: environmentOf({ path, ...unit }),
    because: [
      because === undefined
        ? { change: "ModuleChanged", file: `${path}/terragrunt.hcl`, links: [{ relation: "in the folder of", path }] }
        : { change: "EnvCommonChanged", file: because, links: [{ relation: "included by", path }] },
    ],
    dependsOn,
    ...(willBeWithheld === undefined ? {} : { willBeWithheld }),
  });
  const withheld = ({ path, message, next = "Look at it." }: { path: string; message: string; next?: string }) => ({
    ...{ ...unitOf({ path }), status: "deleted", action: "destroy", at: BASE },
    withheld: { by: "move", message, next },
  });
  return Assessment.parse({
    version: 1,
    comparison: {
      version: 1,
      mode: sketch.mode ?? "plan",
      base: BASE,
      head,
      event: { name: "push", ref: "refs/heads/main", actor: "mona" },
      deployBranch: "main",
      ...(sketch.ledgerClaim === undefined ? {} : { ledgerClaim: sketch.ledgerClaim }),
    },
    changes: [],
    units: [...sketch.units.map(unitOf), ...(sketch.withheld ?? []).map(withheld)],
    jobs: jobsOf(sketch).map(({ id, environment, action, units }) => ({
      id,
      name: `${action} · ${environment}`,
      stage: sketch.stages?.[environment] ?? 1,
      action,
      at: HEAD,
      environment,
      units: units.map(({ path }) => ({ path, after: [] })),
      changes: ["ModuleChanged"],
      timeoutMinutes: 60,
    })),
    ...(sketch.promotions === undefined ? {} : { promotions: sketch.promotions }),
    unmatched: sketch.unmatched ?? [],
    ignored: [],
    problems: (sketch.problems ?? []).map((problem) => ({ kind: "configuration", path: null, ...problem })),
    notices: sketch.notices ?? [],
  });
}

/** The outcome documents of a sketch, one per environment. */
export function outcomesOf(sketch: Sketch): OutcomeFile[] {
  return jobsOf(sketch).map(({ id, environment, action, units: members }, number) => {
    const texts = new Map<string, string>();
    const units = members.map((unit, index) => {
      const file = `plans/${index}.txt`;
      if (unit.text !== undefined) texts.set(file, unit.text);
      return UnitOutcome.parse({
        path: unit.path,
        end: unit.end ?? { kind: "changed" },
        ...(hasPlan(unit) ? { plan: planOf(unit) } : {}),
        ...(unit.text === undefined ? {} : { planText: file }),
        ...(unit.differs === undefined ? {} : { differsFromReviewed: unit.differs }),
        seconds: 2,
      });
    });
    const outcome = JobOutcome.parse({
      version: 1,
      job: id,
      attempt: 1,
      action,
      environment,
      at: HEAD,
      state: "finished",
      ...(sketch.seconds === undefined
        ? {}
        : {
            startedAt: "2026-11-23T06:00:00.000Z",
            finishedAt: new Date(Date.UTC(2026, 10, 23, 6, 0, sketch.seconds)).toISOString(),
          }),
      toolVersions: { terragrunt: "1.1.3", tofu: "1.12.6" },
      units,
      hooks: number === 0 ? (sketch.hooks ?? []) : [],
      failure: null,
      logUrl: `https://github.com/acme/infrastructure-live/actions/runs/7/job/${11 + number}`,
    });
    return { job: id, attempt: 1, content: { kind: "read", outcome, planTexts: texts } };
  });
}

/** The outcome document of a sketch's first environment. */
export function outcomeOf(sketch: Sketch): OutcomeFile {
  const [outcome] = outcomesOf(sketch);
  if (outcome === undefined) throw new Error("a sketch without units has no outcome");
  return outcome;
}

export function reportOf(sketch: Sketch): Report {
  const assessment = assessmentOf(sketch);
  const endings = collectOutcomes(assessment.jobs, outcomesOf(sketch));
  const report = buildReport(assessment, endings, facts(sketch.run, sketch.pullRequest, sketch.mode));
  return { ...report, overlaps: sketch.overlaps ?? [] };
}

/** The comment of a sketch, as people see it. */
export function commentOf(sketch: Sketch): string {
  const text = renderMarkdown(reportOf(sketch), COMMENT_LIMIT);
  const marks = (sketch.stale ?? []).map(({ commit, pullRequest, changed = [], read = [] }) =>
    markOf(
      { commit, url: `https://github.com/acme/infrastructure-live/commit/${commit}`, pullRequest },
      { changed, read },
    ),
  );
  const lines = markLines(marks, { branch: "main", pullRequest: sketch.pullRequest ?? 3 });
  return [...lines, text].join("\n");
}

/** A unit that failed before its plan was made has none. */
function hasPlan({ end, creates, changes, destroys, replaces, forgets }: UnitSketch): boolean {
  const figures = [creates, changes, destroys, replaces, forgets].some((figure) => figure !== undefined);
  return figures || end === undefined || end.kind === "changed" || end.kind === "unchanged";
}

function planOf({ creates = 0, changes = 0, destroys = [], replaces = [], forgets = [], mocked = [] }: UnitSketch) {
  const all = (addresses: readonly string[], action: ResourceAction) =>
    addresses.map((address) => ({ address, action }));
  return PlanSummary.parse({
    add: creates,
    change: changes,
    destroy: destroys.length,
    replace: replaces.length,
    import: 0,
    move: 0,
    forget: forgets.length,
    outputs: { add: 0, change: 0, destroy: 0 },
    resources: [...all(destroys, "delete"), ...all(replaces, "replace"), ...all(forgets, "forget")],
    drifted: [],
    mocked,
  });
}

export const failed = (message = "Error: no such bucket"): UnitEnd => ({
  kind: "failed",
  at: "apply",
  cause: { kind: "tool", exitCode: 1, message },
});

export const failedPlan = (message: string): UnitEnd => ({
  kind: "failed",
  at: "plan",
  cause: { kind: "tool", exitCode: 1, message },
});

/** What an environment's settings have against the action on a unit that follows its plan. */
export function withheldBy(
  settings: object,
  { path, environment: name, removed }: Pick<UnitSketch, "path" | "environment" | "removed">,
): Withheld {
  const configuration = Configuration.parse({ environments: { [name ?? "prod"]: { paths: ["**"], ...settings } } });
  const action = removed === true ? "destroy" : "apply";
  const [environment] = environmentsOf(configuration);
  const restriction =
    environment === undefined ? null : restrictionOn(environment, environment, UnitPath.parse(path), action);
  if (restriction === null) throw new Error("the settings restrict nothing");
  const { by, message, beforeMerge } = restriction;
  return { by, message, next: beforeMerge };
}

export const stopped = (stop: Partial<GuardStop> & Pick<GuardStop, "message" | "next">): UnitEnd => ({
  kind: "withheld",
  stop: { guard: "reviewed-plan", unseen: [], ...stop },
});
