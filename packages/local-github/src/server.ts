import { createServer, type RequestListener, type Server } from "node:http";
import { addComment, addIssue, setIssueState } from "./conversations.ts";
import {
  type PullRequestAction,
  type PullRequestEvent,
  type PushOptions,
  pullRequestEvent,
  pushEvent,
} from "./events.ts";
import { createFaults, type Faults } from "./faults.ts";
import { openBareRepository } from "./git/bare-repository.ts";
import { createValidator, lenient, type Violation } from "./openapi.ts";
import { renderPage } from "./page/page.ts";
import {
  findPullRequest,
  type Merged,
  type MergeMethod,
  mergePullRequest,
  openPullRequest,
  refreshPullRequest,
} from "./pull-requests.ts";
import { respond, type Served } from "./respond.ts";
import { createRouter } from "./router.ts";
import { allRoutes } from "./routes/all.ts";
import { type NewRun, type RunHandle, startRun } from "./runs.ts";
import { type Comment, commentsOf, createState, type Issue, type Permissions, type State, userOf } from "./state.ts";
import type { World } from "./world.ts";

export type LocalGitHubOptions = {
  readonly owner?: string;
  readonly repo?: string;
  /** A bare git repository. Without one commits are made up and the git routes answer 409. */
  readonly gitFolder?: string;
  readonly defaultBranch?: string;
  /** Check everything against GitHub's description; default true. Off, the description need not be installed. */
  readonly validate?: boolean;
  /** Default: any free one. */
  readonly port?: number;
  /** `GITHUB_SERVER_URL`: the start of addresses for people. */
  readonly serverUrl?: string;
  readonly clock?: () => Date;
};

/** A running stand-in for GitHub with one repository, for tests and the demo. */
export type LocalGitHub = AsyncDisposable & {
  /** `GITHUB_API_URL`. */
  readonly url: string;
  readonly owner: string;
  readonly repo: string;
  /** A token of `github-actions[bot]` that may do everything. */
  readonly token: string;
  /** What is stored. A test may read it, and change what has no method here. */
  readonly state: State;
  readonly faults: Faults;
  /** What broke GitHub's description so far; a test asserts that it is empty. */
  readonly violations: readonly Violation[];
  /** Every request so far, in order of its answer. */
  readonly requests: readonly Served[];
  /** Makes a token known; default: every permission. */
  addToken(token: string, login: string, permissions?: Permissions): void;
  /** Gives somebody access to the repository: who has it can be assigned. */
  addCollaborator(login: string): void;
  createIssue(fields: { title: string; body?: string; author: string; labels?: readonly string[] }): Issue;
  comment(number: number, fields: { body: string; author: string }): Comment;
  comments(number: number): Comment[];
  close(number: number, by?: string): void;
  reopen(number: number, by?: string): void;
  /** Locks the conversation: comments are refused with 403. */
  lock(number: number): void;
  /** Deletes an issue: it answers 410 from now on. */
  delete(number: number): void;
  /** Switches issues on or off; off, creating one answers 410. */
  setHasIssues(enabled: boolean): void;
  openPullRequest(fields: {
    head: string;
    base: string;
    title: string;
    body?: string;
    author: string;
    draft?: boolean;
  }): Promise<Issue>;
  /** Looks at a pull request's branches again, as GitHub does after a push, and answers its head's commit. */
  updateHead(number: number): Promise<string>;
  mergePullRequest(number: number, options?: { method?: MergeMethod; by?: string }): Promise<Merged>;
  pullRequestEvent(number: number, action: PullRequestAction): Promise<PullRequestEvent>;
  pushEvent(before: string, after: string, options?: PushOptions): Promise<Readonly<Record<string, unknown>>>;
  startRun(fields: NewRun): RunHandle;
  /** Everything stored as one web page, as people on GitHub would see it. */
  page(): Promise<string>;
};

const EVERYTHING: Permissions = {
  ...{ contents: "write", issues: "write", pull_requests: "write", actions: "write", statuses: "write" },
};
const TOKEN = "local-token";

