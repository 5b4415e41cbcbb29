import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { MatrixJob } from "@pipelines/core/contracts/job";
import { ASSESSMENT_FILE, assessmentFile } from "@pipelines/core/documents/layout";
import { execa } from "execa";
import { z } from "zod";
import { app, git, type Playground } from "./playground.ts";

/**
 * Plays `.github/workflows/pipelines.yml` for one event: the same bundles in the same order with the environment that
 * GitHub's runner gives them. What it does not model (permissions, approvals, concurrency) the demo does not need.
 */
const root = resolve(import.meta.dirname, "..");

export type WorkflowEvent = {
  readonly name: "pull_request" | "push" | "workflow_dispatch" | "schedule";
  readonly payload: unknown;
  /** `GITHUB_SHA`: the merge commit of a pull request, the tip of a push. */
  readonly sha: string;
  /** `GITHUB_REF`. */
  readonly ref: string;
  /** The tip of the branch that the run belongs to. */
  readonly headSha: string;
  readonly headBranch: string;
};

export type WorkflowRun = {
  readonly id: number;
  readonly status: "success" | "failure";
  readonly jobs: readonly { readonly name: string; readonly ok: boolean; readonly seconds: number }[];
  /** The folder with the run's documents. */
  readonly folder: string;
};

/** Told of each job as it ends. */
export type Progress = (job: { name: string; ok: boolean; seconds: number }) => void;

const Matrix = z.array(MatrixJob);

/** The job matrices that change units, in the order in which the workflow runs them, and how the names of their jobs begin. */
const deploys = [
  ...[1, 2, 3, 4].map((stage) => [`apply_${stage}`, "Apply"] as const),
  ...[1, 2, 3, 4].map((stage) => [`destroy_${stage}`, "Destroy"] as const),
] as const;

