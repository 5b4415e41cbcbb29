import type { Job } from "@pipelines/core/contracts/job";
import { createGitHubClient } from "@pipelines/core/github/client";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { assessmentOf, HEAD } from "../../test/build.ts";
import { jobsAwaitingApproval, waitingNotices } from "./waiting-jobs.ts";

const jobs = (action: "apply" | "plan", ...environments: string[]): Job[] =>
  assessmentOf({
    action,
    mode: "apply",
    units: environments.map((environment) => ({ path: environment, environment })),
  }).jobs;

/** A run of which a job waits for an approval, as GitHub says it. */
function waitingRun(github: LocalGitHub, ...names: string[]) {
  const run = github.startRun({ event: "push", headSha: HEAD, headBranch: "main" });
  const told = github.state.runs.get(run.id);
  for (const name of names) {
    const { id } = run.addJob(`pipelines / ${name}`);
    const job = told?.jobs.find((each) => each.id === id);
    if (job !== undefined) job.status = "waiting";
  }
  for (const attempt of told?.attempts ?? []) attempt.status = "waiting";
  return run;
}

async function noticesFor(github: LocalGitHub, wanted: readonly Job[], ownRun = 0): Promise<string[]> {
  const log = { info: () => undefined, warning: () => undefined };
  const client = createGitHubClient({ token: github.token, apiUrl: github.url, log, timing: { paced: false } });
  const repository = { owner: github.owner, repo: github.repo };
  return waitingNotices(await jobsAwaitingApproval(client, repository, wanted, ownRun));
}

test("a run that waits for an approval in an environment of ours is told, with since when and where", async () => {
  await using github = await startLocalGitHub();
  const other = waitingRun(github, "Apply · prod · ModuleChanged prod/vpc", "Destroy · prod · ModuleDeleted prod/old");
  waitingRun(github, "Apply · dev · ModuleChanged dev/vpc");
  github.startRun({ event: "push", headSha: HEAD, headBranch: "main" }).addJob("Apply · prod · ModuleChanged prod/app");
  expect(await noticesFor(github, jobs("apply", "prod", "stage"))).toEqual([
    expect.stringMatching(
      new RegExp(
        `^Applies of \`prod\` wait behind run ${other.number}, .* since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\\. .*/job/\\d+$`,
      ),
    ),
  ]);
  expect(github.violations).toEqual([]);
});

test("our own job that waits is no news, and a run that deploys nothing asks nobody", async () => {
  await using github = await startLocalGitHub();
  const own = waitingRun(github, "Apply · prod · ModuleChanged prod/vpc");
  expect(await noticesFor(github, jobs("apply", "prod"), own.id)).toEqual([]);
  const asked = github.requests.length;
  expect(await noticesFor(github, jobs("plan", "prod"))).toEqual([]);
  expect(github.requests.length).toBe(asked);
});
