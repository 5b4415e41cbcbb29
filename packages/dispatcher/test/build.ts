import { Assessment } from "@pipelines/core/contracts/assessment";
import type { GuardStop, HookOutcome, ResourceAction } from "@pipelines/core/contracts/outcome";
import { JobOutcome, PlanSummary, type UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import { collectOutcomes, type OutcomeFile } from "../src/collect/outcomes.ts";
import { buildReport, type Report, type RunFacts } from "../src/report/model.ts";

export const BASE = "b".repeat(40);
export const HEAD = "a".repeat(40);

/** What a test says of one unit; everything else has a plain value. */
export type UnitSketch = {
  path: string;
  end?: UnitEnd;
  /** The environment, of which each has a job. */
  environment?: string;
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
  withheld?: { path: string; message: string }[];
  hooks?: HookOutcome[];
  /** The stages of environments; 1 where they are left out. */
  stages?: Readonly<Record<string, number>>;
  /** How long the run took. */
  seconds?: number;
};

export const facts = (run = 7, pullRequest: number | null = 3): RunFacts => ({
  repository: "acme/infrastructure-live",
  runId: "70000007",
  runNumber: run,
  attempt: 1,
  runUrl: `https://github.com/acme/infrastructure-live/actions/runs/${run}`,
  serverUrl: "https://github.com",
  commit: HEAD,
  pullRequest,
  event: "pull_request",
  assignee: "mona",
});

const actionOf = ({ action, mode }: Sketch) => action ?? (mode === "apply" || mode === "manual" ? "apply" : "plan");

const environmentOf = ({ environment }: UnitSketch): string => environment ?? "prod";

/** The environments of a sketch in order: each is a job, `<environment>-1`. */
function environmentsOf({ units }: Sketch): string[] {
  return [...new Set(units.map(environmentOf))];
}

export function assessmentOf(sketch: Sketch): Assessment {
  const action = actionOf(sketch);
  const unitOf = ({ path, because, dependsOn = [], ...unit }: UnitSketch) => ({
    path,
    status: because === undefined ? "changed" : "affected",
    action,
    at: HEAD,
    environment: environmentOf({ path, ...unit }),
    because: [
      because === undefined
        ? { change: "ModuleChanged", file: `${path}/terragrunt.hcl`, links: [{ relation: "in the folder of", path }] }
        : { change: "EnvCommonChanged", file: because, links: [{ relation: "included by", path }] },
    ],
    dependsOn,
  });
  const held = ({ path, message }: { path: string; message: string }) => ({
    ...{ ...unitOf({ path }), status: "deleted", action: "destroy", at: BASE },
    withheld: { by: "move", message },
  });
  return Assessment.parse({
    version: 1,
    comparison: {
      version: 1,
      mode: sketch.mode ?? "plan",
      base: BASE,
      head: HEAD,
      event: { name: "push", ref: "refs/heads/main", actor: "mona" },
      deployBranch: "main",
    },
    changes: [],
    units: [...sketch.units.map(unitOf), ...(sketch.withheld ?? []).map(held)],
    jobs: environmentsOf(sketch).map((environment) => ({
      id: `${environment}-1`,
      name: `${action} · ${environment}`,
      stage: sketch.stages?.[environment] ?? 1,
      action,
      at: HEAD,
      environment,
      units: sketch.units
        .filter((unit) => environmentOf(unit) === environment)
        .map(({ path }) => ({ path, after: [] })),
      changes: ["ModuleChanged"],
      timeoutMinutes: 60,
    })),
    unmatched: sketch.unmatched ?? [],
    ignored: [],
    problems: (sketch.problems ?? []).map((problem) => ({ kind: "configuration", path: null, ...problem })),
    notices: sketch.notices ?? [],
  });
}

/** The outcome documents of a sketch, one per environment. */
export function outcomesOf(sketch: Sketch): OutcomeFile[] {
  return environmentsOf(sketch).map((environment, number) => {
    const texts = new Map<string, string>();
    const units = sketch.units
      .filter((unit) => environmentOf(unit) === environment)
      .map((unit, index) => {
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
      job: `${environment}-1`,
      attempt: 1,
      action: actionOf(sketch),
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
    return { job: `${environment}-1`, attempt: 1, content: { kind: "read", outcome, planTexts: texts } };
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
  return buildReport(assessment, endings, facts(sketch.run, sketch.pullRequest));
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

export const stopped = (stop: Partial<GuardStop> & Pick<GuardStop, "message" | "next">): UnitEnd => ({
  kind: "withheld",
  stop: { guard: "reviewed-plan", unseen: [], ...stop },
});
