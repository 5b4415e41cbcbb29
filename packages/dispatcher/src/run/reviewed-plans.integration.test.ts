import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { openRepository } from "@pipelines/core/git/repository";
import { createGitHubClient } from "@pipelines/core/github/client";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  bringApprovedPlans,
  bringReviewedPlans,
  gitHubReviewedPlans,
  type ReviewedPlanSource,
} from "./reviewed-plans.ts";

const units = new Set([UnitPath.parse("unit")]);
let folder: string;
let clone: string;
let github: LocalGitHub;
let source: ReviewedPlanSource;
let now = new Date("2026-11-25T12:00:00Z");
const later = (): void => {
  now = new Date(now.getTime() + 60_000);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-reviewed-"));
  clone = folder;
  git("init", "-q", "--bare", "-b", "main", "origin.git");
  git("clone", "-q", "origin.git", "clone");
  clone = join(folder, "clone");
  git("checkout", "-q", "-B", "main");
  git("commit", "-q", "--allow-empty", "-m", "first");
  git("push", "-q", "origin", "main");
  github = await startLocalGitHub({ gitFolder: join(folder, "origin.git"), clock: () => now });
  const log = { info: () => undefined, warning: () => undefined };
  const client = createGitHubClient({ token: github.token, apiUrl: github.url, log, timing: { paced: false } });
  source = gitHubReviewedPlans(client, { owner: github.owner, repo: github.repo }, "pipelines.yml");
});
afterAll(async () => {
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  expect(github.violations).toEqual([]);
});

