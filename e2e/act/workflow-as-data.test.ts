import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { callerWorkflow } from "@pipelines/cli/init/caller-workflow";
import { DispatchAction } from "@pipelines/core/contracts/action";
import { APPLY_DUE, DISMISS, DispatchPayload } from "@pipelines/orchestrator/compare/event";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { holds } from "../../tools/events/expression.ts";
import { filesWithReferences } from "../../tools/self-references.ts";
import { STAND_INS } from "./release.ts";

/** What act does not model is read here: permissions, concurrency, environments, and what no workflow may do. */
const root = resolve(import.meta.dirname, "../..");

const Step = z.looseObject({
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  env: z.record(z.string(), z.unknown()).default({}),
});
const Permissions = z.record(z.string(), z.enum(["read", "write"]));
const Concurrency = z.strictObject({
  group: z.string(),
  "cancel-in-progress": z.union([z.boolean(), z.string()]),
  queue: z.string().optional(),
});
const Job = z.looseObject({
  needs: z.union([z.string().transform((need) => [need]), z.array(z.string())]).default([]),
  if: z.string().optional(),
  permissions: Permissions,
  "timeout-minutes": z.union([z.number(), z.string()]),
  environment: z.string().optional(),
  concurrency: Concurrency.optional(),
  strategy: z.looseObject({ "fail-fast": z.boolean(), matrix: z.record(z.string(), z.string()) }).optional(),
  steps: z.array(Step),
});
const Workflow = z.looseObject({
  permissions: Permissions,
  concurrency: Concurrency.optional(),
  jobs: z.record(z.string(), Job),
});
const Action = z.looseObject({ runs: z.looseObject({ using: z.literal("composite"), steps: z.array(Step) }) });

const read = (file: string): unknown => parse(readFileSync(join(root, file), "utf8"));
const pipelines = Workflow.parse(read(".github/workflows/pipelines.yml"));
const jobs = Object.entries(pipelines.jobs);
const numbered = (kind: string): string[] => [1, 2, 3, 4].map((stage) => `${kind}_${stage}`);
const deploying = [...numbered("apply"), ...numbered("destroy")];
const APP_KEY = "PIPELINES_APP_KEY";
const running = ["plan", ...deploying, "unlock", "provision"];
/** The jobs that write the ledger. */
const keeping = ["claim", "record"];
/** The job that reports a stage, for each but the last. */
const stages = deploying.slice(0, -1).map((_, index) => `stage_${index + 1}`);
/** The jobs that tell services outside of GitHub. */
const notifying = ["notify_waiting", "notify"];
const FETCHES = ["Fetch what a forced push replaced"];

