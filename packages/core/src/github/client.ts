import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import type { Log } from "../actions/log.ts";

const PatientOctokit = Octokit.plugin(retry, throttling);

/** A repository as GitHub's API names it. */
export type GitHubRepository = { readonly owner: string; readonly repo: string };

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
  /** A rate limit that does not say how long it lasts. */
  readonly unsaidWaitSeconds: number;
  /** From the client's creation on: what has not been done by then is given up, so that a job never hangs on GitHub. */
  readonly totalMs: number;
  /** Writes keep GitHub's pace (one a second, one in three that notifies people). Off only against a local server. */
  readonly paced: boolean;
};

const TIMING: GitHubTiming = {
  requestTimeoutMs: 30_000,
  retryBaseMs: 1000,
  longestWaitSeconds: 120,
  unsaidWaitSeconds: 60,
  totalMs: 280_000,
  paced: true,
};
const MOST_RATE_LIMIT_REPEATS = 2;

/**
 * A client of GitHub's REST API. Reads and idempotent writes are repeated after server and network errors; a POST never
 * is, since GitHub may answer 5xx and still have done it (`createOnce` looks before it repeats one). A rate limit is
 * waited for within reason: a refused request has done nothing, so that repeat is safe for every method.
 */
export function createGitHubClient(options: GitHubClientOptions): Octokit {
  const timing = { ...TIMING, ...options.timing };
  const end = Date.now() + timing.totalMs;
  const waitFor =
    (limit: string) => (seconds: number, request: { method: string; url: string }, _: unknown, repeats: number) => {
      const inTime = seconds <= timing.longestWaitSeconds && Date.now() + seconds * 1000 < end;
      const wait = inTime && repeats < MOST_RATE_LIMIT_REPEATS;
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
      fallbackSecondaryRateRetryAfter: timing.unsaidWaitSeconds,
      onRateLimit: waitFor("primary"),
      onSecondaryRateLimit: waitFor("secondary"),
    },
    request: {
      fetch: async (url: string | URL | Request, init?: RequestInit) => {
        const left = Math.max(0, Math.min(timing.requestTimeoutMs, end - Date.now()));
        return inGitHubsWords(await fetch(url, { ...init, signal: AbortSignal.timeout(left) }));
      },
    },
  });
  client.hook.before("request", (request) => {
    if (request.method === "POST") request.request = { ...request.request, retries: 0 };
  });
  return client;
}

/**
 * What stands between us and GitHub answers in its own words. A plain 429 is a secondary limit, which the throttling
 * plugin knows by its message only; a web page in place of an answer is a server error.
 */
async function inGitHubsWords(response: Response): Promise<Response> {
  if (response.status === 429 && response.headers.get("x-ratelimit-remaining") !== "0") {
    return refusal(429, `secondary rate limit: ${(await response.text()).slice(0, 300)}`, response.headers);
  }
  if (response.ok && response.headers.get("content-type")?.startsWith("text/html") === true) {
    return refusal(502, "a web page came in place of an answer", response.headers);
  }
  return response;
}

function refusal(status: number, message: string, from: Headers): Response {
  const headers = new Headers(from);
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify({ message }), { status, headers });
}
