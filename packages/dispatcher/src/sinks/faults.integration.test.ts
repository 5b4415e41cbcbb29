import { createGitHubClient, type GitHubTiming } from "@pipelines/core/github/client";
import type { Fault } from "@pipelines/local-github/faults";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { failed, reportOf, type Sketch } from "../../test/build.ts";
import { type Publication, publishReport, type Sink } from "./sink.ts";
import { sinksOf } from "./sinks.ts";

/** The sinks of a run on a GitHub, with what the client logged about waits. */
function sinksOn(github: LocalGitHub, timing: Partial<GitHubTiming> = {}): { sinks: Sink[]; said: string[] } {
  const said: string[] = [];
  const log = { info: (line: string) => said.push(line), warning: (line: string) => said.push(line) };
  const client = createGitHubClient({
    token: github.token,
    apiUrl: github.url,
    log,
    timing: { paced: false, retryBaseMs: 1, ...timing },
  });
  const repository = { owner: github.owner, repo: github.repo };
  return { said, sinks: sinksOf({ client, token: "ghs_as_the_workflow", repository, summaryFile: SUMMARY }) };
}

/** A GitHub on which 3 is a pull request. In the end every request has to have been valid by GitHub's own description. */
async function withPullRequest(): Promise<LocalGitHub> {
  const server = await startLocalGitHub();
  const github: LocalGitHub = {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      expect(server.violations).toEqual([]);
    },
  };
  for (const title of ["one", "two"]) github.createIssue({ title, author: "mona" });
  await github.openPullRequest({ head: "feature", base: "main", title: "three", author: "mona" });
  return github;
}

const SUMMARY = "/dev/null";
const planned: Sketch = { units: [{ path: "prod/vpc", creates: 1 }] };
const broken: Sketch = { mode: "apply", units: [{ path: "prod/vpc", end: failed() }] };
const kinds = (publications: readonly Publication[]) =>
  Object.fromEntries(publications.map(({ sink, result }) => [sink, result.kind]));
const causeOf = (publications: readonly Publication[], name: string): string => {
  const result = publications.find(({ sink }) => sink === name)?.result;
  return result?.kind === "failed" ? result.cause : result?.kind === "skipped" ? result.why : "";
};
const bad: Fault = { kind: "status", status: 502 };

test.each<[string, string, Fault[]]>([
  ["three server errors in a row", "GET", [bad, bad, bad]],
  ["a dropped connection", "GET", [{ kind: "drop" }]],
  ["an answer that breaks off", "GET", [{ kind: "truncate" }]],
  ["a comment stored in spite of a 502", "POST", [{ kind: "store-then-status", status: 502 }]],
])("%s leaves one comment", async (_, method, faults) => {
  await using github = await withPullRequest();
  github.faults.next({ method, path: /\/issues\/3\/comments/ }, ...faults);
  const publications = await publishReport(sinksOn(github).sinks, reportOf(planned));
  expect(kinds(publications)).toEqual({ summary: "published", comment: "published" });
  expect([github.comments(3).length, github.faults.pending()]).toEqual([1, 0]);
});

test("an update that GitHub answers with a 502 is repeated", async () => {
  await using github = await withPullRequest();
  const { sinks } = sinksOn(github);
  await publishReport(sinks, reportOf(planned));
  github.faults.next({ method: "PATCH", path: /comments/ }, bad, bad);
  await publishReport(sinks, reportOf({ ...planned, run: 8 }));
  expect(github.comments(3).map(({ body }) => body.includes("run=8"))).toEqual([true]);
});

test("an issue that GitHub stored although it dropped the connection is not opened twice", async () => {
  await using github = await withPullRequest();
  github.faults.next({ method: "POST", path: /\/issues$/ }, { kind: "store-then-drop" });
  await publishReport(sinksOn(github).sinks, reportOf(broken));
  const opened = [...github.state.issues.values()].filter(({ title }) => title.startsWith("Apply failed"));
  expect(opened.map(({ state }) => state)).toEqual(["open"]);
});

test("a secondary limit is waited for, as long as it asks", async () => {
  await using github = await withPullRequest();
  github.faults.next({ method: "POST", path: /comments/ }, { kind: "rate-limit", limit: "secondary", seconds: 1 });
  const { sinks, said } = sinksOn(github, { paced: true });
  expect(kinds(await publishReport(sinks, reportOf(planned)))["comment"]).toBe("published");
  expect(said.join("\n")).toMatch(/secondary rate limit .* a wait of 1 s, which is done/);
  expect(github.comments(3)).toHaveLength(1);
});

