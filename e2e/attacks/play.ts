import { randomUUID } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { MatrixJob } from "@pipelines/core/contracts/job";
import { readDocument } from "@pipelines/core/documents/document";
import { ASSESSMENT_FILE, assessmentFile } from "@pipelines/core/documents/layout";
import { execa } from "execa";
import { inject } from "vitest";
import { z } from "zod";
import { git, type Playground } from "../../demo/playground.ts";
import { parseOutputs, type WorkflowEvent } from "../../demo/workflow.ts";

/**
 * Plays `.github/workflows/pipelines.yml` job by job, with bundles of the working tree's source, so that a test can leave a job out,
 * have another run between two jobs, lose an artifact, or run failed jobs again. What goes from job to job goes by
 * artifacts, as on GitHub: each job begins in an empty folder.
 */
const root = resolve(import.meta.dirname, "../..");

const Matrix = z.array(MatrixJob);

const DEPLOYS = ["apply", "destroy"].flatMap((word) => [1, 2, 3, 4].map((stage) => `${word}_${stage}`));

/** One run of the workflow, as far as it was played. */
export type PlayedRun = {
  readonly id: number;
  readonly number: number;
  /** What the run determined. */
  assessment(): Promise<Assessment>;
  /** The entries of all matrices in the order of the workflow, each with the output that has it. */
  readonly matrix: readonly (MatrixJob & { readonly output: string })[];
  /** The artifacts by name, each a folder or file that a test may take away. */
  readonly artifacts: Map<string, string>;
  /** The job `orchestrate`: the look, then the orchestrator. */
  determine(): Promise<boolean>;
  /** The job `claim`. */
  claim(): Promise<boolean>;
  /** The jobs of units whose titles a pattern matches, in the order of the workflow; those that were not claimed do not start. */
  jobs(title?: RegExp): Promise<boolean>;
  /** The job `record`. */
  record(): Promise<boolean>;
  /** The job `report`, which gives the run its status. */
  report(): Promise<boolean>;
  /** Ends the run's attempt on GitHub. */
  end(): void;
  /** All jobs that were not played yet, in the order of the workflow, and the end; whether the run is green. */
  finish(): Promise<boolean>;
  /** Begins the next attempt. The jobs that ended well keep their results: the assessment and the claim stay. */
  rerun(): void;
  /** All that the steps have printed. */
  log(): Promise<string>;
};

/** A step of a job that runs, and the mark that its processes bear, as GitHub's runner gives them one. */
export type Step = { readonly name: string; readonly pid: number | undefined; readonly mark: string };

/** What goes on beside a step. `died`: the step's runner is gone, so that nothing follows in its job. */
export type Beside = (step: Step) => Promise<"died" | "lives">;

