import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { readConfiguration } from "@pipelines/core/configuration/read";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import { describe, expect, it } from "vitest";
import { orchestrate, orchestratorEdges } from "../src/orchestrate.ts";
import { matricesOf } from "../src/pack/matrix.ts";
import { placedBy } from "./placed.ts";
import { makeRepository, type TestRepository } from "./repository.ts";

/** A repository of three units that share nothing. */
const unit = (text: string): string => `terraform {\n  source = "."\n}\n# ${text}\n`;
const FILES = {
  "a/terragrunt.hcl": unit("one"),
  "a/main.tf": "",
  "b/terragrunt.hcl": unit("one"),
  "b/main.tf": "",
  "c/terragrunt.hcl": unit("one"),
  "c/main.tf": "",
};
const ZEROS = "0".repeat(40);

const assessEvent = async (
  folder: string,
  name: string,
  ref: string,
  sha: string,
  payload: unknown,
  actor = "robin",
) => {
  const edges = await orchestratorEdges(folder, process.env);
  const event = { name, ref, actor, sha: CommitSha.parse(sha), payload };
  return Assessment.parse(await orchestrate(edges, { kind: "event", event }));
};
const push = (repository: TestRepository, before: string, after: string, ref = "refs/heads/main") =>
  assessEvent(repository.folder, "push", ref, after, { ref, before, after });
const pull = (head: string, base: string, fork = false) => ({
  number: 7,
  pull_request: {
    head: { ref: "change", sha: head, repo: { full_name: fork ? "somebody/live" : "acme/live" } },
    base: { ref: "main", sha: base, repo: { full_name: "acme/live" } },
  },
});
const paths = (assessment: Assessment): string[] => assessment.units.map(({ path, action }) => `${action} ${path}`);
/** A clone as a runner makes it, by file path so that git serves it like a remote. */
async function cloneOf(
  repository: TestRepository,
  ...options: string[]
): Promise<AsyncDisposable & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "clone-"));
  const env = toolEnvironment(process.env);
  await repository.git("config", "uploadpack.allowAnySHA1InWant", "true");
  await repository.git("config", "uploadpack.allowFilter", "true");
  const ran = await run("git", ["clone", "--quiet", ...options, `file://${repository.folder}`, folder], {
    cwd: tmpdir(),
    env,
  });
  if (ran.exitCode !== 0) throw new Error(ran.stderr);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