describe("the reusable workflow", () => {
  it("gives each job its own least permissions, and none to the workflow", () => {
    expect(pipelines.permissions).toEqual({});
    const cloud = { contents: "read", actions: "read", "pull-requests": "read", "id-token": "write" };
    expect(Object.fromEntries(jobs.map(([name, { permissions }]) => [name, permissions]))).toEqual({
      orchestrate: { contents: "read", actions: "read" },
      announce: { actions: "read", "pull-requests": "write" },
      claim: { contents: "write" },
      mark: { contents: "read", "pull-requests": "write", statuses: "write" },
      plan: cloud,
      ...Object.fromEntries([...deploying, "unlock"].map((name) => [name, cloud])),
      provision: { contents: "write", "pull-requests": "write" },
      record: { contents: "write", "pull-requests": "read" },
      ...Object.fromEntries(
        notifying.map((name) => [name, { contents: "read", actions: "read", "pull-requests": "read" }]),
      ),
      ...Object.fromEntries(
        [...stages, "report"].map((name) => [
          name,
          { contents: "read", actions: "read", issues: "write", "pull-requests": "write", statuses: "write" },
        ]),
      ),
    });
  });

  it("hands secrets to the jobs that run units, the App's key to those that need its token, addresses to those that notify, and none to any other", () => {
    const withSecrets = jobs.filter(([, job]) => JSON.stringify(job).includes("secrets.")).map(([name]) => name);
    expect(withSecrets.toSorted()).toEqual(["orchestrate", ...running, ...notifying, "mark"].toSorted());
    const named = (name: string): string[] => {
      if (notifying.includes(name)) return ["PIPELINES_NOTIFICATIONS"];
      if (["provision", "mark"].includes(name)) return [APP_KEY];
      return name === "orchestrate" ? ["PIPELINES_MODULE_TOKEN"] : ["PIPELINES_SECRETS", "PIPELINES_MODULE_TOKEN"];
    };
    for (const [name, job] of jobs) {
      const used = [...JSON.stringify(job).matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret);
      if (withSecrets.includes(name)) expect(used, name).toEqual(named(name));
    }
  });

  it("hands the job that runs code of the pull request the token for private sources, and no other secret", () => {
    const { steps = [] } = pipelines.jobs["orchestrate"] ?? {};
    const withSecrets = steps.filter((step) => JSON.stringify(step).includes("secrets."));
    expect(withSecrets.map(({ id, with: inputs }) => [id, inputs])).toEqual([
      ["orchestrate", { module_token: "${{ secrets.PIPELINES_MODULE_TOKEN }}" }],
    ]);
  });

  it("notifies of no pull request, from documents, in an environment of its own, and never turns a run red", () => {
    for (const name of notifying) {
      const job = pipelines.jobs[name];
      expect(job?.if, name).toContain("inputs.notify_environment != ''");
      expect(job?.environment, name).toBe("${{ inputs.notify_environment }}");
      expect(job?.["continue-on-error"], name).toBe(true);
      for (const { uses, run, with: inputs } of job?.steps ?? []) {
        expect(run).toBeUndefined();
        expect(uses).toMatch(/^(actions\/download-artifact@|\$\/actions\/dispatcher$)/);
        if (uses === "$/actions/dispatcher") expect(inputs["command"]).toBe("notify");
      }
      expect(jobs.filter(([, { needs }]) => needs.includes(name))).toEqual([]);
    }
    expect(pipelines.jobs["notify"]?.if).toContain(
      `contains(fromJSON('["push", "workflow_dispatch", "schedule"]'), github.event_name)`,
    );
    // `claim` runs on no pull request.
    expect(pipelines.jobs["notify_waiting"]?.if).toContain("needs.claim.result == 'success'");
  });

  it("marks plans after a push alone, from documents and comments, with the App's token only where branches are updated", () => {
    const { mark } = pipelines.jobs;
    expect(mark?.needs).toEqual(["orchestrate", "claim"]);
    expect(mark?.if).toBe(
      "${{ !cancelled() && github.event_name == 'push' && needs.orchestrate.outputs.assessment != '' && needs.orchestrate.outputs.moved > 0 }}",
    );
    expect(mark?.steps.map(({ uses }) => uses?.split("@")[0])).toEqual([
      ...["actions/download-artifact", "actions/create-github-app-token", "$/actions/dispatcher"],
    ]);
    const [, app, last] = mark?.steps ?? [];
    expect(app?.if).toBe("inputs.update_stale_branches && inputs.app_id != ''");
    const { "private-key": _, "client-id": __, ...rights } = app?.with ?? {};
    expect(rights).toEqual({ "permission-contents": "write", "permission-pull-requests": "write" });
    expect(last?.with).toEqual({ command: "mark", update_token: "${{ steps.app.outputs.token }}" });
    const waiting = jobs.filter(([, { needs }]) => needs.includes("mark")).map(([name]) => name);
    expect(waiting).toEqual(["report"]);
  });

  it("gives the App's key to the one step that makes a token of it, and that token no more than a pull request needs", () => {
    const { steps = [], environment } = pipelines.jobs["provision"] ?? {};
    const made = steps.findIndex((step) => JSON.stringify(step).includes(APP_KEY));
    expect(steps[made]).toMatchObject({ id: "app", if: "inputs.app_id != ''" });
    expect(steps[made]?.uses).toMatch(/^actions\/create-github-app-token@/);
    const { "private-key": _, "client-id": __, ...rights } = steps[made]?.with ?? {};
    expect(rights).toEqual({ "permission-contents": "write", "permission-pull-requests": "write" });
    const run = steps.findIndex(({ with: inputs }) => inputs["command"] === "run");
    expect(run).toBeGreaterThan(made);
    expect(steps.flatMap((step) => (JSON.stringify(step).includes("steps.app.") ? step.name : []))).toEqual(["Run"]);
    expect(steps[run]?.with["token"]).toBe("${{ steps.app.outputs.token || github.token }}");
    expect(environment).toBe("${{ inputs.app_environment }}");
  });

  it("lets no later run cancel a deploy, and a newer commit of a pull request replace the older one", () => {
    expect(pipelines.concurrency).toEqual({
      group:
        "pipelines-run-${{ github.workflow_ref }}-${{ github.event_name == 'pull_request' && github.event.pull_request.number || github.run_id }}",
      "cancel-in-progress": "${{ github.event_name == 'pull_request' }}",
    });
    for (const [name, job] of jobs) {
      const of = deploying.includes(name) ? "deploy" : name === "unlock" ? "unlock" : null;
      expect(job.concurrency, name).toEqual(
        of === null
          ? undefined
          : {
              group: `pipelines-${of}-\${{ matrix.job.environment }}`,
              "cancel-in-progress": false,
              queue: "max",
            },
      );
    }
  });

  it("runs matrices to their end, in environments where the world is changed, and always within a time", () => {
    for (const [name, job] of jobs) {
      expect(job["timeout-minutes"], name).toSatisfy(
        (minutes) => typeof minutes === "number" || minutes === "${{ matrix.job.timeout_minutes }}",
      );
      expect(job.strategy?.["fail-fast"], name).toBe(running.includes(name) ? false : undefined);
      const named = {
        ...Object.fromEntries([...deploying, "unlock"].map((job) => [job, "${{ matrix.job.github_environment }}"])),
        provision: "${{ inputs.app_environment }}",
        notify: "${{ inputs.notify_environment }}",
        notify_waiting: "${{ inputs.notify_environment }}",
        mark: "${{ inputs.update_stale_branches && inputs.app_environment || '' }}",
      };
      expect(job.environment, name).toBe(Object.entries(named).find(([of]) => of === name)?.[1]);
    }
  });

  it("reaches no deploying job on a pull request, whatever the outputs of a job say that ran a pull request's code", () => {
    expect(pipelines.jobs["claim"]?.if).toBe(
      `contains(fromJSON('["push", "workflow_dispatch", "schedule"]'), github.event_name)`,
    );
    for (const name of deploying) {
      expect(pipelines.jobs[name]?.if).toBe(
        `\${{ !cancelled() && needs.claim.result == 'success' && startsWith(needs.orchestrate.outputs.${name}, '[{')${strictly(name)} }}`,
      );
    }
    expect(pipelines.jobs["unlock"]?.if).toContain("github.event_name == 'workflow_dispatch'");
    expect(pipelines.jobs["provision"]?.if).toContain("github.event_name == 'push'");
  });

  /** Nobody is asked to approve a later stage of applies of which nothing could start. */
  function strictly(name: string): string {
    const before = deploying.slice(0, deploying.indexOf(name)).map((stage) => `needs.${stage}.result == 'success'`);
    if (!name.startsWith("apply_") || before.length === 0) return "";
    const all = before.length === 1 ? before[0] : `(${before.join(" && ")})`;
    return ` && (!contains(needs.orchestrate.outputs.strict_stages, '${name}') || ${all})`;
  }

  it("gives an identity or a secret to no job of a merge queue", () => {
    for (const name of running) {
      expect(pipelines.jobs[name]?.if, name).toMatch(
        /github\.event_name (?:== '(?:push|workflow_dispatch)'|!= 'merge_group')|needs\.claim\.result == 'success'/,
      );
    }
  });

  it("runs stages one after the other, and reports after everything but what tells others", () => {
    for (const [index, name] of deploying.entries()) {
      expect(pipelines.jobs[name]?.needs).toEqual(["orchestrate", "claim", ...deploying.slice(0, index)]);
    }
    const { report, ...others } = pipelines.jobs;
    expect(report?.if).toBe("always()");
    const before = Object.keys(others).filter((name) => !notifying.includes(name));
    expect(report?.needs.toSorted()).toEqual(before.toSorted());
    expect(report?.["name"]).toBe("Pipelines status");
    expect(report?.steps.every((step) => step.if?.startsWith("always()"))).toBe(true);
  });

  it("reports a stage at once when another follows it, before the run's own report, and holds nothing up", () => {
    for (const [index, name] of stages.entries()) {
      const stage = deploying[index] ?? "";
      const job = pipelines.jobs[name];
      expect(job?.needs).toEqual(["orchestrate", stage]);
      expect(job?.if).toBe(
        `\${{ !cancelled() && needs.${stage}.result != 'skipped' && needs.orchestrate.outputs.last_stage > ${index + 1} }}`,
      );
      expect(job?.["env"]).toEqual({ STAGE: index + 1 });
      expect(job?.steps.at(-1)?.with).toEqual({
        ...{ command: "report", phase: "stage", stage: "${{ env.STAGE }}" },
        outcomes: "${{ steps.outcomes.outcome }}",
      });
    }
    const waiting = jobs.filter(([, { needs }]) => needs.some((need) => stages.includes(need)));
    expect(waiting.map(([name]) => name)).toEqual(["report"]);
  });

  it("applies nothing that is not claimed, and records how a run ended that may have claimed, however it ended", () => {
    const { claim, record, report } = pipelines.jobs;
    expect(claim?.needs).toEqual(["orchestrate"]);
    expect(record?.needs.toSorted()).toEqual(["claim", "orchestrate", "plan", ...deploying].toSorted());
    expect(record?.if).toBe("always() && needs.claim.result != 'skipped'");
    const inputs = report?.steps.find(({ uses }) => uses === "$/actions/dispatcher")?.with;
    expect(inputs).toMatchObject({
      claim: "${{ needs.claim.result }}",
      record: "${{ needs.record.result }}",
      outcomes: "${{ steps.outcomes.outcome }}",
    });
  });

  it("gives a token that writes the ledger to no code of the repository, and keeps it in no checkout", () => {
    for (const name of keeping) {
      const steps = pipelines.jobs[name]?.steps ?? [];
      expect(JSON.stringify(steps)).not.toContain("secrets.");
      for (const { uses, run, with: inputs } of steps) {
        expect(run).toBeUndefined();
        expect(uses).toMatch(/^(actions\/(?:checkout|download-artifact)@|\$\/actions\/dispatcher$)/);
        if (uses?.startsWith("actions/checkout@")) expect(inputs["persist-credentials"]).toBe(false);
        if (uses === "$/actions/dispatcher") expect(inputs).toEqual({ command: name });
      }
    }
  });

  it("records nothing where the outcomes could not be downloaded", () => {
    const download = pipelines.jobs["record"]?.steps.find(({ with: inputs }) => inputs["pattern"] !== undefined);
    expect([download?.if, download?.["continue-on-error"]]).toEqual([undefined, undefined]);
    expect(pipelines.jobs["record"]?.steps.at(-1)?.if).toBeUndefined();
  });

  it("begins the name of every matrix job with a word: GitHub shows the name of a skipped one as it is written", () => {
    for (const name of running) {
      expect(pipelines.jobs[name]?.["name"], name).toMatch(/^[A-Z][a-z ]+ · \$\{\{ matrix\.job\.title \}\}$/);
    }
  });

  it("lists earlier outcomes only in jobs that follow others, and goes on without what GitHub refuses", () => {
    for (const name of running) {
      const listing = pipelines.jobs[name]?.steps.filter(({ with: inputs }) => inputs["pattern"] !== undefined) ?? [];
      expect(listing.map((step) => [step.if, step["continue-on-error"]])).toEqual([["matrix.job.follows", true]]);
    }
  });

  it("starts nothing of a dispatcher's run in a cancelled job", () => {
    for (const name of ["orchestrator", "dispatcher", "executor"]) {
      const { steps } = Action.parse(read(`actions/${name}/action.yml`)).runs;
      for (const step of steps.filter(({ run }) => run?.startsWith("exec node") === true)) {
        const alone = (step.if ?? "").replace("(inputs.command != 'run' && always())", "");
        expect(alone, `${name}: ${step.name ?? ""}`).toMatch(/success\(\) && !cancelled\(\)/);
      }
    }
  });

  it("goes no further than to look for Node when a run is cancelled meanwhile, where a job would run units", () => {
    // As the runner has it: a step that runs always ends well, so that the composite action's own steps have succeeded.
    const cancelled = { success: true, failure: false, cancelled: true };
    const contexts = { inputs: { command: "run", tools: "true" }, steps: { node: { outputs: { found: "true" } } } };
    for (const name of ["orchestrator", "dispatcher", "executor"]) {
      const { steps } = Action.parse(read(`actions/${name}/action.yml`)).runs;
      const [look, ...others] = steps;
      expect(look?.name).toBe("Look for Node");
      expect(others.filter((step) => holds(step.if, contexts, cancelled)).map((step) => step.name)).toEqual([]);
      const goesOn = { ...cancelled, cancelled: false };
      expect(others.filter((step) => holds(step.if, contexts, goesOn))).toHaveLength(2);
    }
  });

  it("collects and keeps what survived, whatever happened to the step that ran it", () => {
    for (const name of running) {
      const steps = pipelines.jobs[name]?.steps ?? [];
      const collect = steps.findIndex(({ with: inputs }) => inputs["command"] === "collect");
      expect(collect).toBeGreaterThan(steps.findIndex(({ with: inputs }) => inputs["command"] === "run"));
      expect(steps[collect]?.if).toBe("always()");
      expect(steps[collect + 1]?.if).toMatch(/^always\(\) && /);
      expect(steps[collect + 1]?.uses).toMatch(/^actions\/upload-artifact@/);
    }
  });

  it("gives code of the repository to no job that may write issues or comments, and no identity nor any secret but the token for private sources to the job that determines changes", () => {
    for (const name of ["announce", ...stages, "report"]) {
      for (const { uses, run, with: inputs } of pipelines.jobs[name]?.steps ?? []) {
        expect(run).toBeUndefined();
        expect(uses).toMatch(/^(actions\/download-artifact@|\$\/actions\/dispatcher$)/);
        if (uses === "$/actions/dispatcher") expect(inputs["command"]).toBe("report");
      }
    }
    const orchestrate = JSON.stringify(pipelines.jobs["orchestrate"]);
    expect(orchestrate).not.toMatch(/secrets\.(?!PIPELINES_MODULE_TOKEN)|id-token/);
    expect(orchestrate.match(/github\.token/g)).toHaveLength(FETCHES.length);
  });

  it("keeps documents for a month, and no document that is not there", () => {
    const uploads = jobs.flatMap(([, { steps }]) =>
      steps.filter(({ uses }) => uses?.startsWith("actions/upload-artifact@")),
    );
    expect(uploads).toHaveLength(1 + running.length);
    for (const { with: inputs } of uploads) {
      expect(inputs).toMatchObject({ "retention-days": 30, "if-no-files-found": "error" });
    }
  });

  it("fetches with a token in one step, before code of the pull request runs, and nowhere else", () => {
    for (const [name, job] of jobs) {
      const steps = job.steps.filter((step) => step.run !== undefined);
      expect(steps.map((step) => step.name)).toEqual(name === "orchestrate" || running.includes(name) ? FETCHES : []);
      const fetch = job.steps.findLastIndex((step) => step.run !== undefined);
      const first = job.steps.findIndex((step) => step.uses?.startsWith("$/") === true);
      expect(fetch).toBeLessThan(first);
    }
  });

  it("looks at the ledger before code of the repository runs, with a token that no later step of the job has", () => {
    const { steps = [] } = pipelines.jobs["orchestrate"] ?? {};
    const look = steps.findIndex(({ with: inputs }) => inputs["command"] === "look");
    expect(steps[look]?.uses).toBe("$/actions/dispatcher");
    expect(steps.findIndex(({ uses }) => uses === "$/actions/orchestrator")).toBe(look + 1);
    const events = ["push", "workflow_dispatch", "schedule", "pull_request"];
    for (const event of events) expect(steps[look]?.if).toContain(`'${event}'`);
    // A pull request goes on without the ledger; nothing else does.
    expect(steps[look]?.["continue-on-error"]).toBe("${{ github.event_name == 'pull_request' }}");
  });
});