test("a 429 that says nothing is waited for, and given up on when it stays", async () => {
  await using github = await withPullRequest();
  const { sinks, said } = sinksOn(github, { paced: true, unsaidWaitSeconds: 1 });
  github.faults.always({ path: /comments/ }, { kind: "status", status: 429, message: "slow down" });
  const publications = await publishReport(sinks, reportOf(planned));
  expect(causeOf(publications, "comment")).toContain("rate limit");
  expect(said.map((line) => line.replace(/.*; it asks/, ""))).toEqual([
    " for a wait of 1 s, which is done",
    " for a wait of 1 s, which is done",
    " for a wait of 1 s, which is too long: gave up",
  ]);
});

test("a limit that lasts for most of an hour does not burn the job: the summary has it, and the cause is publications", async () => {
  await using github = await withPullRequest();
  github.faults.always({ path: /comments/ }, { kind: "rate-limit", limit: "primary", seconds: 3000 });
  const { sinks, said } = sinksOn(github, { paced: true });
  const publications = await publishReport(sinks, reportOf(planned));
  expect(kinds(publications)).toEqual({ summary: "published", comment: "failed" });
  expect(causeOf(publications, "comment")).toMatch(/rate limit is used up until 20\d\d-/);
  expect(said.join("\n")).toContain("too long: gave up");
});

test("a request that nobody answers ends, and so does the report", async () => {
  await using github = await withPullRequest();
  github.faults.always({ path: /comments/ }, { kind: "hang" });
  const publications = await publishReport(sinksOn(github, { requestTimeoutMs: 50 }).sinks, reportOf(planned));
  expect(kinds(publications)).toEqual({ summary: "published", comment: "failed" });
  github.faults.clear();
  const late = await publishReport(sinksOn(github, { totalMs: 0 }).sinks, reportOf(planned));
  expect(kinds(late)["comment"]).toBe("failed");
});

test("a web page instead of an answer is publications as such", async () => {
  await using github = await withPullRequest();
  github.faults.always({ path: /comments/ }, { kind: "html" });
  const publications = await publishReport(sinksOn(github).sinks, reportOf(planned));
  expect(causeOf(publications, "comment")).toContain("a web page came in place of an answer");
});

test.each<[string, (github: LocalGitHub) => void]>([
  ["a locked conversation", (github) => github.lock(3)],
  ["a deleted pull request", (github) => github.delete(3)],
])("%s takes no comment: the summary has it", async (_, change) => {
  await using github = await withPullRequest();
  change(github);
  github.faults.always(
    { method: "POST", path: /comments$/ },
    { kind: "status", status: 403, message: "Unable to create comment because issue is locked." },
  );
  const publications = await publishReport(sinksOn(github).sinks, reportOf(planned));
  expect(kinds(publications)).toEqual({ summary: "published", comment: "skipped" });
  expect(causeOf(publications, "comment")).toContain("See the run's summary");
});

test("a closed pull request still takes its comment", async () => {
  await using github = await withPullRequest();
  github.close(3);
  const publications = await publishReport(sinksOn(github).sinks, reportOf(planned));
  expect(kinds(publications)["comment"]).toBe("published");
});

test.each(["summary", "comment", "issues"])("a %s that throws stops no other sink", async (name) => {
  await using github = await withPullRequest();
  const report = reportOf(broken);
  const sinks = sinksOn(github).sinks.map((sink) => (sink.name === name ? { ...sink, publish: fail } : sink));
  const results = (await publishReport(sinks, report)).map(({ result }) => result.kind).toSorted();
  expect(results).toEqual(["failed", "published", "published"]);
  expect(report.status).toBe("failure");
});

async function fail(): Promise<never> {
  throw new Error("a bug of ours");
}

test("fifty reporters at once leave one comment, of the newest run, and one open issue", async () => {
  await using github = await withPullRequest();
  const runs = Array.from({ length: 50 }, (_, index) => index + 1);
  await Promise.all(runs.map((run) => publishReport(sinksOn(github).sinks, reportOf({ ...broken, run }))));
  expect(github.comments(3).map(({ body }) => /run=(\d+)/.exec(body)?.[1])).toEqual(["50"]);
  const opened = [...github.state.issues.values()].filter(({ title }) => title.startsWith("Apply failed"));
  expect(opened.filter(({ state }) => state === "open")).toHaveLength(1);
});

test.each([
  [1, planned],
  [256, { ...planned, units: environments(256) }],
  [1, broken],
  [256, { ...broken, units: environments(256).map((unit) => ({ ...unit, end: failed() })) }],
])("the report of %i jobs takes at most eight calls, and one per issue", async (_, sketch) => {
  await using github = await withPullRequest();
  await publishReport(sinksOn(github).sinks, reportOf(sketch));
  const issues = github.requests.filter(({ method, path }) => method === "POST" && /\/issues$/.test(path)).length;
  expect(github.requests.length - issues).toBeLessThanOrEqual(8);
});

function environments(amount: number) {
  return Array.from({ length: amount }, (_, index) => ({
    path: `account-${index}/vpc`,
    environment: `account-${index}`,
    creates: 1,
  }));
}