describe("which commits a push compares", () => {
  it.each<[string, (repository: TestRepository) => Promise<unknown>]>([
    [
      "many commits at once",
      async (repository) => {
        await repository.commit({ "a/terragrunt.hcl": unit("two") });
        await repository.commit({ "b/terragrunt.hcl": unit("two") });
      },
    ],
    [
      "a merge commit",
      async (repository) => {
        await repository.git("checkout", "--quiet", "-b", "change");
        await repository.commit({ "a/terragrunt.hcl": unit("two") });
        await repository.commit({ "b/terragrunt.hcl": unit("two") });
        await repository.git("checkout", "--quiet", "main");
        await repository.git("merge", "--quiet", "--no-ff", "change", "-m", "merge");
      },
    ],
    [
      "a squash merge",
      async (repository) => {
        await repository.commit({ "a/terragrunt.hcl": unit("two"), "b/terragrunt.hcl": unit("two") });
      },
    ],
    [
      "an octopus merge",
      async (repository) => {
        for (const name of ["a", "b"]) {
          await repository.git("checkout", "--quiet", "-b", `change-${name}`, "main");
          await repository.commit({ [`${name}/terragrunt.hcl`]: unit("two") });
        }
        await repository.git("checkout", "--quiet", "main");
        await repository.git("merge", "--quiet", "--no-ff", "change-a", "change-b", "-m", "octopus");
      },
    ],
    [
      "an edit that a later commit takes back",
      async (repository) => {
        await repository.commit({ "a/terragrunt.hcl": unit("two"), "c/terragrunt.hcl": unit("two") });
        await repository.commit({ "c/terragrunt.hcl": unit("one"), "b/terragrunt.hcl": unit("two") });
      },
    ],
  ])("is all that it brought: %s", async (_what, act) => {
    await using repository = await makeRepository(FILES);
    const before = await repository.git("rev-parse", "HEAD");
    await act(repository);
    const assessment = await push(repository, before, await repository.git("rev-parse", "HEAD"));
    expect(paths(assessment)).toEqual(["apply a", "apply b"]);
    expect(assessment.problems).toEqual([]);
  });

  it("is everything at the first push", async () => {
    await using repository = await makeRepository(FILES);
    const assessment = await push(repository, ZEROS, await repository.git("rev-parse", "HEAD"));
    expect(paths(assessment)).toEqual(["apply a", "apply b", "apply c"]);
  });

  it("is nothing, said in a sentence, for a tag, another branch, or a deleted branch", async () => {
    await using repository = await makeRepository(FILES);
    const before = await repository.git("rev-parse", "HEAD");
    const after = await repository.commit({ "a/terragrunt.hcl": unit("two") });
    for (const [ref, to] of [
      ["refs/tags/v1", after],
      ["refs/heads/other", after],
      ["refs/heads/main", ZEROS],
    ] as const) {
      const payload = { ref, before, after: to, deleted: to === ZEROS };
      const assessment = await assessEvent(repository.folder, "push", ref, after, payload);
      expect(assessment.jobs).toEqual([]);
      expect(assessment.notices.join()).toContain("Nothing to do");
    }
  });

  it("after a forced push is what differs from the old tip, which is fetched by its id when it is missing", async () => {
    await using repository = await makeRepository(FILES);
    const first = await repository.git("rev-parse", "HEAD");
    const before = await repository.commit({ "a/terragrunt.hcl": unit("two") });
    await repository.git("reset", "--quiet", "--hard", first);
    const after = await repository.commit({ "b/terragrunt.hcl": unit("two") });
    await using clone = await cloneOf(repository);
    const payload = { ref: "refs/heads/main", before, after, forced: true };
    const assessment = await assessEvent(clone.folder, "push", "refs/heads/main", after, payload);
    expect(paths(assessment)).toEqual(["apply a", "apply b"]);
  });

  it("is an error, never nothing, when the old tip is gone", async () => {
    await using repository = await makeRepository(FILES);
    const after = await repository.commit({ "a/terragrunt.hcl": unit("two") });
    await expect(push(repository, "1".repeat(40), after)).rejects.toThrow(/1{40}.*fetch-depth: 0/s);
  });
});

