import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { z } from "zod";
import { git, type Playground } from "../../demo/playground.ts";
import { makeRelease } from "./release.ts";

const act = resolve(import.meta.dirname, "../../.tools/bin/act");

export const CALLER = ".github/workflows/pipelines.yml";

/** The file that hostile names try to make: `$STAND_IN_MARK` in every step. */
export const MARK = "pwned";

/** The credential for cloud identities that every step of a job may see, and units may not. */
export const ID_TOKEN_REQUEST_TOKEN = "the-token-that-asks-for-identities";

/** An event as a runner gets it. */
export type RunnerEvent = {
  readonly name: "pull_request" | "push" | "merge_group" | "workflow_dispatch" | "schedule";
  readonly payload: unknown;
  /** `GITHUB_SHA`. */
  readonly sha: string;
  /** `GITHUB_REF`. */
  readonly ref: string;
  readonly headSha: string;
  readonly headBranch: string;
};

export type Result = "success" | "failure";

export type FinishedRun = {
  readonly id: number;
  readonly status: Result;
  /** How each job ended that ran, by its name. Skipped jobs are not there. */
  readonly jobs: ReadonlyMap<string, Result>;
  /** All that the run's steps said. */
  readonly log: string;
  /** What the run's steps wrote for its page, in the order in which they ended. */
  readonly summaries: readonly string[];
  /** Names of the run's artifacts. */
  readonly artifacts: readonly string[];
  /** Plays the run again as its next attempt: same event, artifacts of the earlier attempts still there. */
  readonly rerun: () => Promise<FinishedRun>;
};

export type RunOptions = {
  readonly secrets?: Readonly<Record<string, string>>;
  /** More variables for every step. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: one that may do everything. */
  readonly token?: string;
  /** The workflow's file; default: the caller of the reusable workflow. */
  readonly workflow?: string;
  /** Interrupts act, once, as soon as this file is there. */
  readonly cancelOnFile?: string;
};

const Line = z.object({
  msg: z.string(),
  job: z.string().optional(),
  jobResult: z.enum(["success", "failure"]).optional(),
});

/** Runs workflows of a playground's repository on this machine, without docker and without a network. */
export type Runner = { run(event: RunnerEvent, options?: RunOptions): Promise<FinishedRun> };

