import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import { unzipSync } from "fflate";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LocalGitHub, startLocalGitHub } from "./server.ts";

const repository = { owner: "acme", repo: "live" };
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const client = (github: LocalGitHub, token = github.token): Octokit =>
  new Octokit({ baseUrl: github.url, auth: token, log: quiet });

/** The status of a refused call. */
async function statusOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return "answered";
  } catch (error) {
    return error instanceof Error && "status" in error ? error.status : error;
  }
}

describe("the local GitHub without git", () => {
  let github: LocalGitHub;
  let octokit: Octokit;
  beforeEach(async () => {
    github = await startLocalGitHub(repository);
    octokit = client(github);
  });
  afterEach(async () => {
    const { violations } = github;
    await github[Symbol.asyncDispose]();
    expect(violations).toEqual([]);
  });

  it("shows the repository", async () => {
    const { data } = await octokit.rest.repos.get(repository);
    expect(data).toMatchObject({ full_name: "acme/live", has_issues: true, default_branch: "main" });
  });

  it("keeps issues: made, found by label and state, closed", async () => {
    const { data: issue } = await octokit.rest.issues.create({
      ...repository,
      title: "Apply failed",
      body: "x",
      labels: ["pipelines"],
    });
    await octokit.rest.issues.create({ ...repository, title: "Something else" });
    const found = await octokit.rest.issues.listForRepo({ ...repository, labels: "pipelines", state: "open" });
    expect(found.data.map(({ number }) => number)).toEqual([issue.number]);
    await octokit.rest.issues.update({
      ...repository,
      issue_number: issue.number,
      state: "closed",
      state_reason: "completed",
    });
    const { data: closed } = await octokit.rest.issues.get({ ...repository, issue_number: issue.number });
    expect(closed).toMatchObject({
      state: "closed",
      state_reason: "completed",
      closed_by: { login: "github-actions[bot]" },
    });
  });

  it("keeps comments: made, changed, deleted, told by whom", async () => {
    const { number } = github.createIssue({ title: "t", author: "robin" });
    github.comment(number, { body: "by a person", author: "robin" });
    const { data } = await octokit.rest.issues.createComment({ ...repository, issue_number: number, body: "first" });
    await octokit.rest.issues.updateComment({ ...repository, comment_id: data.id, body: "second" });
    const listed = await octokit.rest.issues.listComments({ ...repository, issue_number: number });
    expect(listed.data.map(({ body, user }) => [body, user?.login, user?.type])).toEqual([
      ["by a person", "robin", "User"],
      ["second", "github-actions[bot]", "Bot"],
    ]);
    await octokit.rest.issues.deleteComment({ ...repository, comment_id: data.id });
    expect(github.comments(number).map(({ body }) => body)).toEqual(["by a person"]);
  });

  it("refuses a comment that is longer than GitHub allows", async () => {
    const { number } = github.createIssue({ title: "t", author: "robin" });
    const comment = (length: number) =>
      octokit.rest.issues.createComment({ ...repository, issue_number: number, body: "x".repeat(length) });
    expect(await statusOf(comment(65_536))).toBe("answered");
    expect(await statusOf(comment(65_537))).toBe(422);
  });

  it("leads through pages of a long list", async () => {
    const { number } = github.createIssue({ title: "t", author: "robin" });
    for (let index = 0; index < 205; index += 1) github.comment(number, { body: String(index), author: "robin" });
    const all = await octokit.paginate(octokit.rest.issues.listComments, {
      ...repository,
      issue_number: number,
      per_page: 100,
    });
    expect(all.map(({ body }) => body)).toEqual(Array.from({ length: 205 }, (_, index) => String(index)));
    expect(github.requests).toHaveLength(3);
  });

  it("keeps labels and gives them to issues", async () => {
    await octokit.rest.issues.createLabel({ ...repository, name: "drift", color: "fbca04", description: "d" });
    expect(await statusOf(octokit.rest.issues.createLabel({ ...repository, name: "Drift" }))).toBe(422);
    const { number } = github.createIssue({ title: "t", author: "robin" });
    await octokit.rest.issues.addLabels({ ...repository, issue_number: number, labels: ["drift", "new"] });
    await octokit.rest.issues.removeLabel({ ...repository, issue_number: number, name: "new" });
    const { data } = await octokit.rest.issues.listLabelsOnIssue({ ...repository, issue_number: number });
    expect(data).toMatchObject([{ name: "drift", color: "fbca04" }]);
    const labels = await octokit.rest.issues.listLabelsForRepo(repository);
    expect(labels.data.map(({ name }) => name)).toEqual(["drift", "new"]);
  });

  it("assigns only who has access", async () => {
    github.addCollaborator("robin");
    const { number } = github.createIssue({ title: "t", author: "robin" });
    expect((await octokit.rest.issues.checkUserCanBeAssigned({ ...repository, assignee: "robin" })).status).toBe(204);
    expect(await statusOf(octokit.rest.issues.checkUserCanBeAssigned({ ...repository, assignee: "eve" }))).toBe(404);
    const { data } = await octokit.rest.issues.addAssignees({
      ...repository,
      issue_number: number,
      assignees: ["robin", "eve"],
    });
    expect(data.assignees?.map(({ login }) => login)).toEqual(["robin"]);
  });

  it("refuses what is locked, deleted or switched off", async () => {
    const { number } = github.createIssue({ title: "t", author: "robin" });
    const comment = () => octokit.rest.issues.createComment({ ...repository, issue_number: number, body: "b" });
    github.lock(number);
    expect(await statusOf(comment())).toBe(403);
    github.delete(number);
    expect(await statusOf(comment())).toBe(410);
    github.setHasIssues(false);
    expect(await statusOf(octokit.rest.issues.create({ ...repository, title: "t" }))).toBe(410);
  });

  it("knows its tokens and what each may do", async () => {
    github.addToken("reader", "robin", { issues: "read" });
    const create = (token: string) => client(github, token).rest.issues.create({ ...repository, title: "t" });
    expect(await statusOf(create("unknown"))).toBe(401);
    expect(await statusOf(create("reader"))).toBe(403);
    expect(await statusOf(client(github, "reader").rest.issues.listForRepo(repository))).toBe("answered");
    const { data } = await client(github, "reader").rest.users.getAuthenticated();
    expect(data.login).toBe("robin");
    expect(await statusOf(octokit.rest.users.getAuthenticated())).toBe(403);
  });

  it("opens and merges pull requests with made-up commits", async () => {
    const { number } = await github.openPullRequest({ head: "topic", base: "main", title: "t", author: "robin" });
    const { after } = await github.mergePullRequest(number);
    const { data } = await octokit.rest.pulls.get({ ...repository, pull_number: number });
    expect(data).toMatchObject({ merged: true, merge_commit_sha: after, state: "closed" });
    const pulls = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...repository, commit_sha: after });
    expect(pulls.data.map((pull) => pull.number)).toEqual([number]);
  });

  it("shows workflow runs, attempts and jobs", async () => {
    const first = github.startRun({ event: "push", headSha: "a".repeat(40), headBranch: "main" });
    first.addJob("Apply · prod", "failure");
    first.complete("failure");
    first.rerun();
    first.addJob("Apply · prod").complete("success");
    const second = github.startRun({ event: "pull_request", headSha: "b".repeat(40), headBranch: "topic" });
    expect(second.number).toBe(2);
    const runs = await octokit.rest.actions.listWorkflowRuns({
      ...repository,
      workflow_id: "pipelines.yml",
      event: "push",
    });
    expect(runs.data.workflow_runs.map(({ id, run_attempt, status }) => [id, run_attempt, status])).toEqual([
      [first.id, 2, "in_progress"],
    ]);
    const bySha = await octokit.rest.actions.listWorkflowRunsForRepo({ ...repository, head_sha: "b".repeat(40) });
    expect(bySha.data.workflow_runs.map(({ id }) => id)).toEqual([second.id]);
    const { data: run } = await octokit.rest.actions.getWorkflowRun({ ...repository, run_id: first.id });
    expect(run.run_number).toBe(1);
    const last = await octokit.rest.actions.listJobsForWorkflowRun({ ...repository, run_id: first.id });
    expect(last.data.jobs.map(({ conclusion }) => conclusion)).toEqual(["success"]);
    const earlier = await octokit.rest.actions.listJobsForWorkflowRunAttempt({
      ...repository,
      run_id: first.id,
      attempt_number: 1,
    });
    expect(earlier.data.jobs.map(({ conclusion }) => conclusion)).toEqual(["failure"]);
    await octokit.rest.actions.getWorkflowRunAttempt({ ...repository, run_id: first.id, attempt_number: 1 });
    await octokit.rest.actions.getJobForWorkflowRun({ ...repository, job_id: earlier.data.jobs[0]?.id ?? 0 });
  });

  it("gives artifacts as a zip from another place", async () => {
    const run = github.startRun({ event: "push", headSha: "a".repeat(40), headBranch: "main" });
    const id = await run.uploadArtifact("outcome", { "outcome.json": "{}" });
    const listed = await octokit.rest.actions.listWorkflowRunArtifacts({
      ...repository,
      run_id: run.id,
      name: "outcome",
    });
    expect(listed.data.artifacts.map((artifact) => artifact.id)).toEqual([id]);
    const { data } = await octokit.rest.actions.downloadArtifact({
      ...repository,
      artifact_id: id,
      archive_format: "zip",
    });
    if (!(data instanceof ArrayBuffer)) throw new Error("the zip is not bytes");
    expect(Buffer.from(unzipSync(new Uint8Array(data))["outcome.json"] ?? []).toString()).toBe("{}");
  });
});