export async function startPlay(
  playground: Playground,
  event: WorkflowEvent,
  beside: Beside = async () => "lives",
): Promise<PlayedRun> {
  const handle = playground.github.startRun({
    ...{ event: event.name, headSha: event.headSha, headBranch: event.headBranch },
    workflowPath: ".github/workflows/pipelines.yml",
  });
  const workspace = join(playground.folder, "runs", String(handle.id));
  const checkout = join(workspace, "checkout");
  await mkdir(workspace, { recursive: true });
  await git(workspace, "clone", "--quiet", "--no-checkout", playground.origin, checkout);
  await git(checkout, "fetch", "--quiet", "origin", event.ref);
  await git(checkout, "checkout", "--quiet", "--detach", event.sha);
  const eventFile = join(workspace, "event.json");
  await writeFile(eventFile, JSON.stringify(event.payload));

  const { owner, repo, token, url } = playground.github;
  const artifacts = new Map<string, string>();
  const logs: string[] = [];
  let attempt = 1;
  let jobs = 0;
  let assessmentName = "";
  let matrix: PlayedRun["matrix"] = [];
  let results: Partial<Record<"determined" | "claimed" | "ran" | "recorded", boolean>> = {};

  /** Starts a job with an empty folder for its documents, and what a step of it does. */
  const startJob = async (downloads: RegExp) => {
    jobs += 1;
    const temporary = join(workspace, `job-${String(jobs).padStart(2, "0")}`);
    const documents = join(temporary, "pipelines");
    await mkdir(documents, { recursive: true });
    for (const [name, content] of artifacts) {
      if (name === assessmentName) await cp(content, assessmentFile(documents));
      else if (downloads.test(name)) await cp(content, join(documents, name), { recursive: true });
    }
    const step = async (component: "orchestrator" | "dispatcher", inputs: Readonly<Record<string, string>>) => {
      const outputFile = join(temporary, "output");
      const log = join(temporary, "log");
      logs.push(log);
      await Promise.all([outputFile, join(temporary, "summary.md")].map((file) => writeFile(file, "")));
      // No process of another world on this machine bears it, whose runs have the same numbers.
      const mark = randomUUID();
      const running = execa(process.execPath, [join(inject("builtActions"), component, "dist/main.mjs")], {
        cwd: checkout,
        extendEnv: false,
        env: {
          PATH: [resolve(root, ".tools/bin"), resolve(root, "node_modules/.bin"), process.env["PATH"] ?? ""].join(
            delimiter,
          ),
          HOME: process.env["HOME"] ?? workspace,
          NODE_COMPILE_CACHE: join(playground.folder, "..", "compiled"),
          ...{ CI: "true", GITHUB_ACTIONS: "true", GITHUB_ACTOR: "robin", GITHUB_API_URL: url },
          ...{ GITHUB_EVENT_NAME: event.name, GITHUB_EVENT_PATH: eventFile, GITHUB_REF: event.ref },
          ...{ GITHUB_REPOSITORY: `${owner}/${repo}`, GITHUB_SHA: event.sha, GITHUB_WORKSPACE: checkout },
          ...{ GITHUB_RUN_ATTEMPT: String(attempt), GITHUB_RUN_ID: String(handle.id) },
          ...{ GITHUB_RUN_NUMBER: String(handle.number), GITHUB_SERVER_URL: "https://github.example.com" },
          GITHUB_WORKFLOW_REF: `${owner}/${repo}/.github/workflows/pipelines.yml@${event.ref}`,
          ...{ RUNNER_TEMP: temporary, GITHUB_OUTPUT: outputFile, RUNNER_TRACKING_ID: mark },
          GITHUB_STEP_SUMMARY: join(temporary, "summary.md"),
          ...Object.fromEntries(
            Object.entries(inputs).map(([key, value]) => [
              `PIPELINES_${key.toUpperCase().replaceAll("-", "_")}`,
              value,
            ]),
          ),
        },
        stdin: "ignore",
        stdout: { file: log, append: true },
        stderr: { file: log, append: true },
        reject: false,
      });
      const name = [component, inputs["command"], inputs["job"]].filter((part) => part !== undefined).join(" ");
      const [ended, fate] = await Promise.all([running, beside({ name, pid: running.pid, mark })]);
      if (fate === "died") return { ok: false, died: true, outputs: new Map<string, string>() };
      return { ok: ended.exitCode === 0, died: false, outputs: parseOutputs(await readFile(outputFile, "utf8")) };
    };
    return { documents, step };
  };

  const keepsLedger = event.name !== "pull_request";
  const dispatcherJob = async (command: string, downloads: RegExp): Promise<boolean> => {
    const { step } = await startJob(downloads);
    return (await step("dispatcher", { command, repository: checkout, token })).ok;
  };
  const keep = async (name: string, content: string): Promise<void> => {
    artifacts.set(name, content);
    await handle.uploadArtifact(name, content);
  };

  const run: PlayedRun = {
    ...{ id: handle.id, number: handle.number, artifacts },
    get matrix() {
      return matrix;
    },
    async assessment() {
      return readDocument(artifacts.get(assessmentName) ?? "", Assessment);
    },
    async determine() {
      const { documents, step } = await startJob(/^$/);
      // A pull request goes on without the ledger.
      const look = await step("dispatcher", { command: "look", repository: checkout, token });
      const looked = look.ok || !keepsLedger;
      const { ok, outputs } = looked
        ? await step("orchestrator", { repository: checkout })
        : { ok: false, outputs: new Map<string, string>() };
      results.determined = ok;
      if (!ok) return false;
      assessmentName = `pipelines-assessment-${attempt}`;
      await keep(assessmentName, join(documents, ASSESSMENT_FILE));
      matrix = ["plan", ...DEPLOYS].flatMap((output) =>
        Matrix.parse(JSON.parse(outputs.get(output) ?? "[]")).map((job) => ({ ...job, output })),
      );
      return true;
    },
    async claim() {
      results.claimed = await dispatcherJob("claim", /^$/);
      return results.claimed;
    },
    async jobs(title = /^/) {
      let well = true;
      for (const job of matrix.filter((one) => title.test(one.title))) {
        if (job.output !== "plan" && results.claimed !== true) continue;
        const { documents, step } = await startJob(job.follows ? /^pipelines-outcome-/ : /^$/);
        const ran = await step("dispatcher", { command: "run", job: job.id, repository: checkout, token });
        // The workflow collects always; a job that ended by itself has told all already.
        const told = ran.ok || ran.died || ran.outputs.has("artifact");
        const collected = told
          ? ran
          : await step("dispatcher", { command: "collect", job: job.id, repository: checkout, token });
        const name = collected.outputs.get("artifact");
        if (name !== undefined) await keep(name, join(documents, name));
        handle.addJob(`pipelines / ${job.title}`, ran.ok ? "success" : "failure");
        well &&= ran.ok;
      }
      results.ran = well;
      return well;
    },
    async record() {
      results.recorded = await dispatcherJob("record", /^pipelines-outcome-/);
      return results.recorded;
    },
    report: () => dispatcherJob("report", /^pipelines-outcome-/),
    end: () => handle.complete(Object.values(results).every((ok) => ok) ? "success" : "failure"),
    async finish() {
      const determined = results.determined ?? (await run.determine());
      if (determined && keepsLedger && results.claimed === undefined) await run.claim();
      if (determined && results.ran === undefined) await run.jobs();
      if (determined && keepsLedger && results.claimed === true) await run.record();
      const well = await run.report();
      run.end();
      return well && Object.values(results).every((ok) => ok);
    },
    rerun() {
      attempt = handle.rerun();
      const { determined = false, claimed = false } = results;
      results = { ...(determined ? { determined } : {}), ...(claimed ? { claimed } : {}) };
    },
    async log() {
      return (await Promise.all([...new Set(logs)].map((file) => readFile(file, "utf8")))).join("\n");
    },
  };
  return run;
}

/** Loses artifacts of a run, as a retention that is over or a hand does. */
export async function loseArtifacts(run: PlayedRun, name: RegExp): Promise<void> {
  for (const [artifact, content] of run.artifacts) {
    if (!name.test(artifact)) continue;
    await rm(content, { recursive: true });
    run.artifacts.delete(artifact);
  }
}
