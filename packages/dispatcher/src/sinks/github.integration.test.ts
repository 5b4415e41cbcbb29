import { createGitHubClient } from "@pipelines/core/github/client";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { failed, reportOf } from "../../test/build.ts";
import { mergedPullRequestOf, mergerOf } from "../github/merger.ts";
import { publishReport, type Sink } from "./sink.ts";
import { sinksOf } from "./sinks.ts";

const log = { info: () => undefined, warning: () => undefined };

function sinksOn(github: LocalGitHub): Sink[] {
  const client = createGitHubClient({
    token: github.token,
    apiUrl: github.url,
    log,
    timing: { paced: false, retryBaseMs: 1 },
  });
  const repository = { owner: github.owner, repo: github.repo };
  return sinksOf({ client, token: github.token, repository, summaryFile: "/dev/null" });
}

/** A GitHub with two issues and pull request 3, made by a person. */
async function withConversation(): Promise<LocalGitHub> {
  const github = await startLocalGitHub();
  for (const title of ["one", "two"]) github.createIssue({ title, author: "mona" });
  await github.openPullRequest({ head: "feature", base: "main", title: "three", author: "mona" });
  return github;
}

test("the comment is found on a late page and updated; a person's copy of the marker is left alone", async () => {
  await using github = await withConversation();
  const first = "<!-- pipelines:comment v1 plan run=1 attempt=1 phase=end -->\nold";
  github.comment(3, { author: "mallory", body: first });
  for (let index = 0; index < 205; index += 1) github.comment(3, { author: "mona", body: `talk ${index}` });
  github.comment(3, { author: "github-actions[bot]", body: first });
  await publishReport(sinksOn(github), reportOf({ units: [{ path: "prod/vpc", creates: 1 }] }));
  const ours = github.comments(3).filter(({ body }) => body.includes("run=7"));
  expect([github.comments(3).length, ours.length]).toEqual([207, 1]);
  expect(ours[0]?.body).toContain("Merging creates 1 resource");
  expect(github.violations).toEqual([]);
});

test("a failed apply opens an issue and the next success closes it, within eight calls and a write", async () => {
  await using github = await withConversation();
  const sinks = sinksOn(github);
  const broken = { mode: "apply" as const, units: [{ path: "prod/vpc", end: failed() }] };
  const publications = await publishReport(sinks, reportOf(broken));
  expect(publications.map(({ result }) => result.kind)).toEqual(["published", "published", "published"]);
  expect(github.requests.length).toBeLessThanOrEqual(9);
  const opened = [...github.state.issues.values()].filter(({ title }) => title === "Apply failed: prod/vpc");
  expect(opened.map(({ state }) => state)).toEqual(["open"]);
  await publishReport(sinks, reportOf({ ...broken, run: 8 }));
  await publishReport(sinks, reportOf({ mode: "apply", units: [{ path: "prod/vpc" }], run: 9 }));
  const after = [...github.state.issues.values()].filter(({ title }) => title === "Apply failed: prod/vpc");
  expect(after.map(({ state, body }) => [state, /runs\/9/.test(body ?? "")])).toEqual([["closed", true]]);
  expect(github.violations).toEqual([]);
});

test("issues that are turned off leave the comment, and say so", async () => {
  await using github = await withConversation();
  github.setHasIssues(false);
  const publications = await publishReport(
    sinksOn(github),
    reportOf({ mode: "apply", units: [{ path: "prod/vpc", end: failed() }] }),
  );
  const kinds = Object.fromEntries(publications.map(({ sink, result }) => [sink, result.kind]));
  expect(kinds).toEqual({ summary: "published", comment: "published", issues: "skipped" });
});

test("a comment that GitHub stored although it dropped the connection is not made twice", async () => {
  await using github = await withConversation();
  github.faults.next({ method: "POST", path: /comments$/ }, { kind: "store-then-drop" });
  const publications = await publishReport(sinksOn(github), reportOf({ units: [{ path: "prod/vpc", creates: 1 }] }));
  expect(publications.map(({ result }) => result.kind)).toEqual(["published", "published"]);
  expect(github.comments(3)).toHaveLength(1);
});

test("the person who merged is known also when a merge queue's bot pushed", async () => {
  await using github = await withConversation();
  const client = createGitHubClient({ token: github.token, apiUrl: github.url, log, timing: { paced: false } });
  const repository = { owner: github.owner, repo: github.repo };
  const { after } = await github.mergePullRequest(3, { by: "lee" });
  expect(await mergedPullRequestOf(client, repository, after, "main")).toBe(3);
  expect(await mergerOf(client, repository, 3)).toBe("lee");
  await github.openPullRequest({ head: "other", base: "main", title: "four", author: "mona" });
  await github.mergePullRequest(4, { by: "queue[bot]" });
  expect(await mergerOf(client, repository, 4)).toBeNull();
  expect(github.violations).toEqual([]);
});
