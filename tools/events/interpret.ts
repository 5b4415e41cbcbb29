import { type Contexts, fill, holds, plainValue, type Status } from "./expression.ts";
import type { Called, Caller, Job, Step } from "./workflow.ts";

export type Result = "success" | "failure" | "cancelled" | "skipped";

/** What happens on GitHub, and what our own code answers in it. */
export type Scenario = {
  readonly title: string;
  readonly event: "pull_request" | "push" | "merge_group" | "workflow_dispatch" | "schedule";
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly actor?: string;
  readonly branch?: string;
  /** A fork's or Dependabot's token only reads, and its runs get no secrets. */
  readonly restricted?: boolean;
  /** What the caller passes besides its secrets. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The jobs that are due, by matrix. */
  readonly due?: readonly string[];
  /** The stages of applies of which nothing can start unless all before ended well. */
  readonly strict?: readonly string[];
  /** The orchestrator's outputs claim every matrix, whatever is due: code of the pull request wrote them. */
  readonly forged?: boolean;
  /** The outputs were dropped by GitHub. */
  readonly dropped?: boolean;
  /** The run is red whatever its jobs do: the assessment has a problem. */
  readonly problem?: boolean;
  /** How jobs end that do not succeed. */
  readonly ends?: Readonly<Record<string, "failure" | "cancelled">>;
  /** The job in which a person cancels the run; with `waiting`, before it got a runner. */
  readonly cancelIn?: string;
  readonly waiting?: boolean;
  /** The job whose approval a reviewer refuses: it fails before its first step. */
  readonly refused?: string;
  /** Run again: all jobs, or the failed ones and what needs them. */
  readonly rerun?: "all" | "failed";
};

/** What one job is and gets in a run. */
export type JobRun = {
  readonly job: string;
  readonly result: Result;
  readonly permissions: string;
  readonly environment: string;
  readonly group: string;
  readonly secrets: string;
  readonly takes: string;
  readonly leaves: string;
  /** The steps that run, and the jobs that it comes after. */
  readonly steps: string;
  readonly after: string;
};

export type Answer = {
  /** `null`: nothing starts. */
  readonly jobs: readonly JobRun[] | null;
  readonly check: string;
  /** The group in which a newer run ends this one; empty where none does. */
  readonly replacedIn: string;
};

export type Workflows = {
  readonly caller: Caller;
  readonly called: Called;
  readonly outputsOf: (uses: string) => readonly string[];
};

/** What a run of the caller's workflow does: which jobs run, what each gets, and what the required check says. */
export function interpret(workflows: Workflows, scenario: Scenario): Answer {
  const { caller } = workflows;
  const { event, payload = {}, branch = "main", actor = "robin" } = scenario;
  const trigger = caller.on[event];
  const action = typeof payload["action"] === "string" ? payload["action"] : null;
  const started =
    trigger !== undefined &&
    (trigger.types === undefined || (action !== null && trigger.types.includes(action))) &&
    (trigger.branches === undefined || trigger.branches.includes(branch));
  const github = {
    ...{ event_name: event, event: payload, actor, repository: "acme/live", run_id: "7", run_attempt: "1" },
    workflow_ref: "acme/live/.github/workflows/pipelines.yml@main",
  };
  const plain: Status = { success: true, failure: false, cancelled: false };
  if (!started || !holds(caller.jobs.pipelines.if, { github }, plain)) {
    return { jobs: null, check: "says what it said before", replacedIn: "" };
  }
  const first = attempt(workflows, scenario, github, null);
  const last =
    scenario.rerun === undefined
      ? first
      : attempt(
          workflows,
          { ...scenario, ends: {} },
          { ...github, run_attempt: "2" },
          scenario.rerun === "all" ? null : first,
        );
  const jobs = [...last.values()].flatMap(({ run }) => (run === null ? [] : [run]));
  const { group, "cancel-in-progress": replaced } = workflows.called.concurrency;
  const replacedIn = fill(String(replaced), { github }, plain) === "true" ? fill(group, { github }, plain) : "";
  return { jobs, check: checkOf(scenario, last), replacedIn };
}

type Ran = {
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
  /** `null` where the job did not run in this attempt. */
  readonly run: JobRun | null;
};