function git(...args: string[]): string {
  const identity = ["-c", "user.name=robin", "-c", "user.email=robin@example.com"];
  return execFileSync("git", [...identity, ...args], {
    cwd: clone,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

/** A pull request of two commits with a plan run that kept a reviewed plan of one unit. */
async function proposed(
  name: string,
  run: { attempts?: number; event?: string; workflowPath?: string; done?: boolean; headBranch?: string } = {},
) {
  git("fetch", "-q", "origin");
  git("checkout", "-q", "-B", name, "origin/main");
  for (const part of ["one", "two"]) {
    await writeFile(join(clone, `${name}-${part}`), part);
    git("add", "-A");
    git("commit", "-qm", `${name} ${part}`);
  }
  git("push", "-q", "origin", name);
  const headSha = git("rev-parse", "HEAD");
  const { number } = await github.openPullRequest({ head: name, base: "main", title: name, author: "robin" });
  const { workflowPath, event = "pull_request", attempts = 1, done = true } = run;
  const plan = github.startRun({
    event,
    headSha,
    headBranch: run.headBranch ?? name,
    ...(workflowPath === undefined ? {} : { workflowPath }),
  });
  await plan.uploadArtifact("pipelines-assessment-1", {
    "assessment.json": JSON.stringify({
      version: "of another release",
      jobs: [
        { id: "plan", units: [{ path: "unit" }] },
        { id: "other", units: [{ path: "other" }] },
      ],
    }),
  });
  await plan.uploadArtifact("pipelines-outcome-other-1", { "reviewed-plans/other.json": "other" });
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    await plan.uploadArtifact(`pipelines-outcome-plan-${attempt}`, {
      "reviewed-plans/unit.json": `${name} ${attempt}`,
      "outcome.json": "{}",
    });
  }
  if (done) plan.complete("success");
  return { number, headSha, plan };
}

/** What an apply of a push would compare with, by the head that was reviewed. */
async function broughtFor(before: string, after: string): Promise<Record<string, string>> {
  git("fetch", "-q", "origin");
  const commits = await openRepository(clone, toolEnvironment(process.env)).between(
    CommitSha.parse(before),
    CommitSha.parse(after),
  );
  const into = await mkdtemp(join(folder, "plans-"));
  await bringReviewedPlans(source, new Set(commits), "main", units, into);
  const plans: Record<string, string> = {};
  for (const head of await readdir(into))
    plans[head] = await readFile(join(into, head, "unit.json"), "utf8").catch(() => "");
  return plans;
}

test.each(["merge", "squash", "rebase"] as const)(
  "a %s merge finds the plan that was reviewed at its head",
  async (method) => {
    const { number, headSha } = await proposed(`by-${method}`);
    const { before, after } = await github.mergePullRequest(number, { method });
    expect(await broughtFor(before, after)).toEqual({ [headSha]: `by-${method} 1` });
  },
);

test("several pull requests in one push, as a merge queue pushes them, each bring their plans", async () => {
  const [first, second] = [await proposed("queued-1"), await proposed("queued-2")];
  const { before } = await github.mergePullRequest(first.number, { method: "squash" });
  const { after } = await github.mergePullRequest(second.number, { method: "squash" });
  expect(await broughtFor(before, after)).toEqual({ [first.headSha]: "queued-1 1", [second.headSha]: "queued-2 1" });
});

test("of a run that was repeated, each job's highest attempt counts", async () => {
  const { number, headSha } = await proposed("repeated", { attempts: 3 });
  const { before, after } = await github.mergePullRequest(number);
  expect(await broughtFor(before, after)).toEqual({ [headSha]: "repeated 3" });
});

test("of a run with many jobs only the outcomes of those are fetched that planned the units in question", async () => {
  const { number, headSha, plan } = await proposed("many");
  for (let job = 0; job < 150; job += 1) await plan.uploadArtifact(`pipelines-outcome-more-${job}-1`, { x: "" });
  const { before, after } = await github.mergePullRequest(number);
  const downloads = (): number => github.requests.filter(({ path }) => path.endsWith("/zip")).length;
  const already = downloads();
  expect(await broughtFor(before, after)).toEqual({ [headSha]: "many 1" });
  expect(downloads() - already).toBe(2);
});

test("a push without a pull request has no reviewed plan", async () => {
  git("checkout", "-q", "-B", "main", "origin/main");
  const before = git("rev-parse", "origin/main");
  git("commit", "-q", "--allow-empty", "-m", "direct");
  git("push", "-q", "origin", "main");
  expect(await broughtFor(before, git("rev-parse", "HEAD"))).toEqual({});
});

test.each([
  ["is not finished", { done: false }],
  ["is of another event", { event: "push" }],
  ["is of another workflow", { workflowPath: ".github/workflows/other.yml" }],
])("a run that %s shows no reviewed plan", async (why, run) => {
  const { number, headSha } = await proposed(why.replaceAll(" ", "-"), run);
  const { before, after } = await github.mergePullRequest(number);
  expect((await broughtFor(before, after))[headSha]).toBeUndefined();
});

test("plans that have expired count as none", async () => {
  const { number, headSha } = await proposed("expired");
  for (const artifact of github.state.artifacts.values()) artifact.expired = true;
  const { before, after } = await github.mergePullRequest(number);
  expect((await broughtFor(before, after))[headSha] ?? "").toBe("");
});

test("what a run shows after the merge was not reviewed: neither a later attempt nor a later run", async () => {
  const { number, headSha, plan } = await proposed("repeated-late");
  later();
  const { before, after } = await github.mergePullRequest(number);
  later();
  plan.rerun();
  await plan.uploadArtifact("pipelines-assessment-2", { "assessment.json": JSON.stringify({ jobs: [] }) });
  await plan.uploadArtifact("pipelines-outcome-plan-2", { "reviewed-plans/unit.json": "seen by nobody" });
  plan.complete("success");
  const again = github.startRun({ event: "pull_request", headSha, headBranch: "repeated-late" });
  await again.uploadArtifact("pipelines-assessment-1", {
    "assessment.json": JSON.stringify({ jobs: [{ id: "plan", units: [{ path: "unit" }] }] }),
  });
  await again.uploadArtifact("pipelines-outcome-plan-1", { "reviewed-plans/unit.json": "seen by nobody" });
  again.complete("success");
  expect(await broughtFor(before, after)).toEqual({ [headSha]: "repeated-late 1" });
});

test("a plan run that somebody started by hand from the branch is brought by its id, and no other run is", async () => {
  const into = await mkdtemp(join(folder, "approved-"));
  const { plan } = await proposed("by-hand", { event: "workflow_dispatch", headBranch: "main" });
  expect(await bringApprovedPlans(source, plan.id, "main", units, into)).toBe(1);
  expect(await readFile(join(into, "approved", "unit.json"), "utf8")).toBe("by-hand 1");
  const others = [
    await proposed("not-by-hand", { headBranch: "main" }),
    await proposed("from-a-branch", { event: "workflow_dispatch" }),
  ];
  for (const { plan: other } of others) {
    await expect(bringApprovedPlans(source, other.id, "main", units, into)).rejects.toThrow("is no completed plan run");
  }
});
