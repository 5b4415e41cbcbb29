import { CommitSha } from "@pipelines/core/contracts/comparison";
import { Job } from "@pipelines/core/contracts/job";
import { createGitHubClient } from "@pipelines/core/github/client";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { assessmentOf, HEAD } from "../../test/build.ts";
import { gitHubLaterRuns, supersededUnits } from "./later-runs.ts";

const LATER = CommitSha.parse("c".repeat(40));
const NEWEST = CommitSha.parse("d".repeat(40));

function sourceOn(github: LocalGitHub) {
  const log = { info: () => undefined, warning: () => undefined };
  const client = createGitHubClient({ token: github.token, apiUrl: github.url, log, timing: { paced: false } });
  return gitHubLaterRuns(client, { owner: github.owner, repo: github.repo }, "pipelines.yml");
}

/** A job of units in a row: each needs the one before it. */
function jobOf(...paths: string[]): Job {
  return Job.parse({
    ...assessmentOf({ mode: "apply", units: paths.map((path) => ({ path })) }).jobs[0],
    units: paths.map((path, index) => ({ path, after: paths.slice(Math.max(0, index - 1), index) })),
  });
}

async function pushed(github: LocalGitHub, headSha: string, units: string[] | null, event = "push") {
  const run = github.startRun({ event, headSha, headBranch: "main" });
  if (units !== null) {
    const assessment = assessmentOf({ mode: "apply", units: units.map((path) => ({ path })) });
    await run.uploadArtifact("pipelines-assessment-1", { "assessment.json": JSON.stringify(assessment) });
  }
  return run;
}

const left = async (github: LocalGitHub, job: Job, number: number) =>
  (await supersededUnits(sourceOn(github), job, "main", number)).map(({ path, by }) => `${path} ${by[0]}`);

test("units that a later push run affects are left to the newest of them, with what depends on them", async () => {
  await using github = await startLocalGitHub();
  const ours = await pushed(github, HEAD, ["a", "b", "c", "d"]);
  await pushed(github, LATER, ["b", "x"]);
  await pushed(github, NEWEST, ["d"]);
  expect(await left(github, jobOf("a", "b", "c", "d"), ours.number)).toEqual(["b c", "c c", "d d"]);
  expect(github.violations).toEqual([]);
});

test("a later run that has determined nothing yet takes nothing, and neither does an earlier or another one", async () => {
  await using github = await startLocalGitHub();
  await pushed(github, LATER, ["a"]);
  const ours = await pushed(github, HEAD, ["a"]);
  await pushed(github, NEWEST, null);
  await pushed(github, NEWEST, ["a"], "pull_request");
  expect(await left(github, jobOf("a"), ours.number)).toEqual([]);
});

test("a rerun's assessment replaces the one of the first attempt", async () => {
  await using github = await startLocalGitHub();
  const ours = await pushed(github, HEAD, ["a", "b"]);
  const later = await pushed(github, LATER, ["a"]);
  const assessment = assessmentOf({ mode: "apply", units: [{ path: "b" }] });
  await later.uploadArtifact("pipelines-assessment-2", { "assessment.json": JSON.stringify(assessment) });
  expect(await left(github, jobOf("a"), ours.number)).toEqual([]);
  expect(await left(github, jobOf("b"), ours.number)).toEqual(["b c"]);
});

test("what a later run only plans is not left to it", async () => {
  await using github = await startLocalGitHub();
  const ours = await pushed(github, HEAD, ["a"]);
  const later = github.startRun({ event: "push", headSha: LATER, headBranch: "main" });
  const planned = assessmentOf({ units: [{ path: "a" }] });
  await later.uploadArtifact("pipelines-assessment-1", { "assessment.json": JSON.stringify(planned) });
  expect(await left(github, jobOf("a"), ours.number)).toEqual([]);
});
