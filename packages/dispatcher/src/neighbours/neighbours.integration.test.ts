import { CommitSha } from "@pipelines/core/contracts/comparison";
import { createGitHubClient } from "@pipelines/core/github/client";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { reportOf } from "../../test/build.ts";
import { identityOf } from "../sinks/github.ts";
import { planUnitsLine } from "../sinks/plan-units.ts";
import { publishReport } from "../sinks/sink.ts";
import { sinksOf } from "../sinks/sinks.ts";
import { markStale, updateBranches } from "./mark-stale.ts";
import { lookForOpenPlans, PLAN_LIMITS, PUSH_LIMITS } from "./open-plans.ts";
import { surroundingsOn } from "./surroundings.ts";

const [BASE, MERGED] = [CommitSha.parse("b".repeat(40)), "c".repeat(40)];
const BOT = "github-actions[bot]";
const log = { info: () => undefined, warning: () => undefined };

function clientOf({ token, url }: LocalGitHub) {
  return createGitHubClient({ token, apiUrl: url, log, timing: { paced: false, retryBaseMs: 1 } });
}

const planOf = (changed: string[], read: string[] = [], phase = "end"): string =>
  `<!-- pipelines:comment v1 plan run=1 attempt=1 phase=${phase} -->\n### A plan\n\n${planUnitsLine({ changed, read }, BASE)}`;

/** A GitHub with an open pull request per text, each with a comment of ours, or none for `null`. */
async function withPlans(...bodies: readonly (string | null)[]): Promise<LocalGitHub> {
  const github = await startLocalGitHub();
  for (const [index, body] of bodies.entries()) {
    await github.openPullRequest({ head: `feature-${index}`, base: "main", title: "change", author: "mona" });
    if (body !== null) github.comment(index + 1, { author: BOT, body });
  }
  return github;
}

async function look(github: LocalGitHub, limits = PUSH_LIMITS) {
  const client = clientOf(github);
  const isOurs = await identityOf(client, github.token);
  return lookForOpenPlans(client, { owner: github.owner, repo: github.repo }, "main", isOurs, limits);
}

/** What a push does that changed `prod/vpc`. */
async function push(github: LocalGitHub, commit = MERGED) {
  const { plans } = await look(github);
  const merge = { commit, url: `https://github.com/acme/live/commit/${commit}`, pullRequest: 99 };
  const moved = { merge, branch: "main", units: ["prod/vpc"] };
  const repository = { owner: github.owner, repo: github.repo };
  return markStale(clientOf(github), repository, plans, moved, async () => false);
}

const isMarked = (github: LocalGitHub, number: number): boolean[] =>
  github.comments(number).map(({ body }) => body.includes("has changed since this plan"));
const writes = (github: LocalGitHub): number => github.requests.filter(({ method }) => method !== "GET").length;

test("a push marks the plans that change or read what it changed, each once, and no other comment", async () => {
  await using github = await withPlans(
    planOf(["prod/vpc"]),
    planOf(["prod/app"], ["prod/vpc"]),
    planOf(["prod/app"]),
    null,
  );
  github.comment(1, { author: "mona", body: planOf(["prod/vpc"]) });
  github.comment(3, { author: BOT, body: planOf(["prod/vpc"]).replace(" plan run", " apply run") });
  github.comment(4, { author: BOT, body: "### A plan of an older release\n\n`prod/vpc`" });
  const { stale, edited } = await push(github);
  expect([stale.map(({ pullRequest }) => pullRequest).toSorted(), edited]).toEqual([[1, 2], 2]);
  expect([1, 2, 3, 4].map((number) => isMarked(github, number))).toEqual([
    [true, false],
    [true],
    [false, false],
    [false],
  ]);
  expect(github.comments(2)[0]?.body).toContain("(#99) has changed `prod/vpc`, which this plan reads");
  expect(writes(github)).toBe(2);
  await push(github);
  expect(writes(github)).toBe(2);
  await push(github, "d".repeat(40));
  expect(github.comments(1)[0]?.body.match(/has changed `prod\/vpc`/g)).toHaveLength(2);
  expect(github.violations).toEqual([]);
});

test("closed pull requests, those to another branch and plans that have the merge in them are left alone", async () => {
  const newer = planOf(["prod/vpc"]).replace(`base=${BASE}`, `base=${MERGED}`);
  await using github = await withPlans(planOf(["prod/vpc"]), newer);
  github.close(1);
  await github.openPullRequest({ head: "other", base: "release", title: "change", author: "mona" });
  github.comment(3, { author: BOT, body: planOf(["prod/vpc"]) });
  await push(github);
  expect([1, 2, 3].flatMap((number) => isMarked(github, number))).toEqual([false, false, false]);
});