describe("which commits a pull request compares", () => {
  /** main moves on after the branch left it. */
  async function diverged(): Promise<{ repository: TestRepository; base: string; head: string; merge: string }> {
    const repository = await makeRepository(FILES);
    await repository.git("checkout", "--quiet", "-b", "change");
    const head = await repository.commit({ "a/terragrunt.hcl": unit("two") });
    await repository.git("checkout", "--quiet", "main");
    const base = await repository.commit({ "b/terragrunt.hcl": unit("two") });
    await repository.git("checkout", "--quiet", "--detach", "main");
    await repository.git("merge", "--quiet", "--no-ff", "change", "-m", "merge");
    return { repository, base, head, merge: await repository.git("rev-parse", "HEAD") };
  }

  it("are the merge commit and its first parent: what merging would change, and nothing that main changed meanwhile", async () => {
    const { repository, base, head, merge } = await diverged();
    await using _repository = repository;
    const assessment = await assessEvent(
      repository.folder,
      "pull_request",
      "refs/pull/7/merge",
      merge,
      pull(head, base),
    );
    expect(paths(assessment)).toEqual(["plan a"]);
    expect(assessment.comparison).toMatchObject({ base, head: merge, pullRequest: { number: 7, headSha: head } });
  });

  it("are the fork point and the branch's tip where there is no merge commit", async () => {
    const { repository, base, head } = await diverged();
    await using _repository = repository;
    const assessment = await assessEvent(repository.folder, "pull_request", "refs/pull/7/head", head, pull(head, base));
    expect(paths(assessment)).toEqual(["plan a"]);
  });

  it.each([
    ["shallow", ["--depth=1"]],
    ["blobless", ["--filter=blob:none"]],
  ])("are found in a %s clone", async (_what, options) => {
    const { repository, base, head, merge } = await diverged();
    await using _repository = repository;
    await repository.git("branch", "merged", merge);
    await using clone = await cloneOf(repository, "--branch", "merged", ...options);
    const assessment = await assessEvent(clone.folder, "pull_request", "refs/pull/7/merge", merge, pull(head, base));
    expect(paths(assessment)).toEqual(["plan a"]);
  });

  it("of a fork or of Dependabot are determined, and nothing runs: the status fails with what a maintainer can do", async () => {
    const { repository, base, head, merge } = await diverged();
    await using _repository = repository;
    for (const [payload, actor] of [
      [pull(head, base, true), "somebody"],
      [pull(head, base), "dependabot[bot]"],
    ] as const) {
      const assessment = await assessEvent(
        repository.folder,
        "pull_request",
        "refs/pull/7/merge",
        merge,
        payload,
        actor,
      );
      expect(paths(assessment)).toEqual(["plan a"]);
      expect(assessment.jobs).toEqual([]);
      expect(assessment.problems).toMatchObject([
        { kind: "untrusted-pull-request", message: expect.stringContaining("maintainer") },
      ]);
    }
  });
});

describe("other events", () => {
  it("a merge group is determined without running anything", async () => {
    await using repository = await makeRepository(FILES);
    const base_sha = await repository.git("rev-parse", "HEAD");
    const head_sha = await repository.commit({ "a/terragrunt.hcl": unit("two") });
    const assessment = await assessEvent(
      repository.folder,
      "merge_group",
      "refs/heads/gh-readonly-queue/main/pr-7",
      head_sha,
      { merge_group: { base_sha, head_sha } },
    );
    expect(paths(assessment)).toEqual(["plan a"]);
    expect(assessment.jobs).toEqual([]);
  });

  it("an event that Pipelines does not act on does nothing, and says so", async () => {
    await using repository = await makeRepository(FILES);
    const sha = await repository.git("rev-parse", "HEAD");
    const assessment = await assessEvent(repository.folder, "issues", "refs/heads/main", sha, {});
    expect(assessment.jobs).toEqual([]);
    expect(assessment.notices.join()).toContain("issues");
  });

  it.each(["push", "pull_request", "merge_group"])(
    "a %s payload without what it promises is an error that names it",
    async (name) => {
      await using repository = await makeRepository(FILES);
      const sha = await repository.git("rev-parse", "HEAD");
      await expect(assessEvent(repository.folder, name, "refs/heads/main", sha, { nothing: true })).rejects.toThrow(
        name,
      );
    },
  );
});

it("a terminal compares a branch with where it left the other, as a pull request does", async () => {
  await using repository = await makeRepository(FILES);
  await repository.git("checkout", "--quiet", "-b", "change");
  await repository.commit({ "a/terragrunt.hcl": unit("two") });
  await repository.git("checkout", "--quiet", "main");
  await repository.commit({ "b/terragrunt.hcl": unit("two") });
  const wanted = { kind: "local", base: "main", head: "change" } as const;
  expect(paths(await repository.assess({ ...wanted, event: "pull_request" }))).toEqual(["plan a"]);
  expect(paths(await repository.assess({ ...wanted, event: "push" }))).toEqual(["apply a", "apply b"]);
});