export async function makeRunner(playground: Playground): Promise<Runner> {
  const replaced = await makeRelease(join(playground.folder, "release"));
  const home = join(playground.folder, "home");
  await mkdir(home, { recursive: true });

  const attempt = async (
    event: RunnerEvent,
    options: RunOptions,
    run: ReturnType<Playground["github"]["startRun"]>,
    number: number,
  ): Promise<FinishedRun> => {
    const folder = join(playground.folder, "runs", `${run.id}-${number}`);
    const artifacts = join(playground.folder, "artifacts", String(run.id));
    const [workspace, payload] = [join(folder, "workspace"), join(folder, "event.json")];
    const summaries = join(folder, "summaries");
    await mkdir(artifacts, { recursive: true });
    await mkdir(summaries, { recursive: true });
    await writeFile(payload, JSON.stringify(event.payload));
    await git(folder, "clone", "--quiet", "--no-checkout", playground.origin, workspace);
    await git(workspace, "fetch", "--quiet", "origin", event.ref);
    await git(workspace, "checkout", "--quiet", "--detach", event.sha);
    const before = new Set(await readdir(artifacts));
    const environment = {
      // What GitHub's runner gives the steps of a job with `id-token: write`.
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: ID_TOKEN_REQUEST_TOKEN,
      ACTIONS_ID_TOKEN_REQUEST_URL: "http://127.0.0.1:9/token",
      GITHUB_API_URL: playground.github.url,
      GITHUB_REF: event.ref,
      GITHUB_REPOSITORY: `${playground.github.owner}/${playground.github.repo}`,
      GITHUB_RUN_ATTEMPT: String(number),
      GITHUB_RUN_ID: String(run.id),
      GITHUB_RUN_NUMBER: String(run.number),
      // How act 0.2.89 spells GITHUB_SHA.
      SHA_REF: event.sha,
      NODE_OPTIONS: `--import=${join(import.meta.dirname, "stand-ins/keep-summary.mjs")}`,
      STAND_IN_ARTIFACTS: artifacts,
      STAND_IN_MARK: join(playground.folder, MARK),
      STAND_IN_ORIGIN: playground.origin,
      STAND_IN_SUMMARIES: summaries,
      ...options.env,
    };
    const secrets = { GITHUB_TOKEN: options.token ?? playground.github.token, ...options.secrets };
    const pairs = (flag: string, values: Readonly<Record<string, string>>): string[] =>
      Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
    const started = execa(
      act,
      [
        event.name,
        ...["--workflows", options.workflow ?? CALLER, "--eventpath", payload, "--actor", "robin", "--json"],
        ...["--platform", "ubuntu-latest=-self-hosted", "--pull=false", "--no-cache-server", "--no-skip-checkout"],
        ...["--use-new-action-cache", "--action-cache-path", join(folder, "jobs")],
        ...["--env-file", "--var-file", "--secret-file", "--input-file"].flatMap((flag) => [flag, "/dev/null"]),
        ...replaced.flatMap((repository) => ["--local-repository", repository]),
        ...pairs("--env", environment),
        ...pairs("--secret", secrets),
      ],
      {
        cwd: workspace,
        extendEnv: false,
        env: { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C.UTF-8" },
        stdin: "ignore",
        all: true,
        reject: false,
        timeout: 240_000,
        forceKillAfterDelay: 5000,
      },
    );
    const over = new AbortController();
    const cancelled =
      options.cancelOnFile === undefined
        ? null
        : existence(options.cancelOnFile, over.signal).then(() => started.kill("SIGINT"));
    const { jobs, take } = followJobs(run);
    const said: string[] = [];
    for await (const text of started.iterable({ from: "all" })) said.push(take(text));
    const ended = await started;
    over.abort();
    await cancelled;
    const status = ended.exitCode === 0 ? "success" : "failure";
    const names = (await readdir(artifacts)).toSorted();
    for (const name of names.filter((one) => !before.has(one))) await run.uploadArtifact(name, join(artifacts, name));
    run.complete(status);
    await rm(workspace, { recursive: true, force: true });
    await rm(join(folder, "jobs"), { recursive: true, force: true });
    return {
      id: run.id,
      status,
      jobs,
      log: said.join("\n"),
      summaries: await Promise.all(
        (await readdir(summaries)).toSorted().map((name) => readFile(join(summaries, name), "utf8")),
      ),
      artifacts: names,
      rerun: () => attempt(event, options, run, run.rerun()),
    };
  };

  return {
    async run(event, options = {}) {
      const { name, headSha, headBranch } = event;
      const workflowPath = options.workflow ?? CALLER;
      return attempt(event, options, playground.github.startRun({ event: name, headSha, headBranch, workflowPath }), 1);
    },
  };
}

/** Follows the jobs of a run by act's lines, and has the local GitHub know when each began and ended. */
function followJobs(run: ReturnType<Playground["github"]["startRun"]>) {
  const jobs = new Map<string, Result>();
  const known = new Map<string, ReturnType<typeof run.addJob>>();
  /** Takes a line of act's, and answers what a step said in it. */
  const take = (text: string): string => {
    const line = Line.safeParse(jsonOf(text));
    if (!line.success) return text;
    const { msg, job = "", jobResult } = line.data;
    const name = nameOf(job);
    if (name === null) return msg.trimEnd();
    if (!known.has(job)) known.set(job, run.addJob(`pipelines / ${name}`));
    if (jobResult !== undefined) {
      jobs.set(name, jobResult);
      known.get(job)?.complete(jobResult);
    }
    return msg.trimEnd();
  };
  return { jobs, take };
}

/** Waits for a file, or for the end of what would write it. */
async function existence(file: string, over: AbortSignal): Promise<void> {
  while (!over.aborted && !existsSync(file)) await sleep(100);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** act names a called workflow's job `<calling job>/<workflow>/<job>`, padded, and numbers the rows of a matrix. */
function nameOf(job: string): string | null {
  const [, name] = /^(?:[^/]+\/Pipelines|Plan)\/(.*?)(?:-\d+)?\s*$/.exec(job) ?? [];
  return name ?? null;
}