describe("the page", () => {
  it("shows pull requests, issues and comments as people would see them, and nothing active", async () => {
    await using github = await startLocalGitHub(repository);
    const { number } = await github.openPullRequest({ head: "topic", base: "main", title: "Add <b>", author: "robin" });
    github.comment(number, {
      author: "github-actions[bot]",
      body: "<!-- marker -->\n| unit |\n|---|\n| vpc |\n\n<script>x</script>",
    });
    await github.mergePullRequest(number);
    github.createIssue({ title: "Apply failed", author: "github-actions[bot]", labels: ["pipelines"] });
    const page = await github.page();
    for (const text of ["Add &lt;b&gt;", "<td>vpc</td>", "Merged", "Apply failed", "pipelines", `id="${number}"`]) {
      expect(page).toContain(text);
    }
    expect(page).not.toMatch(/<script|<link|marker|src=|undefined|\[object/);
  });
});

describe("GitHub's description", () => {
  it("need not be installed where nothing is checked", async () => {
    await using github = await startLocalGitHub({ ...repository, validate: false });
    const answer = await fetch(`${github.url}/repos/acme/live/issues?labelz=a`, {
      headers: { authorization: `Bearer ${github.token}` },
    });
    expect([answer.status, github.violations]).toEqual([200, []]);
  });

  it("catches a request that it does not allow, loudly", async () => {
    await using github = await startLocalGitHub(repository);
    const { number } = github.createIssue({ title: "t", author: "robin" });
    const send = (path: string, method: string, body?: unknown) =>
      fetch(`${github.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${github.token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const issues = "/repos/acme/live/issues";
    const wrong = [
      await send(`${issues}/${number}/comments`, "POST", { bod: "hi" }),
      await send(`${issues}/${number}/comments`, "POST", { body: "hi", extra: 1 }),
      await send(`${issues}?state=opened`, "GET"),
      await send(`${issues}?labelz=a`, "GET"),
      await send(`${issues}/one`, "GET"),
    ];
    expect(wrong.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422]);
    expect(wrong[0]?.headers.get("x-local-github-violation")).toContain("body");
    expect(github.violations.map(({ kind }) => kind)).toEqual(["request", "request", "request", "request", "request"]);
    expect((await send("/repos/acme/live/stargazers", "GET")).status).toBe(404);
    expect(github.violations.at(-1)).toMatchObject({ kind: "route", path: "/repos/acme/live/stargazers" });
    expect(github.comments(number)).toEqual([]);
  });

  it("catches a response of ours that it does not allow", async () => {
    await using github = await startLocalGitHub(repository);
    const issue = github.createIssue({ title: "t", author: "robin" });
    github.state.issues.set(issue.number, { ...issue, createdAt: "yesterday" });
    const { headers } = await client(github).rest.issues.get({ ...repository, issue_number: issue.number });
    expect(headers["x-local-github-violation"]).toContain("created_at");
    expect(github.violations).toMatchObject([{ kind: "response", status: 200 }]);
  });
});

describe("faults", () => {
  let github: LocalGitHub;
  let number: number;
  const match = { method: "POST", path: /\/comments$/ };
  const post = () =>
    fetch(`${github.url}/repos/acme/live/issues/${number}/comments`, {
      method: "POST",
      headers: { authorization: `Bearer ${github.token}` },
      body: JSON.stringify({ body: "hi" }),
    });
  beforeEach(async () => {
    github = await startLocalGitHub(repository);
    ({ number } = github.createIssue({ title: "t", author: "robin" }));
  });
  afterEach(() => github[Symbol.asyncDispose]());

  it("answers a sequence of statuses, then works, and leaves other routes alone", async () => {
    github.faults.next(match, { kind: "status", status: 502 }, { kind: "none" }, { kind: "status", status: 500 });
    await client(github).rest.issues.get({ ...repository, issue_number: number });
    const statuses = [(await post()).status, (await post()).status, (await post()).status, (await post()).status];
    expect(statuses).toEqual([502, 201, 500, 201]);
    expect(github.comments(number)).toHaveLength(2);
    expect(github.faults.pending()).toBe(0);
  });

  it.each([
    { fault: { kind: "drop" }, stored: 0 },
    { fault: { kind: "store-then-drop" }, stored: 1 },
  ] as const)("closes the connection ($fault.kind)", async ({ fault, stored }) => {
    github.faults.next(match, fault);
    await expect(post()).rejects.toThrow();
    expect(github.comments(number)).toHaveLength(stored);
  });

  it("stores and answers 502 all the same", async () => {
    github.faults.next(match, { kind: "store-then-status", status: 502 });
    expect((await post()).status).toBe(502);
    expect(github.comments(number)).toHaveLength(1);
  });

  it("answers a web page with 200", async () => {
    github.faults.next(match, { kind: "html" });
    const response = await post();
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(github.comments(number)).toHaveLength(0);
  });

  it("breaks off in the middle of a body", async () => {
    github.faults.next(match, { kind: "truncate" });
    await expect(post().then((response) => response.text())).rejects.toThrow();
  });

  it("never answers", async () => {
    github.faults.next(match, { kind: "hang" });
    const outcome = await Promise.race([
      post().catch(() => "closed"),
      new Promise((done) => setTimeout(done, 200, "waiting")),
    ]);
    expect(outcome).toBe("waiting");
  });

  it("answers late", async () => {
    github.faults.next(match, { kind: "delay", milliseconds: 50 });
    expect((await post()).status).toBe(201);
  });

  it("answers as over a rate limit, for as long as it is told to", async () => {
    github.faults.always(match, { kind: "rate-limit", limit: "primary", seconds: 60 });
    await post();
    const primary = await post();
    expect([primary.status, primary.headers.get("x-ratelimit-remaining")]).toEqual([403, "0"]);
    github.faults.clear();
    github.faults.next(match, { kind: "rate-limit", limit: "secondary", seconds: 7 });
    expect((await post()).headers.get("retry-after")).toBe("7");
    expect((await post()).status).toBe(201);
  });
});

describe("the local GitHub over a bare repository", () => {
  let folder: string;
  let clone: string;
  let github: LocalGitHub;
  let octokit: Octokit;
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=robin", "-c", "user.email=robin@example.com", ...args], {
      cwd: clone,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  /** Commits files on a new branch off main and pushes it. */
  const push = async (branch: string, files: Record<string, string>): Promise<string> => {
    git("fetch", "-q", "origin");
    git("checkout", "-q", "-B", branch, "origin/main");
    for (const [path, content] of Object.entries(files)) await writeFile(join(clone, path), content);
    git("add", "-A");
    git("commit", "-qm", `change on ${branch}`);
    git("push", "-qf", "origin", branch);
    return git("rev-parse", "HEAD");
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "local-github-"));
    clone = folder;
    git("init", "-q", "--bare", "-b", "main", "origin.git");
    git("clone", "-q", "origin.git", "clone");
    clone = join(folder, "clone");
    await writeFile(join(clone, "a.txt"), "one\n");
    git("checkout", "-q", "-B", "main");
    git("add", "-A");
    git("commit", "-qm", "first");
    git("push", "-q", "origin", "main");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    github = await startLocalGitHub({ ...repository, gitFolder: join(folder, "origin.git") });
    octokit = client(github);
  });
  afterEach(async () => {
    const { violations } = github;
    await github[Symbol.asyncDispose]();
    expect(violations).toEqual([]);
  });

  it("shows what a pull request proposes and keeps its refs", async () => {
    const head = await push("proposal", { "a.txt": "two\n", "b.txt": "new\n" });
    const { number } = await github.openPullRequest({ head: "proposal", base: "main", title: "t", author: "robin" });
    const files = await octokit.rest.pulls.listFiles({ ...repository, pull_number: number });
    expect(
      files.data.map(({ filename, status, additions, deletions }) => [filename, status, additions, deletions]),
    ).toEqual([
      ["a.txt", "modified", 1, 1],
      ["b.txt", "added", 1, 0],
    ]);
    const { data } = await octokit.rest.pulls.get({ ...repository, pull_number: number });
    expect(data).toMatchObject({ mergeable: true, commits: 1, changed_files: 2, head: { sha: head, ref: "proposal" } });
    expect((await octokit.rest.pulls.listCommits({ ...repository, pull_number: number })).data).toHaveLength(1);
    git("fetch", "-q", "origin", `refs/pull/${number}/merge`);
    expect(git("rev-parse", "FETCH_HEAD^1", "FETCH_HEAD^2").split("\n")).toEqual([
      git("rev-parse", "origin/main"),
      head,
    ]);
    const found = await octokit.rest.pulls.list({
      ...repository,
      head: "acme:proposal",
      base: "main",
      sort: "updated",
    });
    expect(found.data.map((pull) => pull.number)).toEqual([number]);
  });

  it("follows the head and tells a conflict", async () => {
    await push("conflict", { "c.txt": "mine\n" });
    const { number } = await github.openPullRequest({ head: "conflict", base: "main", title: "t", author: "robin" });
    const moved = await push("conflict", { "c.txt": "mine again\n" });
    expect(await github.updateHead(number)).toBe(moved);
    await push("other", { "c.txt": "theirs\n" });
    const other = await github.openPullRequest({ head: "other", base: "main", title: "t", author: "robin" });
    await github.mergePullRequest(other.number);
    const { data } = await octokit.rest.pulls.get({ ...repository, pull_number: number });
    expect(data).toMatchObject({ mergeable: false, merge_commit_sha: null });
    expect(await statusOf(octokit.rest.pulls.merge({ ...repository, pull_number: number }))).toBe(405);
  });

  it.each(["merge", "squash", "rebase"] as const)(
    "merges in git (%s) and knows whose commits they are",
    async (method) => {
      const head = await push(`by-${method}`, { [`${method}.txt`]: "x\n" });
      const { number } = await github.openPullRequest({
        head: `by-${method}`,
        base: "main",
        title: "Title",
        author: "robin",
      });
      const { before, after } = await github.mergePullRequest(number, { method });
      git("fetch", "-q", "origin");
      expect(git("rev-parse", "origin/main")).toBe(after);
      expect(git("rev-parse", `${after}^1`)).toBe(before);
      expect(git("show", `${after}:${method}.txt`)).toBe("x");
      for (const commit_sha of [head, after]) {
        const pulls = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...repository, commit_sha });
        expect(pulls.data.map((pull) => pull.number)).toEqual([number]);
      }
      const payload = await github.pushEvent(before, after);
      expect(payload).toMatchObject({
        ref: "refs/heads/main",
        before,
        after,
        forced: false,
        created: false,
        deleted: false,
      });
    },
  );

  it("bears many readers at once while a branch moves", async () => {
    await push("busy", { "busy.txt": "1\n" });
    const { number } = await github.openPullRequest({ head: "busy", base: "main", title: "t", author: "robin" });
    const head = await push("busy", { "busy.txt": "2\n" });
    const read = () => octokit.rest.pulls.get({ ...repository, pull_number: number });
    const answers = await Promise.all([read(), read(), read(), read()]);
    expect(new Set(answers.map(({ data }) => data.head.sha))).toEqual(new Set([head]));
    expect(new Set(answers.map(({ data }) => data.merge_commit_sha)).size).toBe(1);
  });

  it("builds the event of a pull request", async () => {
    const head = await push("event", { "event.txt": "x\n" });
    const { number } = await github.openPullRequest({ head: "event", base: "main", title: "t", author: "robin" });
    const event = await github.pullRequestEvent(number, "opened");
    expect(event).toMatchObject({ ref: `refs/pull/${number}/merge`, headSha: head, headBranch: "event" });
    expect(event.payload).toMatchObject({
      action: "opened",
      number,
      pull_request: {
        head: { sha: head, repo: { full_name: "acme/live", fork: false } },
        user: { login: "robin", type: "User" },
        merged: false,
      },
      repository: { full_name: "acme/live", default_branch: "main" },
    });
  });

  it("writes git data and opens a pull request with it", async () => {
    const { data: main } = await octokit.rest.git.getRef({ ...repository, ref: "heads/main" });
    const { data: commit } = await octokit.rest.git.getCommit({ ...repository, commit_sha: main.object.sha });
    const { data: blob } = await octokit.rest.git.createBlob({ ...repository, content: "aGk=", encoding: "base64" });
    const { data: tree } = await octokit.rest.git.createTree({
      ...repository,
      base_tree: commit.tree.sha,
      tree: [
        { path: "new/unit/file.txt", mode: "100644", type: "blob", sha: blob.sha },
        { path: "inline.txt", mode: "100644", type: "blob", content: "inline" },
        { path: "a.txt", mode: "100644", type: "blob", sha: null },
      ],
    });
    const { data: made } = await octokit.rest.git.createCommit({
      ...repository,
      message: "m",
      tree: tree.sha,
      parents: [commit.sha],
    });
    await octokit.rest.git.createRef({ ...repository, ref: "refs/heads/pipelines/account", sha: made.sha });
    expect(
      await statusOf(octokit.rest.git.createRef({ ...repository, ref: "refs/heads/pipelines/account", sha: made.sha })),
    ).toBe(422);
    const { data: pull } = await octokit.rest.pulls.create({
      ...repository,
      head: "pipelines/account",
      base: "main",
      title: "Account",
    });
    const again = octokit.rest.pulls.create({
      ...repository,
      head: "pipelines/account",
      base: "main",
      title: "Account",
    });
    expect(await statusOf(again)).toBe(422);
    const files = await octokit.rest.pulls.listFiles({ ...repository, pull_number: pull.number });
    expect(files.data.map(({ filename, status }) => `${status} ${filename}`)).toEqual([
      "removed a.txt",
      "added inline.txt",
      "added new/unit/file.txt",
    ]);
    await octokit.rest.git.updateRef({ ...repository, ref: "heads/pipelines/account", sha: commit.sha, force: true });
    await octokit.rest.git.deleteRef({ ...repository, ref: "heads/pipelines/account" });
    expect(await statusOf(octokit.rest.git.getRef({ ...repository, ref: "heads/pipelines/account" }))).toBe(404);
    expect(
      (await octokit.rest.pulls.update({ ...repository, pull_number: pull.number, state: "closed" })).data.state,
    ).toBe("closed");
  });

  it("reads trees, contents, commits and comparisons", async () => {
    const head = await push("compared", { "d.txt": "d\n" });
    const { data: tree } = await octokit.rest.git.getTree({ ...repository, tree_sha: head, recursive: "1" });
    expect(tree.tree.map(({ path }) => path)).toContain("d.txt");
    const { data: file } = await octokit.rest.repos.getContent({ ...repository, path: "d.txt", ref: "compared" });
    expect(file).toMatchObject({ type: "file", content: Buffer.from("d\n").toString("base64") });
    const { data: root } = await octokit.rest.repos.getContent({ ...repository, path: "" });
    expect(root).toEqual(expect.arrayContaining([expect.objectContaining({ name: "a.txt", type: "file" })]));
    expect((await octokit.rest.repos.getCommit({ ...repository, ref: "compared" })).data.sha).toBe(head);
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      ...repository,
      basehead: "main...compared",
    });
    expect(data).toMatchObject({ status: "ahead", ahead_by: 1 });
    expect((await octokit.rest.git.listMatchingRefs({ ...repository, ref: "heads/comp" })).data).toHaveLength(1);
    const blob = tree.tree.find(({ path }) => path === "d.txt")?.sha ?? "";
    expect((await octokit.rest.git.getBlob({ ...repository, file_sha: blob })).data.encoding).toBe("base64");
  });
});