/** @param earlier the attempt whose failed jobs are run again; what succeeded then is kept, with its outputs */
function attempt(
  workflows: Workflows,
  scenario: Scenario,
  github: Contexts,
  earlier: ReadonlyMap<string, Ran> | null,
): Map<string, Ran> {
  const { jobs } = workflows.called;
  const done = new Map<string, Ran>();
  for (const name of ordered(jobs)) {
    const job = jobs[name];
    if (job === undefined) continue;
    const before = earlier?.get(name);
    const again = before?.result === "failure" || before?.result === "cancelled";
    const needsAgain = job.needs.some((need) => done.get(need)?.run != null);
    done.set(
      name,
      before !== undefined && !again && !needsAgain
        ? { ...before, run: null }
        : jobRun(workflows, scenario, github, name, job, done),
    );
  }
  return done;
}

function jobRun(
  workflows: Workflows,
  scenario: Scenario,
  github: Contexts,
  name: string,
  job: Job,
  done: ReadonlyMap<string, Ran>,
): Ran {
  const ancestors = [...ancestorsOf(name, workflows.called.jobs)].map((need) => done.get(need)?.result);
  const cancelled =
    [...done].some(([other]) => other === scenario.cancelIn) ||
    (scenario.cancelIn === name && scenario.waiting === true);
  const status: Status = {
    cancelled,
    success: !cancelled && ancestors.every((result) => result === "success"),
    failure: ancestors.some((result) => result === "failure"),
  };
  const needs = Object.fromEntries(
    job.needs.map((need) => [need, { result: done.get(need)?.result ?? "", outputs: done.get(need)?.outputs ?? {} }]),
  );
  const contexts = { github, needs, inputs: { runner: "ubuntu-latest", ...scenario.inputs } };
  if (!holds(job.if, contexts, status)) {
    return { result: scenario.cancelIn === name ? "cancelled" : "skipped", outputs: {}, run: null };
  }
  const matrix = job.strategy === undefined ? [{}] : plainValue(job.strategy.matrix.job, contexts, status);
  const [sample] = Array.isArray(matrix) ? matrix : [];
  const result = sample === undefined ? "failure" : endOf(name, scenario);
  const inJob = { ...contexts, matrix: { job: sample }, env: job.env, runner: { temp: "$RUNNER_TEMP" } };
  const steps = stepsOf(workflows, scenario, job, result, inJob);
  const outputs = Object.fromEntries(
    Object.entries(job.outputs).map(([output, text]) => [
      output,
      scenario.dropped === true && output !== "assessment"
        ? ""
        : fill(text, { ...inJob, steps: steps.outputs }, status),
    ]),
  );
  const run: JobRun = {
    job: name,
    result,
    permissions: Object.entries(job.permissions)
      .map(([scope, level]) =>
        [
          scope,
          scenario.restricted === true && level === "write" ? (scope === "id-token" ? "none" : "read") : level,
        ].join(": "),
      )
      .join(", "),
    environment: fill(job.environment, inJob, status),
    group: job.concurrency === undefined ? "" : fill(job.concurrency.group, inJob, status),
    ...{ steps: steps.names.join(", "), after: job.needs.join(", ") },
    ...{ secrets: steps.secrets, takes: steps.takes.join(", "), leaves: steps.leaves.join(", ") },
  };
  return { result, outputs, run };
}

function endOf(name: string, { cancelIn, refused, ends }: Scenario): Result {
  if (cancelIn === name) return "cancelled";
  return refused === name ? "failure" : (ends?.[name] ?? "success");
}

/** The step in which a cancel, or a failure, meets a job. */
const WORKING = new Set(["run", "orchestrate"]);

/** The secrets that the workflow can be given. */
const SECRETS = ["PIPELINES_SECRETS", "PIPELINES_APP_KEY", "PIPELINES_NOTIFICATIONS"];