export async function playWorkflow(
  playground: Pick<Playground, "folder" | "origin" | "github">,
  event: WorkflowEvent,
  progress: Progress = () => undefined,
): Promise<WorkflowRun> {
  const run = playground.github.startRun({
    event: event.name,
    headSha: event.headSha,
    headBranch: event.headBranch,
    workflowPath: ".github/workflows/pipelines.yml",
  });
  const workspace = join(playground.folder, "runs", String(run.id));
  const checkout = join(workspace, "checkout");
  const temporary = join(workspace, "temp");
  const documents = join(temporary, "pipelines");
  await mkdir(documents, { recursive: true });
  await git(workspace, "clone", "--quiet", "--no-checkout", playground.origin, checkout);
  await git(checkout, "fetch", "--quiet", "origin", event.ref);
  await git(checkout, "checkout", "--quiet", "--detach", event.sha);
  const eventFile = join(workspace, "event.json");
  await writeFile(eventFile, JSON.stringify(event.payload));

  const environment = {
    PATH: [resolve(root, ".tools/bin"), resolve(root, "node_modules/.bin"), process.env["PATH"] ?? ""].join(delimiter),
    HOME: process.env["HOME"] ?? workspace,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_ACTOR: "robin",
    GITHUB_API_URL: playground.github.url,
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: eventFile,
    GITHUB_REF: event.ref,
    GITHUB_REPOSITORY: `${playground.github.owner}/${playground.github.repo}`,
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_NUMBER: String(run.number),
    GITHUB_SERVER_URL: "https://github.example.com",
    GITHUB_SHA: event.sha,
    GITHUB_WORKFLOW_REF: `${playground.github.owner}/${playground.github.repo}/.github/workflows/pipelines.yml@${event.ref}`,
    GITHUB_WORKSPACE: checkout,
    RUNNER_TEMP: temporary,
  };

  let steps = 0;
  const step = async (
    component: "orchestrator" | "dispatcher",
    inputs: Readonly<Record<string, string>>,
  ): Promise<{ ok: boolean; outputs: ReadonlyMap<string, string>; log: string }> => {
    steps += 1;
    const name = `${String(steps).padStart(2, "0")}-${component}`;
    const outputFile = join(workspace, `${name}.output`);
    await Promise.all([outputFile, join(workspace, `${name}.summary.md`)].map((file) => writeFile(file, "")));
    const log = join(workspace, `${name}.log`);
    const ended = await execa(process.execPath, [resolve(root, `actions/${component}/dist/main.mjs`)], {
      cwd: checkout,
      extendEnv: false,
      env: {
        ...environment,
        GITHUB_OUTPUT: outputFile,
        GITHUB_STEP_SUMMARY: join(workspace, `${name}.summary.md`),
        ...Object.fromEntries(
          Object.entries(inputs).map(([key, value]) => [`PIPELINES_${key.toUpperCase().replaceAll("-", "_")}`, value]),
        ),
      },
      stdin: "ignore",
      stdout: { file: log, append: true },
      stderr: { file: log, append: true },
      reject: false,
    });
    return { ok: ended.exitCode === 0, outputs: parseOutputs(await readFile(outputFile, "utf8")), log };
  };

  const token = playground.github.token;
  const jobs: { name: string; ok: boolean; seconds: number }[] = [];
  const ended = (name: string, ok: boolean, started: number): void => {
    const job = { name, ok, seconds: (performance.now() - started) / 1000 };
    jobs.push(job);
    progress(job);
  };

  let started = performance.now();
  const looked =
    event.name === "pull_request" ||
    (await step("dispatcher", { command: "look", repository: checkout, folder: documents, token })).ok;
  const orchestrated = looked
    ? await step("orchestrator", { repository: checkout, folder: documents })
    : { ok: false, outputs: new Map<string, string>() };
  ended("Determine jobs", orchestrated.ok, started);
  if (orchestrated.ok) {
    const assessment = await readFile(assessmentFile(documents), "utf8");
    await run.uploadArtifact("pipelines-assessment-1", { [ASSESSMENT_FILE]: assessment });
  }

  const runStage = async (output: string, word: string, token = playground.github.token): Promise<void> => {
    for (const job of Matrix.parse(JSON.parse(orchestrated.outputs.get(output) ?? "[]"))) {
      const begun = performance.now();
      const inputs = { job: job.id, repository: checkout, folder: documents, token };
      const ran = await step("dispatcher", { ...inputs, command: "run" });
      const collected = await step("dispatcher", { ...inputs, command: "collect" });
      const [artifact, outcome] = [collected.outputs.get("artifact"), collected.outputs.get("outcome")];
      if (artifact !== undefined && outcome !== undefined) await run.uploadArtifact(artifact, outcome);
      ended(`${word} · ${job.title}`, ran.ok, begun);
    }
  };

  if (event.name === "pull_request") {
    await step("dispatcher", { command: "report", phase: "start", folder: documents, token });
  }
  /** A job that writes the ledger. Pull requests have none of them. */
  const keepLedger = async (command: "claim" | "record", name: string): Promise<"success" | "failure" | "skipped"> => {
    if (event.name === "pull_request" || !orchestrated.ok) return "skipped";
    const begun = performance.now();
    const { ok } = await step("dispatcher", { command, repository: checkout, folder: documents, token });
    ended(name, ok, begun);
    return ok ? "success" : "failure";
  };
  const claim = await keepLedger("claim", "Claim");
  await runStage("plan", "Plan");
  if (claim === "success") for (const [output, word] of deploys) await runStage(output, word);
  await runStage("provision", "Provision account", app.token);
  const record = await keepLedger("record", "Record");
  started = performance.now();
  const ending = { command: "report", phase: "end", folder: documents, token, claim, record };
  const reported = await step("dispatcher", ending);
  ended("Pipelines status", reported.ok, started);
  const status = orchestrated.ok && reported.ok ? "success" : "failure";
  // As GitHub names the jobs of a called workflow: after the job that calls it.
  for (const { name, ok } of jobs) run.addJob(`pipelines / ${name}`, ok ? "success" : "failure");
  run.complete(status);
  return { id: run.id, status, jobs, folder: documents };
}

/** Reads what a step wrote to `GITHUB_OUTPUT`: `name<<delimiter`, the value's lines, `delimiter`. */
export function parseOutputs(text: string): Map<string, string> {
  const outputs = new Map<string, string>();
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const [, name, end] = /^([^=<]+)<<(.+)$/.exec(lines[index] ?? "") ?? [];
    if (name === undefined || end === undefined) continue;
    const close = lines.indexOf(end, index + 1);
    if (close < 0) break;
    outputs.set(name, lines.slice(index + 1, close).join("\n"));
    index = close;
  }
  return outputs;
}
