import type { Assessment } from "@pipelines/core/contracts/assessment";
import { z } from "zod";
import type { RunFacts } from "./report/model.ts";

/** What GitHub says about a run, as `@actions/github` reads it from a step's environment. */
const GitHub = z.object({
  repo: z.object({ owner: z.string().min(1), repo: z.string().min(1) }),
  runId: z.int().positive(),
  runNumber: z.int().positive(),
  runAttempt: z.int().positive(),
  serverUrl: z.url(),
  apiUrl: z.url(),
  sha: z.string().min(7),
  eventName: z.string().min(1),
  actor: z.string().optional(),
  payload: z.unknown(),
});

const Payload = z.object({
  pull_request: z.object({ number: z.int().positive(), head: z.object({ sha: z.string() }) }).optional(),
});

export type RunContextFacts = {
  readonly repository: { readonly owner: string; readonly repo: string };
  readonly fullName: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly attempt: number;
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly runUrl: string;
  readonly sha: string;
  readonly event: string;
  /** Who caused the run; a bot's name ends in `[bot]`. */
  readonly actor: string | null;
  readonly pullRequest: { readonly number: number; readonly headSha: string } | null;
};

/** @throws Error naming what is missing when this is no step of a GitHub Actions run */
export function readRunContext(github: unknown): RunContextFacts {
  const read = GitHub.safeParse(github);
  if (!read.success) {
    throw new Error(`this needs the environment of a GitHub Actions step:\n${z.prettifyError(read.error)}`);
  }
  const { repo, runId, runNumber, runAttempt, serverUrl, apiUrl, sha, eventName, actor, payload } = read.data;
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
    event: eventName,
    actor: actor ?? null,
    pullRequest: pullRequestOf(payload),
  };
}

/** The link to a job's log: its own page when its id is known, else the run's. */
export function logUrlOf(context: RunContextFacts, checkRunId: string | null): string {
  if (checkRunId === null || !/^[1-9]\d*$/.test(checkRunId)) return context.runUrl;
  return `${context.serverUrl}/${context.fullName}/actions/runs/${context.runId}/job/${checkRunId}`;
}

/** The facts of a run that its report shows. */
export function runFactsOf(
  context: RunContextFacts,
  assessment: Assessment | null,
  people: { readonly pullRequest: number | null; readonly assignee: string | null },
): RunFacts {
  return {
    repository: context.fullName,
    runId: context.runId,
    runNumber: context.runNumber,
    attempt: context.attempt,
    runUrl: context.runUrl,
    serverUrl: context.serverUrl,
    commit:
      assessment?.comparison.pullRequest?.headSha ??
      context.pullRequest?.headSha ??
      assessment?.comparison.head ??
      context.sha,
    ...people,
    event: context.event,
  };
}

/** A payload that can't be understood is no reason to keep silent: the report then goes to the summary alone. */
function pullRequestOf(payload: unknown): RunContextFacts["pullRequest"] {
  const { pull_request } = Payload.safeParse(payload).data ?? {};
  return pull_request === undefined ? null : { number: pull_request.number, headSha: pull_request.head.sha };
}