/** What the steps of a job exchange with other jobs, and the secrets that one of them gets. */
function stepsOf(workflows: Workflows, scenario: Scenario, job: Job, result: Result, contexts: Contexts) {
  const outputs: Record<string, { outputs: Record<string, string> }> = {};
  const ran: { name: string; uses: string; inputs: Record<string, string> }[] = [];
  let status: Status = { success: true, failure: false, cancelled: false };
  const secrets = scenario.restricted === true ? {} : Object.fromEntries(SECRETS.map((name) => [name, name]));
  for (const step of scenario.refused === undefined || result !== "failure" ? job.steps : []) {
    const inStep = { ...contexts, steps: outputs, secrets };
    if (!holds(step.if, inStep, status)) continue;
    const inputs = Object.entries(step.with).map(([key, text]) => [key, fill(text, inStep, status)]);
    ran.push({ name: step.name, uses: step.uses ?? "", inputs: Object.fromEntries(inputs) });
    const { id } = step;
    if (id === undefined) continue;
    const ended = WORKING.has(id) ? result : "success";
    const told = ended === "success" || id === "run";
    outputs[id] = { outputs: told ? outputsAfter(workflows, scenario, step, contexts) : {} };
    if (ended !== "success")
      status = { success: false, failure: ended === "failure", cancelled: ended === "cancelled" };
  }
  const artifacts = (action: string): string[] =>
    ran.filter(({ uses }) => uses.includes(action)).map(({ inputs }) => inputs["name"] ?? inputs["pattern"] ?? "");
  return {
    outputs,
    names: ran.map(({ name }) => name),
    takes: artifacts("/download-artifact@"),
    leaves: artifacts("/upload-artifact@"),
    // Each secret stands for itself, so that its name is found wherever it went.
    secrets: SECRETS.filter((name) =>
      ran.some(({ inputs }) => Object.values(inputs).some((text) => text.includes(name))),
    ).join(", "),
  };
}

const MATRICES = [
  "plan",
  "apply_1",
  "apply_2",
  "apply_3",
  "apply_4",
  "destroy_1",
  "destroy_2",
  "destroy_3",
  "destroy_4",
  "unlock",
  "provision",
];

/** The outputs of a step: a matrix has one job where it is due, a name is itself. */
function outputsAfter(
  workflows: Workflows,
  scenario: Scenario,
  step: Step,
  contexts: Contexts,
): Record<string, string> {
  const due = scenario.forged === true ? MATRICES : (scenario.due ?? []);
  const attempted = fill("${{ github.run_attempt }}", contexts, { success: true, failure: false, cancelled: false });
  return Object.fromEntries(
    workflows.outputsOf(step.uses ?? "").map((output) => {
      if (output === "artifact") return [output, `pipelines-outcome-‹job›-${attempted}`];
      if (output === "strict_stages") return [output, (scenario.strict ?? []).join(" ")];
      if (output === "last_stage") return [output, String(Math.max(0, ...due.map(stageOf)))];
      if (output === "moved") return [output, String(due.filter((name) => stageOf(name) > 0).length)];
      return [
        output,
        MATRICES.includes(output) ? JSON.stringify(due.includes(output) ? [matrixJob(output, due)] : []) : output,
      ];
    }),
  );
}

/** As jobs count their stages: applies from 1, destroys after the last of them; 0 for what has none. */
function stageOf(matrix: string): number {
  const [, direction, number] = /^(apply|destroy)_(\d)$/.exec(matrix) ?? [];
  return direction === undefined ? 0 : Number(number) + (direction === "destroy" ? 4 : 0);
}

function matrixJob(matrix: string, due: readonly string[]) {
  const staged = due.filter((name) => /^(?:apply|destroy)_/.test(name));
  return {
    ...{ id: `${matrix.replace(/_\d$/, "")}-prod`, title: "prod", environment: "prod", runner: "ubuntu-latest" },
    ...{ github_environment: matrix === "plan" || matrix === "provision" ? "" : "production", timeout_minutes: 70 },
    follows: staged.indexOf(matrix) > 0,
  };
}

/** The dispatcher's report is green exactly when everything was determined and every job that was due ended well. */
function checkOf(scenario: Scenario, ran: ReadonlyMap<string, Ran>): string {
  const report = ran.get("report");
  if (report?.run == null) return "says nothing: `report` does not run";
  const determined = ran.get("orchestrate")?.result === "success" && scenario.problem !== true;
  const well = (scenario.due ?? []).every((job) => ran.get(job)?.result === "success");
  return determined && well ? "green" : "red";
}

function ancestorsOf(name: string, jobs: Called["jobs"], found = new Set<string>()): Set<string> {
  for (const need of jobs[name]?.needs ?? []) {
    if (found.has(need)) continue;
    found.add(need);
    ancestorsOf(need, jobs, found);
  }
  return found;
}

/** Jobs after what they need, else in the order of the file. */
function ordered(jobs: Called["jobs"]): string[] {
  const result = new Set<string>();
  const add = (name: string): void => {
    for (const need of jobs[name]?.needs ?? []) add(need);
    result.add(name);
  };
  for (const name of Object.keys(jobs)) add(name);
  return [...result];
}
