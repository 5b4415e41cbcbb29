import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { zipSync } from "fflate";
import { type Artifact, type Conclusion, lastAttempt, userOf, type WorkflowJob } from "./state.ts";
import type { World } from "./world.ts";

export type NewRun = {
  /** `push`, `pull_request`, … */
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string;
  /** Default: `.github/workflows/pipelines.yml`. */
  readonly workflowPath?: string;
  readonly actor?: string;
};

/** A workflow run that a test or the demo plays. */
export type RunHandle = {
  readonly id: number;
  /** `GITHUB_RUN_NUMBER`: counts the runs of one workflow, from 1. */
  readonly number: number;
  /** Adds a job to the current attempt: running until a conclusion is given here or later by its `complete`. */
  readonly addJob: (
    name: string,
    conclusion?: Conclusion,
  ) => { readonly id: number; complete(conclusion: Conclusion): void };
  /** Stores an artifact: a file or folder on disk, or names and their content. Answers its id. */
  readonly uploadArtifact: (
    name: string,
    content: string | Readonly<Record<string, string | Uint8Array>>,
  ) => Promise<number>;
  /** Ends the current attempt. */
  readonly complete: (conclusion: Conclusion) => void;
  /** Starts the next attempt and answers its number. */
  readonly rerun: () => number;
};

/** Starts a workflow run. */
export function startRun(world: World, fields: NewRun): RunHandle {
  const { state } = world;
  const workflowPath = fields.workflowPath ?? ".github/workflows/pipelines.yml";
  const siblings = [...state.runs.values()].filter((run) => run.workflowPath === workflowPath);
  const now = world.now();
  const run = {
    id: state.nextId(),
    number: siblings.length + 1,
    workflowId: siblings[0]?.workflowId ?? state.nextId(),
    workflowPath,
    event: fields.event,
    headSha: fields.headSha,
    headBranch: fields.headBranch,
    actor: userOf(state, fields.actor ?? world.owner),
    createdAt: now,
    attempts: [{ number: 1, status: "in_progress" as const, conclusion: null, startedAt: now, updatedAt: now }],
    jobs: [],
  };
  state.runs.set(run.id, run);
  return handleOf(world, run.id);
}

function handleOf(world: World, id: number): RunHandle {
  const run = world.state.runs.get(id);
  if (run === undefined) throw new Error(`there is no run ${id}`);
  const finish = (job: WorkflowJob, conclusion: Conclusion): void => {
    job.status = "completed";
    job.conclusion = conclusion;
    job.completedAt = world.now();
  };
  return {
    id,
    number: run.number,
    addJob(name, conclusion) {
      const now = world.now();
      const job: WorkflowJob = {
        id: world.state.nextId(),
        attempt: lastAttempt(run).number,
        name,
        status: "in_progress",
        conclusion: null,
        createdAt: now,
        startedAt: now,
        completedAt: null,
      };
      run.jobs.push(job);
      if (conclusion !== undefined) finish(job, conclusion);
      return { id: job.id, complete: (ended) => finish(job, ended) };
    },
    async uploadArtifact(name, content) {
      const files = typeof content === "string" ? await readFiles(content) : encoded(content);
      const artifact: Artifact = {
        id: world.state.nextId(),
        runId: id,
        name,
        zip: zipSync(files),
        expired: false,
        createdAt: world.now(),
      };
      world.state.artifacts.set(artifact.id, artifact);
      return artifact.id;
    },
    complete(conclusion) {
      const attempt = lastAttempt(run);
      attempt.status = "completed";
      attempt.conclusion = conclusion;
      attempt.updatedAt = world.now();
    },
    rerun() {
      const now = world.now();
      const number = lastAttempt(run).number + 1;
      run.attempts.push({ number, status: "in_progress", conclusion: null, startedAt: now, updatedAt: now });
      return number;
    },
  };
}

/** The files that the artifact action would pack: of a folder its content, of a file the file. */
async function readFiles(path: string): Promise<Record<string, Uint8Array>> {
  if ((await stat(path)).isFile()) return { [basename(path)]: await readFile(path) };
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files: Record<string, Uint8Array> = {};
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const file = join(entry.parentPath, entry.name);
    files[relative(path, file).split(sep).join("/")] = await readFile(file);
  }
  return files;
}

function encoded(content: Readonly<Record<string, string | Uint8Array>>): Record<string, Uint8Array> {
  const bytes = (value: string | Uint8Array): Uint8Array => (typeof value === "string" ? Buffer.from(value) : value);
  return Object.fromEntries(Object.entries(content).map(([name, value]) => [name, bytes(value)]));
}
