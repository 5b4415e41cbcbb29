import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { git, makePlayground, type Playground } from "../demo/playground.ts";
import { dueUnits, story } from "../demo/story.ts";

/** The story of the demo, chapter by chapter, through the committed bundles, real Terragrunt, OpenTofu and git. */
const Comments = z.array(z.object({ id: z.number(), body: z.string(), user: z.object({ login: z.string() }) }));
const Issues = z.array(
  z.object({
    number: z.number(),
    title: z.string(),
    state: z.string(),
    body: z.string().nullable(),
    pull_request: z.unknown().optional(),
  }),
);
const Pulls = z.array(
  z.object({ number: z.number(), title: z.string(), state: z.string(), head: z.object({ ref: z.string() }) }),
);

/** The units of the example's stack. */
const workers = "dev/eu-west-1/workers/.terragrunt-stack";

describe("the main job, from pull request to a closed issue", () => {
  let playground: Playground;
  const jobs: string[] = [];
  const results: string[] = [];

  const get = async <S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> => {
    const url = `${playground.github.url}/repos/${playground.github.owner}/${playground.github.repo}${path}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${playground.github.token}` } });
    return schema.parse(await response.json());
  };
  const comments = (pullRequest: number) => get(`/issues/${pullRequest}/comments?per_page=100`, Comments);
  const issues = async () =>
    (await get("/issues?state=all&per_page=100", Issues)).filter((issue) => issue.pull_request === undefined);
  const play = async (chapter: number): Promise<void> => {
    jobs.length = 0;
    const result = await story[chapter]?.run(playground, (job) => jobs.push(`${job.ok ? "✓" : "✗"} ${job.name}`));
    results.push(result ?? "");
  };
  const state = (unit: string): string => join(playground.state, unit, "terraform.tfstate");
  const resources = async (unit: string): Promise<string[]> => {
    const file = z
      .object({ resources: z.array(z.object({ type: z.string(), name: z.string(), instances: z.array(z.unknown()) })) })
      .parse(JSON.parse(await readFile(state(unit), "utf8")));
    return file.resources.flatMap((resource) => resource.instances.map(() => `${resource.type}.${resource.name}`));
  };

  beforeAll(async () => {
    playground = await makePlayground(await mkdtemp(join(tmpdir(), "pipelines-story-")));
  });
  afterAll(async () => {
    await playground[Symbol.asyncDispose]();
    await rm(playground.folder, { recursive: true, force: true });
  });

  it("applies every unit of a new repository", async () => {
    await play(0);
    expect(jobs.filter((job) => job.startsWith("✗"))).toEqual([]);
    for (const unit of ["dev/eu-west-1", "prod/eu-west-1", "prod/us-east-1"]) {
      expect(await resources(`${unit}/app`)).toHaveLength(3);
    }
    expect(await resources("prod/us-east-1/queue")).toHaveLength(2);
    for (const worker of ["reports", "cleanup"]) expect(await resources(`${workers}/${worker}`)).toHaveLength(1);
    expect(await issues()).toEqual([]);
  });

  it("plans a pull request into one comment, updated in place", async () => {
    await play(1);
    expect(jobs.filter((job) => job.startsWith("✗"))).toEqual([]);
    const [comment, ...more] = await comments(1);
    expect(more).toEqual([]);
    for (const unit of [
      "prod/us-east-1/app",
      "prod/us-east-1/queue",
      "prod/eu-west-1/network-replica",
      "dev/eu-west-1/network",
      "prod/us-east-1/network",
      "prod/eu-west-1/network",
      `${workers}/reports`,
      `${workers}/cleanup`,
    ]) {
      expect(comment?.body).toContain(unit);
    }
    expect(comment?.body).not.toContain("dev/eu-west-1/database");
    expect(comment?.body).toContain("terraform_data.queue");
    expect(comment?.body).toContain("_envcommon/network.hcl");
  });

  it("applies the merge in dependency order, destroys the removed unit last, and tells the merged pull request", async () => {
    await play(2);
    expect(jobs.filter((job) => job.startsWith("✗"))).toEqual([]);
    const order = jobs
      .map((job) => (/Apply/.test(job) ? "apply" : /Destroy/.test(job) ? "destroy" : ""))
      .filter((kind) => kind !== "");
    expect(order).toContain("apply");
    expect(order.at(-1)).toBe("destroy");
    expect(order.indexOf("destroy")).toBeGreaterThan(order.lastIndexOf("apply"));
    expect(await resources("prod/eu-west-1/network-replica")).toHaveLength(2);
    expect(await resources("prod/us-east-1/app")).toHaveLength(5);
    expect(await resources("prod/us-east-1/queue")).toEqual([]);
    expect(await readFile(state(`${workers}/reports`), "utf8")).toContain("every hour");
    expect(await resources(`${workers}/cleanup`)).toEqual([]);
    const bodies = await comments(1);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]?.body).toContain("prod/us-east-1/queue");
  });

  it("opens an issue for a failed apply and closes it when the unit is applied", async () => {
    await play(3);
    expect(jobs.filter((job) => job.startsWith("✗"))).not.toEqual([]);
    const [issue, ...more] = await issues();
    expect(more).toEqual([]);
    expect(issue?.title).toContain("dev/eu-west-1/app");
    expect(issue?.body).toContain("InvalidImage");
    expect(issue?.state).toBe("closed");
    expect(await resources("dev/eu-west-1/app")).toHaveLength(4);
  });

  it("proposes the code of a new account in a pull request", async () => {
    await play(4);
    const pulls = await get("/pulls?state=open&per_page=100", Pulls);
    expect(pulls.map((pull) => pull.title).join()).toContain("stage");
    await expect(access(state("stage"))).rejects.toThrow();
  });

  it("takes along what a failed apply had skipped, once its fix is merged", async () => {
    await play(5);
    expect(results[5]).toContain("due: dev/eu-west-1/app (failed), dev/eu-west-1/queue (skipped)");
    expect(results[5]).toMatch(/success, nothing is due$/);
    expect(await dueUnits(playground)).toEqual([]);
    expect(await resources("dev/eu-west-1/queue")).toHaveLength(2);
  });

  it("makes accounts of requests: proposed by the App, planned by itself, merged and applied, several at once", async () => {
    await play(6);
    expect(jobs.filter((job) => job.startsWith("✗"))).toEqual([]);
    expect(results[6]).toContain("“Add the accounts stage, qa and sandbox” planned success, applied success");
    for (const account of ["stage", "qa", "sandbox"]) {
      expect(await resources(`management/global/roles/${account}`)).toHaveLength(2);
      expect(await resources(`${account}/eu-west-1/baseline`)).toEqual(["terraform_data.baseline"]);
    }
    const accounts = await git(playground.clone, "show", "origin/main:accounts.yml");
    expect(accounts.match(/^\w+(?=:$)/gm)).toEqual(["dev", "prod", "stage", "qa", "sandbox"]);
    const configuration = await git(playground.clone, "show", "origin/main:.pipelines/config.yml");
    expect(configuration.match(/^ {2}\w+(?=:$)/gm)).toEqual([
      "  management",
      "  dev",
      "  prod",
      "  stage",
      "  qa",
      "  sandbox",
    ]);
    const [pull] = (await get("/pulls?state=all&per_page=100", Pulls)).filter(
      ({ head }) => head.ref === "pipelines/accounts",
    );
    const plan = (await comments(pull?.number ?? 0))[0]?.body ?? "";
    // What makes the roles is planned there; what needs the new environment waits for the merge.
    expect(plan).toContain("management/global/roles/qa");
    expect(plan).toContain("`qa/eu-west-1/baseline` is in the environment `qa`, which this pull request adds");
    expect(await issues()).toEqual((await issues()).filter(({ state }) => state === "closed"));
    expect(await dueUnits(playground)).toEqual([]);
  });

  it("made no request that GitHub's description does not allow", () => {
    expect(results).toHaveLength(story.length);
    expect(playground.github.violations).toEqual([]);
  });
});
