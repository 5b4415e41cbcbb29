import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createGitHubClient } from "@pipelines/core/github/client";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Playground } from "../../demo/playground.ts";
import { type FinishedRun, makeRunner, type Runner } from "./act.ts";
import { makeLiveRepository, pullRequestEvent, pushEvent, unit } from "./live-repository.ts";

/** What pull requests learn of each other and of the deploy branch: the workflow under act, with real tools. */
describe("pull requests beside each other", () => {
  let playground: Playground;
  let runner: Runner;
  let first: FinishedRun | undefined;

  beforeAll(async () => {
    playground = (await makeLiveRepository(await mkdtemp(join(tmpdir(), "pipelines-act-neighbours-")))).playground;
    runner = await makeRunner(playground);
  });
  afterAll(async () => {
    await playground[Symbol.asyncDispose]();
    await rm(playground.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const open = async (branch: string, files: Record<string, string>): Promise<number> => {
    await playground.push(branch, branch, files);
    const opened = await playground.github.openPullRequest({
      head: branch,
      base: "main",
      title: branch,
      author: "robin",
    });
    return opened.number;
  };
  const plan = async (number: number): Promise<FinishedRun> => runner.run(await pullRequestEvent(playground, number));
  const comment = (number: number): string => playground.github.comments(number)[0]?.body ?? "";
  /** The newest status of a pull request's head. */
  const freshness = (number: number): string | undefined => {
    const sha = playground.github.state.issues.get(number)?.pull?.headSha;
    return playground.github.state.statuses.findLast((status) => status.sha === sha)?.state;
  };
  const app = async (text: string): Promise<string> =>
    (await readFile(join(playground.clone, "prod/app/terragrunt.hcl"), "utf8")).replace("app 1", text);

  it("a plan names the open pull requests that change the same units", async () => {
    const config = await readFile(join(playground.clone, ".pipelines/config.yml"), "utf8");
    const main = await playground.push("main", "The first commit", {
      ".pipelines/config.yml": `${config}stale_plans: fail\n`,
    });
    expect((await runner.run(await pushEvent(playground, "0".repeat(40), main))).status).toBe("success");
    const numbers = [
      await open("network-a", { "dev/network/terragrunt.hcl": unit("network a") }),
      await open("app", { "prod/app/terragrunt.hcl": await app("app 2") }),
      await open("network-b", { "dev/network/terragrunt.hcl": unit("network b") }),
    ];
    for (const number of numbers) {
      const run = await plan(number);
      expect(run.status).toBe("success");
      if (number === 1) first = run;
    }
    expect(comment(1)).not.toContain("Other open pull requests");
    expect(comment(2)).not.toContain("Other open pull requests");
    expect(comment(3)).toContain("**Other open pull requests change the same units.**");
    expect(comment(3)).toContain("- #1: `dev/network`\n");
    expect(comment(3)).toContain("press **Re-run all jobs**");
    expect(numbers.map(freshness)).toEqual(["success", "success", "success"]);
  });

  it("a merge marks the plans that change or read its units, and turns their status red", async () => {
    const { before, after } = await playground.github.mergePullRequest(3, { method: "squash" });
    const run = await runner.run(await pushEvent(playground, before, after));
    expect([run.status, run.jobs.get("Mark stale plans")]).toEqual(["success", "success"]);
    expect(comment(1)).toContain(`(#3) has changed \`dev/network\`\n`);
    expect(comment(2)).toContain(`(#3) has changed \`dev/network\`, which this plan reads\n`);
    expect(comment(1)).toContain("gh pr update-branch 1");
    expect([1, 2].map(freshness)).toEqual(["failure", "failure"]);
  });

  it("the ledger alone says who changed what, by which pull request and which reviewed plan", async () => {
    const { stdout } = await execa(process.execPath, [
      ...[resolve(import.meta.dirname, "../../packages/cli/src/main.ts"), "history", "--repo", playground.clone],
      ...["--environment", "dev", "--since", "2020-01-01", "--format", "json"],
    ]);
    const History = z.object({ entries: z.array(z.looseObject({ what: z.string() })) });
    const applied = History.parse(JSON.parse(stdout)).entries.filter(({ what }) => what === "applied");
    const head = playground.github.state.issues.get(3)?.pull?.headSha;
    expect(applied.at(-1)).toMatchObject({
      ...{ unit: "dev/network", environment: "dev", pullRequest: 3, reviewedCommit: head },
      reviewedPlan: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("a re-run plans the same commits and keeps the mark; an updated branch is planned afresh and loses it", async () => {
    const { github } = playground;
    const client = createGitHubClient({
      ...{ token: github.token, apiUrl: github.url, log: { info: () => undefined, warning: () => undefined } },
      timing: { paced: false },
    });
    await client.rest.pulls.updateBranch({ owner: github.owner, repo: github.repo, pull_number: 2 });
    expect((await plan(2)).status).toBe("success");
    expect(comment(2)).not.toContain("has changed since this plan");
    expect(freshness(2)).toBe("success");
    expect((await first?.rerun())?.status).toBe("success");
    expect(comment(1)).toContain("attempt=2");
    expect(comment(1)).toContain("has changed since this plan");
    expect(github.violations).toEqual([]);
  });
});
