import { createGitHubClient } from "@pipelines/core/github/client";
import { startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { HEAD } from "../../test/build.ts";
import { jobTimes } from "./job-times.ts";

test("the jobs of an attempt that have ended are reported with their times, without the calling job's name", async () => {
  await using github = await startLocalGitHub();
  const run = github.startRun({ event: "push", headSha: HEAD, headBranch: "main" });
  run.addJob("pipelines / Determine jobs", "success");
  run.addJob("pipelines / Apply · prod · ModuleChanged prod/vpc", "failure");
  run.addJob("pipelines / Apply · ${{ matrix.job.title }}", "skipped");
  run.addJob("pipelines / Pipelines status");
  const client = createGitHubClient({
    ...{ token: github.token, apiUrl: github.url, timing: { paced: false } },
    log: { info: () => undefined, warning: () => undefined },
  });
  const repository = { owner: github.owner, repo: github.repo };
  const times = await jobTimes(client, repository, { id: run.id, attempt: 1 });
  expect(times.map(({ name, result, runner, hosted }) => [name, result, runner, hosted])).toEqual([
    ["Determine jobs", "success", "ubuntu-latest", true],
    ["Apply · prod · ModuleChanged prod/vpc", "failure", "ubuntu-latest", true],
  ]);
  expect(times.every(({ queued, began, ended }) => queued <= began && began <= ended)).toBe(true);
  run.rerun();
  expect(await jobTimes(client, repository, { id: run.id, attempt: 2 })).toEqual([]);
  expect(github.violations).toEqual([]);
});