test("a plan that is published while a push marks it is not overwritten with what it said before", async () => {
  await using github = await withPlans(planOf(["prod/vpc"]));
  const { plans } = await look(github);
  const [comment] = github.comments(1);
  if (comment === undefined) throw new Error("there is one");
  comment.body = comment.body.replace("run=1", "run=2").replace("### A plan", "### A newer plan");
  const merge = { commit: MERGED, url: "https://github.com/acme/live", pullRequest: null };
  const moved = { merge, branch: "main", units: ["prod/vpc"] };
  await markStale(clientOf(github), { owner: github.owner, repo: github.repo }, plans, moved, async () => false);
  expect(comment.body).toMatch(/run=2 [\s\S]*has changed since this plan[\s\S]*### A newer plan/);
});

test("three hundred open pull requests cost a push a few requests and an edit for each that is old", async () => {
  const bodies = Array.from({ length: 300 }, (_, index) =>
    planOf([index % 100 === 0 ? "prod/vpc" : `prod/u-${index}`]),
  );
  await using github = await withPlans(...bodies);
  const before = github.requests.length;
  const { stale, edited } = await push(github);
  expect([stale.length, edited]).toEqual([3, 3]);
  const [reads, edits] = [github.requests.length - before - writes(github), writes(github)];
  expect([reads <= 20, edits]).toEqual([true, 3]);
  expect(github.violations).toEqual([]);
});

test("comments that were not reached are named as not looked at, never taken for fresh", async () => {
  await using github = await withPlans(...Array.from({ length: 130 }, () => planOf(["prod/vpc"])));
  for (let index = 0; index < 150; index += 1) github.comment(1, { author: "mona", body: `talk ${index}` });
  const { plans, unseen } = await look(github, { pullRequests: 2, comments: 1, alone: 20 });
  expect([plans.length, unseen.length]).toEqual([130, 110]);
});

test("a locked conversation, or a comment that was deleted, stops no other one", async () => {
  await using github = await withPlans(planOf(["prod/vpc"]), planOf(["prod/vpc"]));
  github.faults.next(
    { method: "PATCH", path: /comments/ },
    { kind: "status", status: 403, message: "issue is locked" },
  );
  const { edited } = await push(github);
  expect(edited).toBe(1);
  const refused = { kind: "status", status: 403, message: "Resource not accessible by integration" } as const;
  github.faults.always({ method: "PATCH", path: /comments/ }, refused);
  await expect(push(github, "d".repeat(40))).rejects.toThrow("`pull-requests: write`");
});

test("an App updates the branches of pull requests that are old, no draft's, and what is refused is said", async () => {
  await using github = await withPlans(planOf(["prod/vpc"]), planOf(["prod/vpc"]));
  await github.openPullRequest({ head: "draft", base: "main", title: "d", author: "mona", draft: true });
  github.comment(3, { author: BOT, body: planOf(["prod/vpc"]) });
  const { stale } = await push(github);
  github.faults.next(
    { method: "PUT", path: /update-branch/ },
    { kind: "status", status: 422, message: "merge conflict" },
  );
  const repository = { owner: github.owner, repo: github.repo };
  const { updated, refused } = await updateBranches(clientOf(github), repository, stale);
  expect([stale.length, updated, refused]).toEqual([3, 1, [expect.stringMatching(/^#\d: merge conflict/)]]);
  expect(github.violations).toEqual([]);
});

test("a plan names the other open pull requests that change the same units, and keeps marks of merges it does not have", async () => {
  await using github = await withPlans(
    null,
    planOf(["prod/vpc"]),
    planOf(["prod/app"], ["prod/vpc"]),
    planOf(["prod/vpc"]),
  );
  github.comment(3, { author: "mona", body: planOf(["prod/vpc"]) });
  const client = clientOf(github);
  const repository = { owner: github.owner, repo: github.repo };
  const sinks = sinksOf({
    ...{ client, token: github.token, repository, summaryFile: "/dev/null" },
    surroundings: surroundingsOn(client, repository, () => undefined),
  });
  const sketch = { units: [{ path: "prod/vpc", creates: 1 }], pullRequest: 1 };
  await publishReport(sinks, reportOf(sketch));
  const [own] = github.comments(1);
  expect(own?.body).toContain("- #2: `prod/vpc`\n- #4: `prod/vpc`\n");
  expect(own?.body).not.toContain("#3");
  await push(github);
  expect(isMarked(github, 1)).toEqual([true]);
  await publishReport(sinks, reportOf({ ...sketch, run: 8 }));
  expect(github.comments(1)[0]?.body).toMatch(/run=8 [\s\S]*has changed since this plan/);
  expect(github.violations).toEqual([]);
});

test("other pull requests that can't be looked at keep no plan from being published", async () => {
  await using github = await withPlans(null);
  github.faults.always({ path: /\/pulls/ }, { kind: "status", status: 403, message: "rate limit" });
  const client = clientOf(github);
  const repository = { owner: github.owner, repo: github.repo };
  const warnings: string[] = [];
  const surroundings = surroundingsOn(client, repository, (message) => warnings.push(message));
  const sinks = sinksOf({ client, token: github.token, repository, summaryFile: "/dev/null", surroundings });
  await publishReport(sinks, reportOf({ units: [{ path: "prod/vpc", creates: 1 }], pullRequest: 1 }));
  expect(github.comments(1)).toHaveLength(1);
  expect(warnings).toEqual([expect.stringContaining("rate limit")]);
});

test("a look for overlaps is bounded", async () => {
  await using github = await withPlans(...Array.from({ length: 150 }, () => null));
  const before = github.requests.length;
  const { unseen } = await look(github, PLAN_LIMITS);
  expect([github.requests.length - before <= 20, unseen.length]).toEqual([true, 140]);
});