describe("every workflow and action", () => {
  const all = filesWithReferences(root).map((file) => {
    const document = read(file);
    const steps = file.startsWith("actions/")
      ? Action.parse(document).runs.steps
      : Object.values(
          z
            .looseObject({ jobs: z.record(z.string(), z.looseObject({ steps: z.array(Step).default([]) })) })
            .parse(document).jobs,
        ).flatMap((job) => job.steps);
    return { file, steps };
  });

  it.each(all)("$file: values reach a script by its environment, never by interpolation", ({ steps }) => {
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });

  it.each(all)("$file: actions of others are pinned to a commit, ours to the commit of the file", ({ file }) => {
    const references = [...readFileSync(join(root, file), "utf8").matchAll(/^.*\buses: .*$/gm)].map(([line]) => line);
    for (const reference of references) {
      expect(reference).toMatch(/^\s*(?:- )?uses: (?:\$\/[\w./-]+|[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
    }
  });

  it("the example of the documentation pins the same actions", () => {
    const pins = (file: string): string[] =>
      [...readFileSync(join(root, file), "utf8").matchAll(/actions\/[\w-]+@[0-9a-f]{40} # \S+/g)].map(([pin]) => pin);
    const own = new Set(pins(".github/workflows/pipelines.yml"));
    const shown = pins("docs/custom-workflow.md");
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.filter((pin) => !own.has(pin))).toEqual([]);
  });

  it.each(all)("$file: a checkout keeps no credentials, and no cache is restored", ({ steps }) => {
    for (const { uses, with: inputs } of steps) {
      if (uses?.startsWith("actions/checkout@") === true) expect(inputs["persist-credentials"]).toBe(false);
      expect(uses ?? "").not.toMatch(/^actions\/cache/);
      if (uses?.startsWith("actions/setup-node@") === true) expect(inputs["package-manager-cache"]).toBe(false);
    }
  });

  it("what pipelines.yml and the actions use of others has a stand-in", () => {
    const used = all
      .filter(({ file }) => file.endsWith("pipelines.yml") || file.startsWith("actions/"))
      .flatMap(({ steps }) => steps.flatMap(({ uses }) => /^actions\/([\w-]+)@/.exec(uses ?? "")?.[1] ?? []));
    expect([...new Set(used)].toSorted()).toEqual([...STAND_INS]);
  });

  it.each(["orchestrator", "dispatcher", "executor"])(
    "%s: node takes the shell's place, so it gets the signals",
    (name) => {
      const { steps } = Action.parse(read(`actions/${name}/action.yml`)).runs;
      const last = steps.at(-1);
      expect(last?.run).toBe('exec node "$GITHUB_ACTION_PATH/dist/main.mjs"');
      for (const [variable, value] of Object.entries(last?.env ?? {})) {
        expect(variable).toMatch(/^PIPELINES_[A-Z_]+$/);
        expect(String(value)).toMatch(/^\$\{\{ (inputs\.[a-z_]+|job\.check_run_id) \}\}$/);
      }
    },
  );
});

describe("a release", () => {
  const Release = z.object({
    on: z.strictObject({ workflow_dispatch: z.looseObject({}) }),
    permissions: Permissions,
    concurrency: Concurrency,
    jobs: z.strictObject({
      check: z.strictObject({ name: z.string(), if: z.string(), permissions: Permissions, uses: z.string() }),
      release: Job,
    }),
  });
  const { concurrency, jobs: made } = Release.parse(read(".github/workflows/release.yml"));
  const position = (part: string): number =>
    made.release.steps.findIndex((step) => JSON.stringify(step).includes(part));

  it("is made of the deploy branch, after the checks of every pull request, one at a time", () => {
    expect(made.check.uses).toBe("$/.github/workflows/ci.yml");
    expect(readFileSync(join(root, ".github/workflows/ci.yml"), "utf8")).toMatch(/run: npm test$/m);
    expect(made.release.needs).toEqual(["check"]);
    for (const job of [made.check, made.release]) expect(job.if).toBe("github.ref == 'refs/heads/main'");
    expect(concurrency).toEqual({ group: "release", "cancel-in-progress": false });
  });

  it("writes from one job, behind an environment, that installs nothing of a registry", () => {
    expect(made.check.permissions).toEqual({ contents: "read" });
    expect(made.release.permissions).toEqual({ contents: "write", "id-token": "write", attestations: "write" });
    expect(made.release.environment).toBe("release");
    for (const { run } of made.release.steps) expect(run ?? "").not.toMatch(/\b(npm|npx|pnpm)\b/);
  });

  it("attests all that the actions run before it publishes, and moves the major tag last", () => {
    const attested = made.release.steps[position("actions/attest-build-provenance@")]?.with["subject-path"];
    expect(String(attested).trim().split("\n")).toEqual(["actions/*/dist/*", "${{ runner.temp }}/release/*.tar.gz"]);
    const order = ["tools/prepare-release.ts", "attest-build-provenance", "gh release create", "git push --force"];
    expect(order.map(position)).toEqual(order.map(position).toSorted((one, other) => one - other));
    expect(order.map(position)).not.toContain(-1);
  });
});

describe("the caller that `pipelines init` writes", () => {
  const Caller = z.looseObject({
    on: z.record(z.string(), z.union([z.looseObject({}), z.array(z.looseObject({}))])),
    permissions: Permissions,
    jobs: z.strictObject({ pipelines: z.looseObject({ permissions: Permissions, uses: z.string() }) }),
  });
  const caller = Caller.parse(parse(callerWorkflow({ repository: "acme/pipelines", ref: "v1" }, "trunk")));

  it("is not started again by a new title: a skipped run must not take the place of a red one", () => {
    expect(caller.jobs.pipelines["if"]).toBe(
      "github.event.action != 'edited' || github.event.changes.base.ref.from != ''",
    );
    expect(caller.on["pull_request"]).toEqual({ types: ["opened", "synchronize", "reopened", "edited"] });
  });

  it("answers pull requests, merge queues, pushes to the deploy branch, schedules and dispatches, and nothing else", () => {
    expect(Object.keys(caller.on)).toEqual(["pull_request", "merge_group", "push", "schedule", "workflow_dispatch"]);
    expect(caller.on["push"]).toEqual({ branches: ["trunk"] });
    expect(caller.on["merge_group"]).toEqual({ types: ["checks_requested"] });
  });

  it("offers by hand all that the orchestrator understands, and nothing else", () => {
    const Offered = z.object({
      inputs: z.looseObject({ action: z.looseObject({ options: z.array(z.string()) }) }),
    });
    const { inputs } = Offered.parse(caller.on["workflow_dispatch"]);
    expect(inputs.action.options.toSorted()).toEqual([...DispatchAction.options, APPLY_DUE, DISMISS].toSorted());
    expect(Object.keys(inputs).toSorted()).toEqual(
      Object.keys(DispatchPayload.shape.inputs.def.innerType.shape).toSorted(),
    );
  });

  it("allows exactly what the jobs take together", () => {
    const together: Record<string, string> = {};
    for (const [, { permissions }] of jobs) {
      for (const [name, level] of Object.entries(permissions)) {
        if (together[name] !== "write") together[name] = level;
      }
    }
    expect(caller.permissions).toEqual({});
    expect(caller.jobs.pipelines.permissions).toEqual(together);
  });
});
