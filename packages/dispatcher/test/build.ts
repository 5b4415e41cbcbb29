import { Assessment } from "@pipelines/core/contracts/assessment";
import { JobOutcome, PlanSummary, type UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import { collectOutcomes, type OutcomeFile } from "../src/collect/outcomes.ts";
import { buildReport, type Report, type RunFacts } from "../src/report/model.ts";

export const BASE = "b".repeat(40);
export const HEAD = "a".repeat(40);

/** What a test says of one unit; everything else has a plain value. */
export type UnitSketch = {
  path: string;
  end?: UnitEnd;
  destroys?: readonly string[];
  creates?: number;
  text?: string;
};

export type Sketch = {
  mode?: "plan" | "apply";
  action?: "plan" | "apply" | "destroy";
  units: readonly UnitSketch[];
  run?: number;
  unmatched?: string[];
  problems?: { file: string | null; line: number | null; message: string }[];
};

export const facts = (run = 7, pullRequest: number | null = 3): RunFacts => ({
  repository: "acme/infrastructure-live",
  runNumber: run,
  attempt: 1,
  runUrl: `https://github.com/acme/infrastructure-live/actions/runs/${run}`,
  serverUrl: "https://github.com",
  commit: HEAD,
  pullRequest,
  event: "pull_request",
});

export function assessmentOf(sketch: Sketch): Assessment {
  const action = sketch.action ?? sketch.mode ?? "plan";
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
    units: sketch.units.map(({ path }) => ({
      path,
      status: "changed",
      action,
      at: HEAD,
      environment: "prod",
      because: [
        { change: "ModuleChanged", file: `${path}/terragrunt.hcl`, links: [{ relation: "in the folder of", path }] },
      ],
      dependsOn: [],
    })),
    jobs:
      sketch.units.length === 0
        ? []
        : [
            {
              id: "prod-1",
              name: `${action} · prod`,
              stage: 1,
              action,
              at: HEAD,
              environment: "prod",
              units: sketch.units.map(({ path }) => ({ path, after: [] })),
              changes: ["ModuleChanged"],
              timeoutMinutes: 60,
            },
          ],
    unmatched: sketch.unmatched ?? [],
    ignored: [],
    problems: (sketch.problems ?? []).map((problem) => ({ kind: "configuration", path: null, ...problem })),
    notices: [],
  });
}

export function outcomeOf(sketch: Sketch): OutcomeFile {
  const texts = new Map<string, string>();
  const units = sketch.units.map(({ path, end, destroys = [], creates = 0, text }, index) => {
    if (text !== undefined) texts.set(`plans/${index}.txt`, text);
    const plan = PlanSummary.parse({
      add: creates,
      change: 0,
      destroy: destroys.length,
      replace: 0,
      import: 0,
      move: 0,
      forget: 0,
      outputs: { add: 0, change: 0, destroy: 0 },
      resources: destroys.map((address) => ({ address, action: "delete" })),
      drifted: [],
      mocked: [],
    });
    return UnitOutcome.parse({
      path,
      end: end ?? { kind: "changed" },
      plan,
      ...(text === undefined ? {} : { planText: `plans/${index}.txt` }),
      seconds: 2,
    });
  });
  const outcome = JobOutcome.parse({
    version: 1,
    job: "prod-1",
    attempt: 1,
    action: sketch.action ?? sketch.mode ?? "plan",
    environment: "prod",
    at: HEAD,
    state: "finished",
    toolVersions: { terragrunt: "1.1.3", tofu: "1.12.6" },
    units,
    hooks: [],
    failure: null,
    logUrl: "https://github.com/acme/infrastructure-live/actions/runs/7/job/11",
  });
  return { job: "prod-1", attempt: 1, content: { kind: "read", outcome, planTexts: texts } };
}

export function reportOf(sketch: Sketch): Report {
  const assessment = assessmentOf(sketch);
  const endings = collectOutcomes(assessment.jobs, sketch.units.length === 0 ? [] : [outcomeOf(sketch)]);
  return buildReport(assessment, endings, facts(sketch.run));
}

export const failed = (message = "Error: no such bucket"): UnitEnd => ({
  kind: "failed",
  at: "apply",
  cause: { kind: "tool", exitCode: 1, message },
});
