import { createGitHubClient, type GitHubTiming } from "@pipelines/core/github/client";
import type { Fault } from "@pipelines/local-github/faults";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { failed, reportOf, type Sketch } from "../../test/build.ts";
import { conversationOn, identityOf, issueTracker } from "./github.ts";
import { type Places, publishReport } from "./publish.ts";

/** Places on a GitHub, with what the client said of waits. */
function placesOn(github: LocalGitHub, timing: Partial<GitHubTiming> = {}): { places: Places; said: string[] } {
  const said: string[] = [];
  const log = { info: (line: string) => said.push(line), warning: (line: string) => said.push(line) };
  const client = createGitHubClient({
    token: github.token,
    apiUrl: github.url,
    log,
    timing: { paced: false, retryBaseMs: 1, ...timing },
  });
  const repository = { owner: github.owner, repo: github.repo };
  const identity = identityOf(client, "ghs_as_the_workflow");
  return {
    said,
    places: {
      summary: async () => ({ kind: "published", url: null }),
      conversation: async (number) => conversationOn(client, repository, number, await identity),
      tracker: async () => issueTracker(client, repository, await identity),
    },
  };
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

const planned: Sketch = { units: [{ path: "prod/vpc", creates: 1 }] };
const broken: Sketch = { mode: "apply", units: [{ path: "prod/vpc", end: failed() }] };
const kinds = (told: Awaited<ReturnType<typeof publishReport>>) =>
  Object.fromEntries(told.map(({ place, result }) => [place, result.kind]));
const causeOf = (told: Awaited<ReturnType<typeof publishReport>>, place: string): string => {
  const result = told.find((one) => one.place === place)?.result;
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
  const told = await publishReport(placesOn(github).places, reportOf(planned));
  expect(kinds(told)).toEqual({ summary: "published", comment: "published" });
  expect([github.comments(3).length, github.faults.pending()]).toEqual([1, 0]);
});

test("an update that GitHub answers with a 502 is repeated", async () => {
  await using github = await withPullRequest();
  const { places } = placesOn(github);
  await publishReport(places, reportOf(planned));
  github.faults.next({ method: "PATCH", path: /comments/ }, bad, bad);
  await publishReport(places, reportOf({ ...planned, run: 8 }));
  expect(github.comments(3).map(({ body }) => body.includes("run=8"))).toEqual([true]);
});

test("an issue that GitHub stored although it dropped the connection is not opened twice", async () => {
  await using github = await withPullRequest();
  github.faults.next({ method: "POST", path: /\/issues$/ }, { kind: "store-then-drop" });
  await publishReport(placesOn(github).places, reportOf(broken));
  const opened = [...github.state.issues.values()].filter(({ title }) => title.startsWith("Apply failed"));
  expect(opened.map(({ state }) => state)).toEqual(["open"]);
});

test("a secondary limit is waited for, as long as it asks", async () => {
  await using github = await withPullRequest();
  github.faults.next({ method: "POST", path: /comments/ }, { kind: "rate-limit", limit: "secondary", seconds: 1 });
  const { places, said } = placesOn(github, { paced: true });
  expect(kinds(await publishReport(places, reportOf(planned)))["comment"]).toBe("published");
  expect(said.join("\n")).toMatch(/secondary rate limit .* a wait of 1 s, which is done/);
  expect(github.comments(3)).toHaveLength(1);
});

test("a 429 that says nothing is waited for, and given up on when it stays", async () => {
  await using github = await withPullRequest();
  const { places, said } = placesOn(github, { paced: true, unsaidWaitSeconds: 1 });
  github.faults.always({ path: /comments/ }, { kind: "status", status: 429, message: "slow down" });
  const told = await publishReport(places, reportOf(planned));
  expect(causeOf(told, "comment")).toContain("rate limit");
  expect(said.map((line) => line.replace(/.*; it asks/, ""))).toEqual([
    " for a wait of 1 s, which is done",
    " for a wait of 1 s, which is done",
    " for a wait of 1 s, which is too long: gave up",
  ]);
});

test("a limit that lasts for most of an hour does not burn the job: the summary has it, and the cause is told", async () => {
  await using github = await withPullRequest();
  github.faults.always({ path: /comments/ }, { kind: "rate-limit", limit: "primary", seconds: 3000 });
  const { places, said } = placesOn(github, { paced: true });
  const told = await publishReport(places, reportOf(planned));
  expect(kinds(told)).toEqual({ summary: "published", comment: "failed" });
  expect(causeOf(told, "comment")).toMatch(/rate limit is used up until 20\d\d-/);
  expect(said.join("\n")).toContain("too long: gave up");
});

test("a request that nobody answers ends, and so does the report", async () => {
  await using github = await withPullRequest();
  github.faults.always({ path: /comments/ }, { kind: "hang" });
  const told = await publishReport(placesOn(github, { requestTimeoutMs: 50 }).places, reportOf(planned));
  expect(kinds(told)).toEqual({ summary: "published", comment: "failed" });
  github.faults.clear();
  const late = await publishReport(placesOn(github, { totalMs: 0 }).places, reportOf(planned));
  expect(kinds(late)["comment"]).toBe("failed");
});

test("a web page instead of an answer is told as such", async () => {
  await using github = await withPullRequest();
  github.faults.always({ path: /comments/ }, { kind: "html" });
  const told = await publishReport(placesOn(github).places, reportOf(planned));
  expect(causeOf(told, "comment")).toContain("a web page came in place of an answer");
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
  const told = await publishReport(placesOn(github).places, reportOf(planned));
  expect(kinds(told)).toEqual({ summary: "published", comment: "skipped" });
  expect(causeOf(told, "comment")).toContain("The run's summary has it all");
});

test("a closed pull request still takes its comment", async () => {
  await using github = await withPullRequest();
  github.close(3);
  const told = await publishReport(placesOn(github).places, reportOf(planned));
  expect(kinds(told)["comment"]).toBe("published");
});

test.each(["summary", "conversation", "tracker"] as const)("a %s that throws stops no other place", async (place) => {
  await using github = await withPullRequest();
  const { places } = placesOn(github);
  const report = reportOf(broken);
  const told = await publishReport(
    {
      ...places,
      async [place]() {
        throw new Error("a bug of ours");
      },
    },
    report,
  );
  const results = told.map(({ result }) => result.kind).toSorted();
  expect(results).toEqual(["failed", "published", "published"]);
  expect(report.status).toBe("failure");
});

test("fifty reporters at once leave one comment, of the newest run, and one open issue", async () => {
  await using github = await withPullRequest();
  const runs = Array.from({ length: 50 }, (_, index) => index + 1);
  await Promise.all(runs.map((run) => publishReport(placesOn(github).places, reportOf({ ...broken, run }))));
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
  await publishReport(placesOn(github).places, reportOf(sketch));
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
