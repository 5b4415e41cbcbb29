import { readFile } from "node:fs/promises";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import { z } from "zod";
import type { RunFacts } from "./report/model.ts";

/** What GitHub says about a run in a step's environment. */
const Environment = z.object({
  GITHUB_REPOSITORY: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  GITHUB_RUN_ID: z.string().regex(/^\d+$/),
  GITHUB_RUN_NUMBER: z.coerce.number().int().positive(),
  GITHUB_RUN_ATTEMPT: z.coerce.number().int().positive(),
  GITHUB_SERVER_URL: z.url(),
  GITHUB_API_URL: z.url(),
  GITHUB_SHA: z.string().min(7),
  GITHUB_EVENT_NAME: z.string().min(1),
  GITHUB_EVENT_PATH: z.string().optional(),
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
  readonly pullRequest: { readonly number: number; readonly headSha: string } | null;
};

/** @throws Error naming the variable when this is no step of a GitHub Actions run */
export async function readRunContext(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RunContextFacts> {
  const read = Environment.safeParse(environment);
  if (!read.success) {
    throw new Error(`this needs the environment of a GitHub Actions step:\n${z.prettifyError(read.error)}`);
  }
  const known = read.data;
  const [owner = "", repo = ""] = known.GITHUB_REPOSITORY.split("/");
  const attempt = known.GITHUB_RUN_ATTEMPT;
  return {
    repository: { owner, repo },
    fullName: known.GITHUB_REPOSITORY,
    runId: known.GITHUB_RUN_ID,
    runNumber: known.GITHUB_RUN_NUMBER,
    attempt,
    apiUrl: known.GITHUB_API_URL,
    serverUrl: known.GITHUB_SERVER_URL,
    runUrl: `${known.GITHUB_SERVER_URL}/${known.GITHUB_REPOSITORY}/actions/runs/${known.GITHUB_RUN_ID}${attempt > 1 ? `/attempts/${attempt}` : ""}`,
    sha: known.GITHUB_SHA,
    event: known.GITHUB_EVENT_NAME,
    pullRequest: await pullRequestOf(known.GITHUB_EVENT_PATH),
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
  pullRequest: number | null,
): RunFacts {
  return {
    repository: context.fullName,
    runNumber: context.runNumber,
    attempt: context.attempt,
    runUrl: context.runUrl,
    serverUrl: context.serverUrl,
    commit:
      assessment?.comparison.pullRequest?.headSha ??
      context.pullRequest?.headSha ??
      assessment?.comparison.head ??
      context.sha,
    pullRequest,
    event: context.event,
  };
}

/** A payload that can't be read is no reason to keep silent: the report then goes to the summary alone. */
async function pullRequestOf(file: string | undefined): Promise<RunContextFacts["pullRequest"]> {
  if (file === undefined) return null;
  try {
    const payload = Payload.parse(JSON.parse(await readFile(file, "utf8")));
    return payload.pull_request === undefined
      ? null
      : { number: payload.pull_request.number, headSha: payload.pull_request.head.sha };
  } catch {
    return null;
  }
}