/** Starts a local GitHub on 127.0.0.1. Dispose of it to close its port and every connection. */
export async function startLocalGitHub(options: LocalGitHubOptions = {}): Promise<LocalGitHub> {
  const { owner = "acme", repo = "infrastructure-live", gitFolder, serverUrl = "https://github.com" } = options;
  const clock = options.clock ?? (() => new Date());
  const state = createState();
  state.tokens.set(TOKEN, { login: "github-actions[bot]", permissions: EVERYTHING });
  state.collaborators.add(owner);
  const validator = options.validate === false ? lenient : await createValidator(allRoutes);
  const { faults, take } = createFaults();
  const violations: Violation[] = [];
  const requests: Served[] = [];

  const downloads = await listen(downloadsOf(state), 0);
  const api = await listen((request, response) => {
    respond({ world, route, oneByOne, validator, takeFault: take, violations, requests }, request, response).catch(
      (error: unknown) => {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        violations.push({
          kind: "response",
          method: request.method ?? "",
          path: request.url ?? "",
          status: 500,
          errors: [message],
        });
        if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
        response.end(JSON.stringify({ message }));
      },
    );
  }, options.port ?? 0);
  const route = createRouter(allRoutes);
  const oneByOne = createQueue();
  const world: World = {
    owner,
    repo,
    defaultBranch: options.defaultBranch ?? "main",
    serverUrl,
    apiUrl: api.url,
    downloadUrl: downloads.url,
    state,
    git: gitFolder === undefined ? null : openBareRepository(gitFolder),
    now: () => clock().toISOString().replace(/\.\d+/, ""),
  };
  const issueOf = (number: number): Issue => {
    const issue = state.issues.get(number);
    if (issue === undefined) throw new Error(`there is no issue or pull request #${number}`);
    return issue;
  };
  return {
    url: api.url,
    owner,
    repo,
    token: TOKEN,
    state,
    faults,
    violations,
    requests,
    addToken(token, login, permissions = EVERYTHING) {
      state.tokens.set(token, { login, permissions });
    },
    addCollaborator(login) {
      userOf(state, login);
      state.collaborators.add(login);
    },
    createIssue: ({ title, body, author, labels }) =>
      addIssue(world, { title, body: body ?? null, user: userOf(state, author), labels: labels ?? [] }),
    comment: (number, { body, author }) => addComment(world, issueOf(number), userOf(state, author), body),
    comments: (number) => commentsOf(state, number),
    close: (number, by = owner) => setIssueState(world, issueOf(number), "closed", userOf(state, by)),
    reopen: (number, by = owner) => setIssueState(world, issueOf(number), "open", userOf(state, by)),
    lock(number) {
      issueOf(number).locked = true;
    },
    delete(number) {
      issueOf(number).deleted = true;
    },
    setHasIssues(enabled) {
      state.hasIssues = enabled;
    },
    openPullRequest: ({ body, author, ...fields }) =>
      openPullRequest(world, { ...fields, body: body ?? null, author: userOf(state, author) }),
    async updateHead(number) {
      const issue = findPullRequest(world, number);
      await refreshPullRequest(world, issue);
      return issue.pull.headSha;
    },
    mergePullRequest(number, { method = "merge", by } = {}) {
      const issue = findPullRequest(world, number);
      return mergePullRequest(world, issue, method, by === undefined ? issue.user : userOf(state, by));
    },
    pullRequestEvent: (number, action) => pullRequestEvent(world, number, action),
    pushEvent: (before, after, push) => pushEvent(world, before, after, push),
    startRun: (fields) => startRun(world, fields),
    page: () => renderPage(world),
    async [Symbol.asyncDispose]() {
      await Promise.all([api.close(), downloads.close()]);
    },
  };
}

/** Does one thing at a time, in the order of asking: git's refs bear no two writers. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Where artifacts are: a store of its own that refuses GitHub's token, as the real one does. */
function downloadsOf(state: State): RequestListener {
  return (request, response) => {
    const [, id] = /^\/artifacts\/(\d+)\.zip\?signature=local$/.exec(request.url ?? "") ?? [];
    const artifact = state.artifacts.get(Number(id));
    if (request.headers.authorization !== undefined) response.writeHead(401).end("InvalidAuthenticationInfo");
    else if (artifact === undefined) response.writeHead(404).end("BlobNotFound");
    else response.writeHead(200, { "content-type": "application/zip" }).end(artifact.zip);
  };
}

async function listen(listener: RequestListener, port: number): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
