import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { z } from "zod";
import type { RunFacts } from "../report/model.ts";

/** What GitHub says about a run, as `@actions/github` reads it from a step's environment. */
const Context = z.object({
  repo: z.object({ owner: z.string().min(1), repo: z.string().min(1) }),
  runId: z.int().positive(),
  runNumber: z.int().positive(),
  runAttempt: z.int().positive(),
  serverUrl: z.url(),
  apiUrl: z.url(),
  sha: z.string().min(7),
  ref: z.string().min(1),
  eventName: z.string().min(1),
  actor: z.string().optional(),
  payload: z.unknown(),
});

const Payload = z.object({
  pull_request: z.object({ number: z.int().positive(), head: z.object({ sha: z.string() }) }).optional(),
  before: z.string().optional(),
});

/** The run of GitHub Actions that this process is a step of. */
export type GitHubRun = {
  readonly repository: GitHubRepository;
  readonly fullName: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly attempt: number;
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly runUrl: string;
  readonly sha: string;
  readonly ref: string;
  readonly event: string;
  /** Who caused the run; a bot's name ends in `[bot]`. */
  readonly actor: string | null;
  readonly pullRequest: { readonly number: number; readonly headSha: string } | null;
  /** The tip that a push replaced. */
  readonly before: string | null;
};

/** @throws Error that names what is missing when this is no step of a GitHub Actions run */
export function readGitHubRun(context: unknown): GitHubRun {
  const read = Context.safeParse(context);
  if (!read.success) {
    throw new Error(`this needs the environment of a GitHub Actions step:\n${z.prettifyError(read.error)}`);
  }
  const { repo, runId, runNumber, runAttempt, serverUrl, apiUrl, sha, ref, eventName, actor, payload } = read.data;
  const fullName = `${repo.owner}/${repo.repo}`;
  const later = runAttempt > 1 ? `/attempts/${runAttempt}` : "";
  return {
    repository: repo,
    fullName,
    runId: String(runId),
    runNumber,
    attempt: runAttempt,
    apiUrl,
    serverUrl,
    runUrl: `${serverUrl}/${fullName}/actions/runs/${runId}${later}`,
    sha,
    ref,
    event: eventName,
    actor: actor ?? null,
    ...pointersOf(payload),
  };
}

/** The link to a job's log: its own page when its id is known, else the run's. */
export function logUrlOf(run: GitHubRun, checkRunId: string | null): string {
  if (checkRunId === null || !/^[1-9]\d*$/.test(checkRunId)) return run.runUrl;
  return `${run.serverUrl}/${run.fullName}/actions/runs/${run.runId}/job/${checkRunId}`;
}

/** The facts of a run that its report shows. */
export function runFactsOf(
  run: GitHubRun,
  assessment: Assessment | null,
  people: { readonly pullRequest: number | null; readonly assignee: string | null },
): RunFacts {
  return {
    repository: run.fullName,
    runId: run.runId,
    runNumber: run.runNumber,
    attempt: run.attempt,
    runUrl: run.runUrl,
    serverUrl: run.serverUrl,
    commit:
      assessment?.comparison.pullRequest?.headSha ?? run.pullRequest?.headSha ?? assessment?.comparison.head ?? run.sha,
    ...people,
    event: run.event,
    ref: run.ref,
    tip: run.sha,
    before: run.before,
  };
}

/** A payload that can't be understood does not stop the report: it then goes to the summary alone. */
function pointersOf(payload: unknown): Pick<GitHubRun, "pullRequest" | "before"> {
  const { pull_request, before } = Payload.safeParse(payload).data ?? {};
  return {
    pullRequest: pull_request === undefined ? null : { number: pull_request.number, headSha: pull_request.head.sha },
    before: before ?? null,
  };
}
