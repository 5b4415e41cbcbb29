import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, outcomeFile } from "@pipelines/core/documents/layout";
import { run } from "@pipelines/core/process/run";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { assessmentOf, failed, HEAD, outcomesOf, type Sketch } from "../test/build.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

/**
 * Runs the action, by itself its `report`, on a folder as the runner would.
 *
 * @param outcomes the environments whose jobs have left an outcome so far
 * @param pushed the commit of a push; without it the run is a pull request's
 */
async function report(
  sketch: Sketch | null,
  github: { url: string; owner: string; repo: string; token: string },
  payload: object,
  inputs: Readonly<Record<string, string>> = {},
  { outcomes = environmentsOf(sketch), pushed = null }: { outcomes?: readonly string[]; pushed?: string | null } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-report-"));
  try {
    const files = {
      event: join(folder, "event.json"),
      summary: join(folder, "summary.md"),
      output: join(folder, "output"),
    };
    await writeFile(files.event, JSON.stringify(payload));
    await writeFile(files.output, "");
    if (sketch !== null) {
      const assessment = assessmentOf(sketch, pushed ?? HEAD);
      await writeDocument(assessmentFile(folder), assessment);
      for (const [index, file] of outcomesOf(sketch).entries()) {
        const job = assessment.jobs[index];
        if (job !== undefined && file.content.kind === "read" && outcomes.includes(job.environment)) {
          await writeDocument(outcomeFile(folder, job.id, 1), file.content.outcome);
        }
      }
    }
    const ended = await run(process.execPath, [main], {
      cwd: folder,
      timeoutMs: 60_000,
      env: {
        PATH: process.env["PATH"] ?? "",
        PIPELINES_COMMAND: "report",
        PIPELINES_FOLDER: folder,
        PIPELINES_TOKEN: github.token,
        ...inputs,
        GITHUB_API_URL: github.url,
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_REPOSITORY: `${github.owner}/${github.repo}`,
        GITHUB_RUN_ID: "70",
        GITHUB_RUN_NUMBER: "7",
        GITHUB_RUN_ATTEMPT: "1",
        GITHUB_SHA: pushed ?? HEAD,
        GITHUB_REF: pushed === null ? "refs/pull/1/merge" : "refs/heads/main",
        GITHUB_EVENT_NAME: pushed === null ? "pull_request" : "push",
        GITHUB_EVENT_PATH: files.event,
        GITHUB_OUTPUT: files.output,
        GITHUB_STEP_SUMMARY: files.summary,
      },
    });
    return {
      ...ended,
      summary: await readFile(files.summary, "utf8").catch(() => ""),
      output: await readFile(files.output, "utf8"),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Merges pull request 1. @returns the commit that it made on the deploy branch */
async function merged(github: LocalGitHub): Promise<string> {
  await github.openPullRequest({ head: "feature", base: "main", title: "change", author: "mona" });
  return (await github.mergePullRequest(1, { by: "mona" })).after;
}

function environmentsOf(sketch: Sketch | null): string[] {
  return (sketch?.units ?? []).map(({ environment }) => environment ?? "prod");
}

const payload = { pull_request: { number: 1, head: { sha: HEAD } } };

test("a planned pull request gets its comment and a green status", async () => {
  await using github = await startLocalGitHub();
  await github.openPullRequest({ head: "feature", base: "main", title: "change", author: "mona" });
  const ended = await report({ units: [{ path: "prod/vpc", creates: 1 }] }, github, payload);
  expect(ended.exitCode).toBe(0);
  expect(github.comments(1).map(({ body }) => body.split("\n")[1])).toEqual([
    "### ✅ Merging creates 1 resource; nothing is destroyed",
  ]);
  expect(ended.summary).toContain("prod/vpc");
  expect(github.violations).toEqual([]);
});

test.each([
  ["green", 0, { units: [{ path: "prod/vpc" }] }],
  ["red", 1, { units: [{ path: "prod/vpc", end: failed() }] }],
])("a report that can't be written leaves the status %s, and names the permission", async (_, exitCode, sketch) => {
  await using github = await startLocalGitHub();
  await github.openPullRequest({ head: "feature", base: "main", title: "change", author: "mona" });
  github.faults.always(
    { path: /comments/ },
    { kind: "status", status: 403, message: "Resource not accessible by integration" },
  );
  const ended = await report(sketch, github, payload);
  expect(ended.exitCode).toBe(exitCode);
  expect(ended.stdout).toContain("::warning title=The comment could not be written::");
  expect(ended.stdout).toContain("`pull-requests: write`");
});

test("an apply that waits for others is red: the comment, the issue and the exit code say so", async () => {
  await using github = await startLocalGitHub();
  const pushed = await merged(github);
  const sketch: Sketch = {
    mode: "apply",
    units: [
      { path: "prod/vpc", creates: 1 },
      { path: "prod/dns" },
      { path: "prod/app", end: { kind: "waiting", for: [UnitPath.parse("prod/db")] } },
    ],
  };
  const ended = await report(sketch, github, {}, {}, { pushed });
  expect([ended.exitCode, ended.output]).toEqual([1, expect.stringContaining("failure")]);
  const [comment] = github.comments(1);
  expect(comment?.body.split("\n")[1]).toBe(
    "### ❌ Not everything was applied: 1 of 3 units waits for outputs of others",
  );
  expect(comment?.body).toContain(
    "`prod/app` could not be planned, so it was not applied: it needs outputs of `prod/db` that do not exist yet",
  );
  expect(comment?.body).toContain("| ⏳ waits for others | `prod/app` |");
  const issues = [...github.state.issues.values()].filter(({ state, title }) => state === "open" && title !== "change");
  expect(issues.map(({ title, body }) => [title, /\*\*Next:\*\* Apply `prod\/db` first/.test(body ?? "")])).toEqual([
    ["Apply waiting: prod/app", true],
  ]);
  expect(github.violations).toEqual([]);
});

test("a stage that failed is reported at once, and the end of the run goes on with the same comment and issue", async () => {
  await using github = await startLocalGitHub();
  const pushed = await merged(github);
  const sketch: Sketch = {
    mode: "apply",
    stages: { prod: 2 },
    units: [
      { path: "dev/vpc", environment: "dev", end: failed() },
      { path: "prod/vpc", environment: "prod", creates: 1 },
    ],
  };
  const reported = async (inputs: Readonly<Record<string, string>>, outcomes: readonly string[] = ["dev", "prod"]) => {
    const { exitCode, output } = await report(sketch, github, {}, inputs, { outcomes, pushed });
    const issues = [...github.state.issues.values()].filter(({ title }) => title !== "change");
    return {
      ...{ exitCode, status: /^status/m.test(output) },
      comments: github.comments(1).map(({ body }) => body.split("\n")[1]),
      issues: issues.map(({ title, state }) => `${state} ${title}`),
    };
  };
  const issues = ["open Apply failed: dev/vpc"];
  expect(await reported({ PIPELINES_PHASE: "stage", PIPELINES_STAGE: "1" }, ["dev"])).toEqual({
    ...{ exitCode: 0, status: false, issues },
    comments: ["### ❌ Apply failed: 1 of 2 units failed; 1 not run yet"],
  });
  expect(await reported({})).toEqual({
    ...{ exitCode: 1, status: true, issues },
    comments: ["### ❌ Apply failed: 1 of 2 units failed"],
  });
  expect((await report(sketch, github, {}, { PIPELINES_PHASE: "stage" }, { pushed })).stdout).toContain(
    "`stage` is required",
  );
  expect(github.violations).toEqual([]);
});

test("a pull request's run whose documents pass for those of a push opens and closes no issue", async () => {
  await using github = await startLocalGitHub();
  const pushed = await merged(github);
  const failing: Sketch = { mode: "apply", units: [{ path: "prod/vpc", end: failed() }] };
  const forged: Sketch = { mode: "apply", units: [{ path: "prod/vpc" }, { path: "prod/new", end: failed() }] };
  await report(failing, github, {}, {}, { pushed });
  await github.openPullRequest({ head: "other", base: "main", title: "change", author: "mallory" });
  await report(forged, github, { pull_request: { number: 3, head: { sha: HEAD } } });
  const issues = [...github.state.issues.values()].filter(({ title }) => title !== "change");
  expect(issues.map(({ title, state }) => `${state} ${title}`)).toEqual(["open Apply failed: prod/vpc"]);
  expect((await report({ mode: "apply", units: [{ path: "prod/vpc" }] }, github, {}, {}, { pushed })).exitCode).toBe(0);
  expect([...github.state.issues.values()].find(({ title }) => title === "Apply failed: prod/vpc")?.state).toBe(
    "closed",
  );
  expect(github.violations).toEqual([]);
});

test("a run without an assessment is red and says that it could not determine what changed", async () => {
  await using github = await startLocalGitHub();
  await github.openPullRequest({ head: "feature", base: "main", title: "change", author: "mona" });
  const ended = await report(null, github, payload);
  expect(ended.exitCode).toBe(1);
  expect(github.comments(1)[0]?.body).toContain("could not determine what changed");
});

test("a run whose list of jobs GitHub dropped is red, and says which secret does that", async () => {
  await using github = await startLocalGitHub();
  await github.openPullRequest({ head: "feature", base: "main", title: "change", author: "mona" });
  const lost = { PIPELINES_OUTPUTS_DROPPED: "true" };
  const ended = await report({ units: [{ path: "prod/vpc" }] }, github, payload, lost);
  expect(ended.exitCode).toBe(1);
  expect(github.comments(1)[0]?.body).toContain("store it on one line");
  expect(ended.stdout).toContain("::error title=No job could start::");
});

test.each([
  ["the ledger could not be written", "CLAIM", "`contents: write`", "Nothing was applied"],
  [
    "the outcomes could not be downloaded",
    "OUTCOMES",
    "could not be downloaded",
    "The outcomes could not be downloaded",
  ],
])(
  "where %s a push says so in one issue for the run, and in none for its units; a re-run that is well closes it",
  async (_what, input, text, title) => {
    await using github = await startLocalGitHub();
    const pushed = await merged(github);
    const sketch: Sketch = { mode: "apply", units: [{ path: "prod/vpc", creates: 1 }, { path: "prod/dns" }] };
    const ended = await report(sketch, github, {}, { [`PIPELINES_${input}`]: "failure" }, { pushed, outcomes: [] });
    expect([ended.exitCode, ended.stdout]).toEqual([1, expect.stringContaining(`::error title=${title}::`)]);
    const issues = () => [...github.state.issues.values()].filter(({ pull }) => pull === null);
    expect(issues().map((issue) => [issue.title, issue.state, issue.body?.includes(text)])).toEqual([
      ["A Pipelines run failed on the deploy branch", "open", true],
    ]);
    expect(github.comments(1)[0]?.body).toContain(text);
    expect(github.comments(1)[0]?.body).not.toContain("left no outcome");
    const again = await report(sketch, github, {}, {}, { pushed });
    expect([again.exitCode, issues().map(({ state }) => state)]).toEqual([0, ["closed"]]);
    expect(github.violations).toEqual([]);
  },
);

test("a run whose end could not be written to the ledger is green, and warns", async () => {
  await using github = await startLocalGitHub();
  const pushed = await merged(github);
  const sketch: Sketch = { mode: "apply", ledgerClaim: 0, units: [{ path: "prod/vpc", creates: 1 }] };
  const ended = await report(sketch, github, {}, { PIPELINES_RECORD: "failure" }, { pushed });
  expect([ended.exitCode, ended.stdout]).toEqual([0, expect.stringContaining("::warning title=The ledger")]);
  expect(github.comments(1)[0]?.body).toContain("the next run takes them along");
});

test("a job that reports itself has a status and a comment of its own; a job that nobody knows is an error", async () => {
  await using github = await startLocalGitHub();
  await github.openPullRequest({ head: "feature", base: "main", title: "change", author: "mona" });
  const sketch: Sketch = {
    units: [
      { path: "dev/vpc", environment: "dev", creates: 1 },
      { path: "prod/vpc", environment: "prod", end: failed() },
    ],
  };
  const ended = await report(sketch, github, payload, { PIPELINES_JOB: "dev-1" });
  expect([ended.exitCode, github.comments(1).length]).toEqual([0, 1]);
  expect(github.comments(1)[0]?.body).not.toContain("prod/vpc");
  const unknown = await report(sketch, github, payload, { PIPELINES_JOB: "staging-1" });
  expect([unknown.exitCode, unknown.stdout]).toEqual([2, expect.stringContaining("has no job `staging-1`")]);
});

test("run and collect write to the job's own page how it ended, once, and where its outcome is", async () => {
  await using github = await startLocalGitHub();
  const sketch: Sketch = { mode: "apply", units: [{ path: "prod/vpc", creates: 1, text: "  + all of the plan" }] };
  const ran = await report(sketch, github, {}, { PIPELINES_COMMAND: "run", PIPELINES_JOB: "prod-1" }, { pushed: HEAD });
  expect(ran.exitCode).toBe(1);
  expect(ran.summary).toContain("Apply failed");
  expect(ran.output).toContain("pipelines-outcome-prod-1-1");
  const collected = await report(
    sketch,
    github,
    {},
    { PIPELINES_COMMAND: "collect", PIPELINES_JOB: "prod-1" },
    { pushed: HEAD },
  );
  expect([collected.exitCode, collected.summary]).toEqual([0, ""]);
  expect(collected.output).toContain("pipelines-outcome-prod-1-1");
});
