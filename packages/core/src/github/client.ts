import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import type { Log } from "../actions/log.ts";

const PatientOctokit = Octokit.plugin(retry, throttling);

export type GitHubClientOptions = {
  readonly token: string;
  /** `GITHUB_API_URL`: GitHub Enterprise Server and tests have their own. */
  readonly apiUrl: string;
  readonly log: Pick<Log, "info" | "warning">;
  readonly timing?: Partial<GitHubTiming>;
};

/** How long the client waits for what. */
export type GitHubTiming = {
  /** One request, its answer's body included. */
  readonly requestTimeoutMs: number;
  /** The base of the growing pause before a repeat after a server error: 1, 4 and 9 times it. */
  readonly retryBaseMs: number;
  /** A rate limit that asks for a longer wait than this is given up on: a runner must not idle for an hour. */
  readonly longestWaitSeconds: number;
  /** Writes keep GitHub's pace (one a second, one in three that notifies people). Off only against a local server. */
  readonly paced: boolean;
};

const TIMING: GitHubTiming = { requestTimeoutMs: 30_000, retryBaseMs: 1000, longestWaitSeconds: 120, paced: true };
const MOST_RATE_LIMIT_REPEATS = 2;

/**
 * A client of GitHub's REST API. Reads and idempotent writes are repeated after server and network errors; a POST never
 * is, since GitHub may answer 5xx and still have done it (`createOnce` looks before it repeats one). A rate limit is
 * waited for within reason: a refused request has done nothing, so that repeat is safe for every method.
 */
export function createGitHubClient(options: GitHubClientOptions): Octokit {
  const timing = { ...TIMING, ...options.timing };
  const waitFor =
    (limit: string) => (seconds: number, request: { method: string; url: string }, _: unknown, repeats: number) => {
      const wait = seconds <= timing.longestWaitSeconds && repeats < MOST_RATE_LIMIT_REPEATS;
      const asked = `GitHub's ${limit} rate limit was met at ${request.method} ${request.url}; it asks for a wait of ${seconds} s`;
      if (wait) options.log.info(`${asked}, which is done`);
      else options.log.warning(`${asked}, which is too long: gave up`);
      return wait;
    };
  const client = new PatientOctokit({
    auth: options.token,
    baseUrl: options.apiUrl.replace(/\/+$/, ""),
    userAgent: "pipelines",
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    retry: {
      // 429 belongs to the throttling plugin alone.
      doNotRetry: [400, 401, 403, 404, 409, 410, 413, 422, 429, 451],
      retryAfterBaseValue: timing.retryBaseMs,
    },
    throttle: {
      enabled: timing.paced,
      onRateLimit: waitFor("primary"),
      onSecondaryRateLimit: waitFor("secondary"),
    },
    request: {
      fetch: (url: string | URL | Request, init?: RequestInit) =>
        fetch(url, { ...init, signal: AbortSignal.timeout(timing.requestTimeoutMs) }),
    },
  });
  client.hook.before("request", (request) => {
    if (request.method === "POST") request.request = { ...request.request, retries: 0 };
  });
  return client;
}