describe("what is asked for by hand", () => {
  const dispatch = (inputs: Record<string, string>) => ({ inputs });
  const asked = async (repository: TestRepository, inputs: Record<string, string>, ref = "refs/heads/main") =>
    assessEvent(
      repository.folder,
      "workflow_dispatch",
      ref,
      await repository.git("rev-parse", "HEAD"),
      dispatch(inputs),
    );

  it("runs the units that globs name at the branch's tip, whatever has changed", async () => {
    await using repository = await makeRepository(FILES);
    const assessment = await asked(repository, { action: "apply", units: "a c" });
    expect(paths(assessment)).toEqual(["apply a", "apply c"]);
    expect(assessment.comparison.mode).toBe("manual");
    expect(assessment.jobs.map(({ stage, action }) => `${stage} ${action}`)).toEqual(["1 apply"]);
  });

  it("runs what depends on them as well, at any distance, where the configuration says so", async () => {
    const on = (path: string): string =>
      `terraform {\n  source = "."\n}\ndependency "d" {\n  config_path = "${path}"\n}\n`;
    await using repository = await makeRepository({
      ...FILES,
      ".pipelines/config.yml": "include_dependents: true\n",
      "b/terragrunt.hcl": on("../a"),
      "c/terragrunt.hcl": on("../b"),
    });
    expect(paths(await asked(repository, { action: "plan", units: "a" }))).toEqual(["plan a", "plan b", "plan c"]);
  });

  it("destroys in reverse order after every apply stage, and never what the configuration protects", async () => {
    const config = 'environments:\n  all: { paths: ["**"], protect: ["b"] }\n';
    const dependent = 'terraform {\n  source = "."\n}\ndependency "a" {\n  config_path = "../a"\n}\n';
    await using repository = await makeRepository({
      ...FILES,
      ".pipelines/config.yml": config,
      "c/terragrunt.hcl": dependent,
    });
    const inputs = { action: "destroy", units: "*", approved_run: "4711", destroy_existing: "true" };
    const assessment = await asked(repository, inputs);
    expect(paths(assessment)).toEqual(["destroy a", "destroy b", "destroy c"]);
    expect(assessment.comparison.approvedRun).toBe(4711);
    expect(assessment.units[1]?.withheld?.by).toBe("protected");
    expect(assessment.jobs).toMatchObject([
      {
        stage: 5,
        units: [
          { path: "a", after: ["c"] },
          { path: "c", after: [] },
        ],
      },
    ]);
  });

  it("destroys nothing that is on the branch without the word for it, whichever commit is named", async () => {
    await using repository = await makeRepository(FILES);
    const old = await repository.git("rev-parse", "HEAD");
    await repository.commit({ "a/terragrunt.hcl": null, "a/main.tf": null });
    const by = async (more: object) =>
      Object.fromEntries(
        (await asked(repository, { action: "destroy", units: "a b", ...more })).units.map(({ path, withheld }) => [
          path,
          withheld?.by,
        ]),
      );
    expect(await by({})).toEqual({ b: "exists" });
    expect(await by({ commit: old })).toEqual({ a: undefined, b: "exists" });
    expect(await by({ commit: old, destroy_existing: "true" })).toEqual({ a: undefined, b: undefined });
  });

  it("holds an older commit's units to what the branch says now as well", async () => {
    const config = (settings: string): string => `environments:\n  all: { paths: ["**"]${settings} }\n`;
    await using repository = await makeRepository({ ...FILES, ".pipelines/config.yml": config("") });
    const old = await repository.git("rev-parse", "HEAD");
    await repository.commit({
      ".pipelines/config.yml": config(", apply: paused"),
      "b/terragrunt.hcl": null,
      "b/main.tf": null,
    });
    const paused = await asked(repository, { action: "apply", units: "a", commit: old });
    expect(paused.units.map(({ withheld }) => withheld?.by)).toEqual(["paused"]);
    expect(paused.jobs).toEqual([]);
    await repository.commit({ ".pipelines/config.yml": config(", destroy: deny") });
    const denied = await asked(repository, { action: "destroy", units: "b", commit: old, approved_run: "1" });
    expect(denied.units.map(({ withheld }) => withheld?.by)).toEqual(["destroy-denied"]);
    await repository.commit({ ".pipelines/config.yml": config("") });
    const allowed = await asked(repository, { action: "destroy", units: "b", commit: old, approved_run: "1" });
    expect(allowed.units.map(({ withheld }) => withheld?.by)).toEqual([undefined]);
  });

  it("shows what a destroy would do, also of what is protected, in a job that changes nothing", async () => {
    await using repository = await makeRepository({
      ...FILES,
      ".pipelines/config.yml": 'environments:\n  all: { paths: ["**"], protect: ["b"] }\n',
    });
    const assessment = await asked(repository, { action: "plan-destroy", units: "b" });
    expect(paths(assessment)).toEqual(["plan-destroy b"]);
    expect(assessment.jobs.map(({ stage, action }) => `${stage} ${action}`)).toEqual(["1 plan-destroy"]);
  });

  it("gives back the lock of one unit, in a job with the environment's approvals, also while applies are paused", async () => {
    const config = 'environments:\n  all: { paths: ["**"], apply: paused, protect: ["a"], github_environment: live }\n';
    await using repository = await makeRepository({ ...FILES, ".pipelines/config.yml": config });
    const lock = { action: "unlock", units: "a", lock_id: "6e3bd8a1-0b7c-1d6e-4f0a-0d3c5d4b9f10" };
    const assessment = await asked(repository, lock);
    expect(assessment.comparison.lockId).toBe(lock.lock_id);
    expect(assessment.units.map(({ path, action, withheld }) => [path, action, withheld])).toEqual([
      ["a", "unlock", undefined],
    ]);
    const matrices = matricesOf(placedBy(assessment.jobs, readConfiguration(config, "config.yml")));
    expect(assessment.jobs.map(({ name }) => name)).toEqual([expect.stringMatching(/^Unlock · all · /)]);
    expect(matrices.get("unlock")).toMatchObject([{ github_environment: "live", follows: false }]);
    expect(matrices.get("apply_1")).toEqual([]);
    await expect(asked(repository, { ...lock, units: "a b" })).rejects.toThrow("names 2: a b");
    await expect(asked(repository, { ...lock, units: "x" })).rejects.toThrow("names 0: x");
  });

  it("takes an older commit of the branch, and refuses one that the branch does not hold", async () => {
    await using repository = await makeRepository(FILES);
    const old = await repository.git("rev-parse", "HEAD");
    await repository.commit({ "a/terragrunt.hcl": unit("two") });
    expect((await asked(repository, { action: "plan", units: "a", commit: old })).units[0]?.at).toBe(old);
    await repository.git("checkout", "--quiet", "-b", "other", old);
    const foreign = await repository.commit({ "b/terragrunt.hcl": unit("two") });
    await repository.git("checkout", "--quiet", "main");
    await expect(asked(repository, { action: "apply", units: "b", commit: foreign })).rejects.toThrow(
      "not part of refs/heads/main",
    );
  });

  it.each([
    ["no units", { action: "plan", units: " " }],
    ["an unknown action", { action: "import", units: "a" }],
    ["a run that is no number", { action: "apply", units: "a", approved_run: "latest" }],
    ["a lock's id that is an option", { action: "unlock", units: "a", lock_id: "-force" }],
    ["an unlock without the lock's id", { action: "unlock", units: "a" }, "`lock_id`"],
    [
      "a word that is neither yes nor no",
      { action: "destroy", units: "a", destroy_existing: "maybe" },
      "true or false",
    ],
    ["a lock's id for another action", { action: "apply", units: "a", lock_id: "x" }, "`lock_id`"],
  ])("%s is an error", async (_what, inputs, message = "workflow_dispatch") => {
    await using repository = await makeRepository(FILES);
    await expect(asked(repository, inputs)).rejects.toThrow(message);
  });

  it("a schedule plans every unit, to find drift", async () => {
    await using repository = await makeRepository(FILES);
    const sha = await repository.git("rev-parse", "HEAD");
    const assessment = await assessEvent(repository.folder, "schedule", "refs/heads/main", sha, {
      schedule: "0 5 * * *",
    });
    expect(paths(assessment)).toEqual(["plan a", "plan b", "plan c"]);
    expect(assessment.comparison.mode).toBe("drift");
  });
});
