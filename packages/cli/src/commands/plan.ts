import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import { executionOf } from "@pipelines/core/contracts/execution";
import type { Job } from "@pipelines/core/contracts/job";
import type { JobOutcome } from "@pipelines/core/contracts/outcome";
import { MissingCommitError, openRepository, type Repository } from "@pipelines/core/git/repository";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { collectOutcomes } from "@pipelines/dispatcher/collect/outcomes";
import { readOutcomes } from "@pipelines/dispatcher/collect/read-outcomes";
import { renderTerminal } from "@pipelines/dispatcher/render/terminal";
import { buildReport } from "@pipelines/dispatcher/report/model";
import { execute } from "@pipelines/executor/execute";
import { assess } from "../assess.ts";
import { stopOnInterrupt } from "../interrupt.ts";
import { type JobProgress, runWithProgress } from "../progress.ts";
import { checkedOutFolder } from "../repository-folder.ts";
import { briefly, commitOfDisk, uncommittedFiles } from "../uncommitted.ts";
import { underWay } from "../watch.ts";

export type PlanOptions = {
  readonly repo: string;
  readonly base?: string;
  readonly config?: string;
};

/**
 * Plans what the checkout changes, committed or not, with the terminal's own credentials. Answers the exit code.
 *
 * @throws StoppedError when it was stopped before anything was planned
 */
export async function plan(options: PlanOptions): Promise<number> {
  const folder = await checkedOutFolder(options.repo);
  const configurationFile = options.config === undefined ? null : resolve(options.config);
  const repository = openRepository(folder, toolEnvironment(process.env));
  const base = options.base ?? (await deployBranch(repository));
  const files = await uncommittedFiles(folder);
  if (files.length > 0) process.stderr.write(`Planned with what is not committed: ${briefly(files)}.\n`);
  const head = files.length > 0 ? await commitOfDisk(folder) : "HEAD";
  const calls = underWay();
  using stop = stopOnInterrupt(calls.list);
  const wanted = { base, head, event: "pull_request", extent: "affected", config: configurationFile } as const;
  const assessment = await assess(folder, wanted, calls, stop.signal);
  const outcomes = await mkdtemp(join(tmpdir(), "pipelines-plan-"));
  try {
    const context = { assessment, folder, configurationFile, outcomes, stop: stop.signal };
    await runWithProgress(assessment.jobs, calls, (job, progress) => planJob(job, { ...context, progress }));
    const report = buildReport(assessment, collectOutcomes(assessment.jobs, await readOutcomes(outcomes)), {
      repository: "",
      runId: "",
      runNumber: 1,
      attempt: 1,
      runUrl: "",
      serverUrl: "",
      commit: assessment.comparison.head,
      pullRequest: null,
      assignee: null,
      event: "local",
      ref: assessment.comparison.event.ref,
      tip: assessment.comparison.head,
      before: null,
    });
    process.stdout.write(`${renderTerminal(report, { plans: true }).trimEnd()}\n`);
    if (stop.signal.aborted) return 130;
    return report.status === "success" ? 0 : 1;
  } finally {
    await rm(outcomes, { recursive: true, force: true });
  }
}

type PlanContext = {
  readonly assessment: Assessment;
  readonly folder: string;
  readonly configurationFile: string | null;
  readonly outcomes: string;
  readonly stop: AbortSignal;
  readonly progress: JobProgress;
};

function planJob(job: Job, context: PlanContext): Promise<JobOutcome> {
  return execute(
    {
      repository: openRepository(context.folder, toolEnvironment(process.env)),
      environment: process.env,
      pullRequests: null,
      earlier: { ends: new Map(), applies: new Set() },
      stop: context.stop,
      progress: context.progress,
    },
    executionOf(context.assessment, job, {
      repositoryFolder: context.folder,
      configurationFile: context.configurationFile,
      folder: context.outcomes,
      attempt: 1,
    }),
  );
}

/** The deploy branch as origin has it, else the local one. */
async function deployBranch(repository: Repository): Promise<string> {
  for (const revision of ["origin/HEAD", "origin/main", "main"]) {
    if ((await repository.resolve(revision)) !== null) return revision;
  }
  throw new MissingCommitError("origin/main", "Name the deploy branch with --base.");
}
