import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createGitHubClient } from "@pipelines/core/github/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { git, type Playground } from "../../demo/playground.ts";
import { CALLER, type FinishedRun, ID_TOKEN_REQUEST_TOKEN, MARK, makeRunner, type Runner } from "./act.ts";
import {
  dispatchEvent,
  makeLiveRepository,
  pullRequestEvent,
  pushEvent,
  scheduleEvent,
  stored,
  unit,
} from "./live-repository.ts";
import { startLockedState } from "./locked-state.ts";
import { RELEASE } from "./release.ts";

const Head = z.looseObject({ sha: z.string() });
const ASIDE = ["Announce", "Claim", "Mark stale plans", "Record", "Report stage 1"];
const ACCOUNTS = "pipelines/accounts";
/** A unit that is in no commit: a stack makes it. */
const GENERATED = "dev/stack/.terragrunt-stack/it";

/**
 * The caller workflow that `pipelines init` writes, the reusable workflow, the actions and their bundles, run by act
 * with real Terragrunt, OpenTofu and git against a local GitHub. Not modelled by act, and read as data in
 * workflow-as-data.test.ts: permissions, concurrency, environments.
 */
describe("the workflow on a runner", () => {
  let playground: Playground;
  let runner: Runner;
  let initSaid: string;
  let main: string;

  beforeAll(async () => {
    const made = await makeLiveRepository(await mkdtemp(join(tmpdir(), "pipelines-act-")));
    playground = made.playground;
    initSaid = made.init;
    runner = await makeRunner(playground);
  });
  afterAll(async () => {
    await playground[Symbol.asyncDispose]();
    await rm(playground.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const openPullRequest = async (branch: string, title: string, files: Record<string, string | null>) => {
    await playground.push(branch, title, files);
    return playground.github.openPullRequest({ head: branch, base: "main", title, body: title, author: "robin" });
  };
  const plan = async (number: number): Promise<FinishedRun> => runner.run(await pullRequestEvent(playground, number));
  const merge = async (number: number): Promise<FinishedRun> => {
    const { before, after } = await playground.github.mergePullRequest(number, { method: "squash" });
    main = after;
    return runner.run(await pushEvent(playground, before, after));
  };
  const comments = (number: number): string[] => playground.github.comments(number).map(({ body }) => body);
  const issues = () => [...playground.github.state.issues.values()].filter((issue) => issue.pull === null);
  /** One branch has all accounts that are proposed, so that their pull requests never conflict with each other. */
  const openProposals = () =>
    [...playground.github.state.issues.values()].filter(
      ({ pull, state }) => state === "open" && pull?.headRef === ACCOUNTS,
    );
  const proposedFiles = async (): Promise<string[]> => {
    await git(playground.clone, "fetch", "--quiet", "origin", ACCOUNTS);
    return (await git(playground.clone, "ls-tree", "-r", "--name-only", "FETCH_HEAD")).split("\n");
  };
  /** How jobs ended, in that order, but those that run beside others and end whenever they do. */
  const jobsOf = (run: FinishedRun): string[] =>
    [...run.jobs].filter(([name]) => !ASIDE.includes(name)).map(([name, result]) => `${result} ${name}`);

  it("a repository made by `pipelines init` is applied by its first push, across environments in stages", async () => {
    expect(initSaid).toContain("written  .github/workflows/pipelines.yml");
    main = await playground.push("main", "The first commit", {});
    const run = await runner.run(await pushEvent(playground, "0".repeat(40), main));
    expect(run.status).toBe("success");
    expect(ASIDE.map((name) => run.jobs.get(name))).toEqual(ASIDE.map(() => "success"));
    const [determined, ...others] = jobsOf(run);
    expect(determined).toBe("success Determine jobs");
    expect(others.slice(0, 2).toSorted()).toEqual([
      "success Apply · dev · FileChanged dev/network",
      "success Apply · prod · FileChanged prod/queue",
    ]);
    expect(others.slice(2)).toEqual(["success Apply · prod · FileChanged prod/app", "success Pipelines status"]);
    expect(await stored(playground, "prod/app")).toBe("app 1");
    expect(issues()).toEqual([]);
  });

  it("a pull request is planned into one comment, and hostile names are text everywhere", async () => {
    const evil = "$(touch${IFS}$STAND_IN_MARK)";
    const title = `"; touch $STAND_IN_MARK; echo "\`touch $STAND_IN_MARK\` \${{ github.token }} ::set-output name=plan::[]`;
    const opened = await openPullRequest(`${evil}';"`, title, {
      "dev/network/terragrunt.hcl": unit("network 2"),
      "prod/queue": null,
      "dev/$(touch $STAND_IN_MARK)/terragrunt.hcl": unit("evil"),
      "dev/`touch $STAND_IN_MARK`; \"'.md": "x",
      "dev/::error file=forged::a unit/terragrunt.hcl": unit("commands"),
      "dev/\n::warning file=forged::a file\n.txt": "x",
      "dev/##[error]forged.txt": "x",
      "catalog/thing/terragrunt.hcl": unit("").replace('""', "values.text"),
      "dev/stack/terragrunt.stack.hcl":
        'unit "it" {\n  source = "../../catalog/thing"\n  path   = "it"\n  values = { text = "made by a stack" }\n}\n',
    });
    const run = await plan(opened.number);
    expect(jobsOf(run).filter((job) => job.startsWith("failure"))).toEqual([]);
    expect(run.status).toBe("success");
    const [comment, ...more] = comments(opened.number);
    expect(more).toEqual([]);
    expect(comment).toContain("dev/network");
    expect(comment).toContain("prod/queue");
    expect(comment).toContain(GENERATED);
    expect(run.log).toContain("file=forged");
    expect(run.log).not.toMatch(/^\W*::(?:error|warning) file=forged|##\[error\]forged/m);
    expect(await stored(playground, "dev/network")).toBe("network 1");
    await expect(access(join(playground.folder, MARK))).rejects.toThrow();
  });

  it("its merge is applied, the removed unit is destroyed after the applies, and the pull request is told", async () => {
    const run = await merge(1);
    expect(run.status).toBe("success");
    const jobs = jobsOf(run);
    expect(jobs.findIndex((job) => job.includes("Destroy"))).toBeGreaterThan(
      jobs.findLastIndex((job) => job.includes("Apply")),
    );
    expect(await stored(playground, "dev/network")).toBe("network 2");
    expect(await stored(playground, "prod/queue")).toBeNull();
    expect(await stored(playground, GENERATED)).toBe("made by a stack");
    expect(comments(1)).toHaveLength(2);
    expect(comments(1)[1]).toContain("prod/queue");
    const page = run.summaries.at(-1) ?? "";
    expect(page).toMatch(/^.*Applied.*\n/);
    const times = page.slice(page.indexOf("gantt\n  title Where the time went (UTC)"));
    expect(["Determine jobs", "Claim", "Apply", "Destroy"].filter((job) => !times.includes(job))).toEqual([]);
    expect(times).toMatch(/\d+ minutes?\*\* of GitHub's runners in \d+ jobs/);
    await expect(access(join(playground.folder, MARK))).rejects.toThrow();
  });

  it("a failing apply opens an issue; a rerun that succeeds closes it", async () => {
    const needed = join(playground.folder, "needed");
    const opened = await openPullRequest("needs", "It needs a file", {
      "dev/network/terragrunt.hcl": unit(`needs:${needed}`),
    });
    const failed = await merge(opened.number);
    expect(failed.status).toBe("failure");
    expect(failed.jobs.get("Pipelines status")).toBe("failure");
    expect(issues().map(({ title, state }) => `${state} ${title}`)).toEqual([
      expect.stringMatching(/^open .*dev\/network/),
    ]);
    await writeFile(needed, "");
    const again = await failed.rerun();
    expect(again.status).toBe("success");
    expect(again.artifacts.filter((name) => name.startsWith("pipelines-outcome-"))).toHaveLength(2);
    expect(issues().map(({ state }) => state)).toEqual(["closed"]);
  });

  it("a schedule looks for drift in every unit, applies nothing, and keeps one issue as long as there is any", async () => {
    const state = join(playground.state, "prod/app/terraform.tfstate");
    const before = await readFile(state, "utf8");
    await writeFile(state, before.replaceAll("app 1", "changed elsewhere"));
    const drifted = await runner.run(await scheduleEvent(playground));
    expect(drifted.status).toBe("success");
    const drift = () => issues().filter(({ title }) => title.startsWith("Drift: "));
    expect(drift().map(({ state: open, body }) => [open, body?.includes("prod/app")])).toEqual([["open", true]]);
    expect(await stored(playground, "prod/app")).toBe("changed elsewhere");
    await writeFile(state, before);
    expect((await runner.run(await scheduleEvent(playground))).status).toBe("success");
    expect(drift().map(({ state: open }) => open)).toEqual(["closed"]);
  });

  it("a pull request that touches no unit runs nothing, is green and says nothing", async () => {
    const opened = await openPullRequest("words", "Words", { "README.md": "Words\n" });
    const run = await plan(opened.number);
    expect(jobsOf(run)).toEqual(["success Determine jobs", "success Pipelines status"]);
    expect(comments(opened.number)).toEqual([]);
  });

  it("a pull request from a fork is determined without credentials, planned by nobody, and its reports stay inside the run", async () => {
    playground.github.addToken("read-only", "github-actions[bot]", {
      contents: "read",
      issues: "read",
      pull_requests: "read",
    });
    const opened = await openPullRequest("fork", "From a fork", { "dev/network/terragrunt.hcl": unit("network 3") });
    const event = await pullRequestEvent(playground, opened.number);
    const payload = JSON.parse(JSON.stringify(event.payload), (key, value: unknown) =>
      key === "head" ? { ...Head.parse(value), repo: { full_name: "mallory/infrastructure-live", fork: true } } : value,
    );
    const run = await runner.run({ ...event, payload }, { token: "read-only" });
    expect(jobsOf(run)).toEqual(["success Determine jobs", "failure Pipelines status"]);
    expect(comments(opened.number)).toEqual([]);
    expect(run.log).toContain("fork");
  });

  it("a unit that can't be read is an error on its file and line, makes the run red, and the others are planned", async () => {
    const opened = await openPullRequest("broken", "Broken", {
      "dev/broken/terragrunt.hcl": 'include "root" {\n  path = \n}\n',
      "dev/network/terragrunt.hcl": unit("network 3"),
    });
    const run = await plan(opened.number);
    expect(run.status).toBe("failure");
    expect(run.jobs.get("Pipelines status")).toBe("failure");
    expect(run.log).toMatch(/::error file=dev\/broken\/terragrunt\.hcl,line=\d+/);
    const comment = comments(opened.number).join();
    expect(comment).toContain("dev/broken/terragrunt.hcl");
    expect(comment).toContain('"network 3"');
  });

  it("code of a pull request finds no token, no identity and no undeclared secret in its environment", async () => {
    const leak = join(playground.folder, "leak");
    const command = `run_cmd("--terragrunt-quiet", "sh", "-c", "env >> '${leak}'; echo >> '${leak}.times'; echo leaked")`;
    const opened = await openPullRequest("leak", "Leak", {
      "dev/network/terragrunt.hcl": unit("network 3", `\nlocals {\n  text = ${command}\n}\n`),
    });
    const run = await runner.run(await pullRequestEvent(playground, opened.number), {
      secrets: { PIPELINES_SECRETS: JSON.stringify({ API_KEY: "hunter2-and-more" }) },
    });
    expect(run.status).toBe("success");
    // Once at least while changes are determined, once at least while it is planned.
    expect((await readFile(`${leak}.times`, "utf8")).length).toBeGreaterThan(1);
    const seen = await readFile(leak, "utf8");
    expect(seen).toContain("PATH=");
    for (const secret of [playground.github.token, ID_TOKEN_REQUEST_TOKEN, "hunter2", "GITHUB_OUTPUT", "GITHUB_ENV"]) {
      expect(seen).not.toContain(secret);
    }
  });

  it("a push to another branch applies nothing", async () => {
    const before = await git(playground.clone, "rev-parse", "origin/main");
    // The caller does not run for it, unless the branch changes the caller.
    const caller = await git(playground.clone, "show", "origin/main:.github/workflows/pipelines.yml");
    const after = await playground.push("other", "Elsewhere", {
      ".github/workflows/pipelines.yml": `${caller.replace('branches: ["main"]', 'branches: ["**"]')}\n`,
      "dev/network/terragrunt.hcl": unit("network 6"),
    });
    const payload = await playground.github.pushEvent(before, after, { branch: "other" });
    const ref = "refs/heads/other";
    const run = await runner.run({ name: "push", payload, sha: after, ref, headSha: after, headBranch: "other" });
    expect(jobsOf(run)).toEqual(["success Determine jobs", "success Pipelines status"]);
    expect(run.log).toContain("only a push to the deploy branch");
    expect([...run.jobs.keys()]).not.toContain("Mark stale plans");
    expect(await stored(playground, "dev/network")).not.toBe("network 6");
  });

  it("a merge queue's commit is determined without the cloud", async () => {
    const head = await playground.push("gh-readonly-queue/main/pr-9", "Queued", {
      "dev/network/terragrunt.hcl": unit("network 4"),
    });
    const base = await git(playground.clone, "rev-parse", "origin/main");
    const merge_group = {
      head_sha: head,
      base_sha: base,
      head_ref: "refs/heads/gh-readonly-queue/main/pr-9",
      base_ref: "refs/heads/main",
    };
    const run = await runner.run({
      name: "merge_group",
      payload: { action: "checks_requested", merge_group },
      sha: head,
      ref: merge_group.head_ref,
      headSha: head,
      headBranch: "gh-readonly-queue/main/pr-9",
    });
    expect(jobsOf(run)).toEqual(["success Determine jobs", "success Pipelines status"]);
    expect(await stored(playground, "dev/network")).not.toBe("network 4");
  });

  it("the custom workflow of the documentation plans a pull request, action by action", async () => {
    const text = await readFile(resolve(import.meta.dirname, "../../docs/custom-workflow.md"), "utf8");
    const workflow = /```yaml\n(name: Plan\n[\s\S]*?)```/.exec(text)?.[1] ?? "";
    const opened = await openPullRequest("custom", "A workflow of our own", {
      ".github/workflows/plan.yml": workflow.replaceAll("OWNER/", `${RELEASE.repository.split("/")[0]}/`),
      "dev/network/terragrunt.hcl": unit("network 5"),
    });
    const run = await runner.run(await pullRequestEvent(playground, opened.number), {
      workflow: ".github/workflows/plan.yml",
    });
    expect(jobsOf(run)).toEqual([
      "success determine",
      "success Plan · dev · ModuleChanged dev/network",
      "success Pipelines status",
    ]);
    expect(comments(opened.number)).toEqual([expect.stringContaining("dev/network")]);
  });

  it("a cancelled apply is collected and reported by the steps that run whatever happens", async () => {
    const begun = join(playground.folder, "begun");
    const opened = await openPullRequest("slow", "Slow", { "dev/slow/terragrunt.hcl": unit(`slow:${begun}`) });
    const { before, after } = await playground.github.mergePullRequest(opened.number, { method: "squash" });
    const run = await runner.run(await pushEvent(playground, before, after), { cancelOnFile: begun });
    expect(run.status).toBe("failure");
    const [determined, apply, status] = jobsOf(run);
    expect(determined).toBe("success Determine jobs");
    expect(apply).toBe("failure Apply · dev · ModuleAdded dev/slow");
    expect(status).toMatch(/Pipelines status$/);
    // act kills the step at once; OpenTofu goes on in a session of its own, and `collect` waits for it.
    expect(await stored(playground, "dev/slow")).toBe(`slow:${begun}`);
    expect(run.artifacts.filter((name) => name.startsWith("pipelines-outcome-apply-dev-dev-slow"))).toHaveLength(1);
    expect(comments(opened.number).join()).toContain("dev/slow");
  });

  it("an account that a merge adds is previewed in its pull request, then proposed in one of its own", async () => {
    const account = (name: string, id: string): string => `${name}:\n  id: "${id}"\n  email: aws+${name}@example.com\n`;
    await playground.push("main", "The first account", { "accounts.yml": account("dev", "111111111111") });
    const opened = await openPullRequest("stage", "A staging account", {
      "accounts.yml": account("dev", "111111111111") + account("stage", "333333333333"),
    });
    expect((await plan(opened.number)).status).toBe("success");
    expect(comments(opened.number).join()).toContain("will be proposed after the merge");
    const run = await merge(opened.number);
    expect(run.status).toBe("success");
    const [proposed, ...more] = openProposals();
    expect(more).toEqual([]);
    expect(proposed).toMatchObject({ title: "Add the account stage", user: { login: "github-actions[bot]" } });
    expect(await proposedFiles()).toContain("stage/account.hcl");
    expect(proposed?.body).toContain("Its checks wait for you");
  });

  it("where the caller names an App, it is the App that proposes the account, so that its checks start", async () => {
    // The pull request of the workflow's own token is declined, so that the next one is the App's.
    const { github } = playground;
    const log = { info: () => undefined, warning: () => undefined };
    const client = createGitHubClient({
      ...{ token: github.token, apiUrl: github.url, log },
      timing: { paced: false },
    });
    for (const { number } of openProposals()) {
      await client.rest.pulls.update({ owner: github.owner, repo: github.repo, pull_number: number, state: "closed" });
    }
    const caller = await git(playground.clone, "show", `origin/main:${CALLER}`);
    const key = "app-installation-token";
    playground.github.addToken(key, "acme-pipelines[bot]");
    const named = caller.replace(
      /^ {4}secrets:\n/m,
      "    with:\n      app_id: Iv1.abc\n    secrets:\n      PIPELINES_APP_KEY: ${{ secrets.PIPELINES_APP_KEY }}\n",
    );
    await playground.push("main", "An App for account pull requests", { [CALLER]: `${named}\n` });
    const accounts = await git(playground.clone, "show", "origin/main:accounts.yml");
    const opened = await openPullRequest("audit", "An audit account", {
      "accounts.yml": `${accounts}\naudit:\n  id: "444444444444"\n  email: aws+audit@example.com\n`,
    });
    const { before, after } = await playground.github.mergePullRequest(opened.number, { method: "squash" });
    const run = await runner.run(await pushEvent(playground, before, after), { secrets: { PIPELINES_APP_KEY: key } });
    expect(run.status).toBe("success");
    const [proposed, ...more] = openProposals();
    expect(more).toEqual([]);
    expect(proposed).toMatchObject({ title: "Add the account audit", user: { login: "acme-pipelines[bot]" } });
    const files = await proposedFiles();
    expect(files).toContain("audit/account.hcl");
    expect(files).not.toContain("stage/account.hcl");
    expect(proposed?.body).not.toContain("Its checks wait for you");
    await playground.push("main", "No App", { [CALLER]: `${caller}\n` });
  });

  it("a declared secret reaches the units of its environment, is masked, and reaches no other unit", async () => {
    const configuration = await git(playground.clone, "show", "origin/main:.pipelines/config.yml");
    const declared = configuration.replace(/^ {2}prod:$/m, "  prod:\n    secrets: [API_KEY]");
    const keyed = unit("x").replace('"x"', 'get_env("API_KEY", "none")');
    await playground.push("main", "A secret for prod", {
      ".pipelines/config.yml": `${declared}\n`,
      "dev/keyed/terragrunt.hcl": keyed,
      "prod/keyed/terragrunt.hcl": keyed,
    });
    const secrets = { PIPELINES_SECRETS: JSON.stringify({ API_KEY: "hunter2-and-more" }) };
    const wanted = { action: "apply", units: "*/keyed" };
    const run = await runner.run(await dispatchEvent(playground, wanted), { secrets });
    expect(run.status).toBe("success");
    expect(await stored(playground, "prod/keyed")).toBe("hunter2-and-more");
    expect(await stored(playground, "dev/keyed")).toBe("none");
    expect(run.log).not.toContain("hunter2");
  });

  it("what somebody types into a dispatch is text: no shell, no git and no workflow takes it for anything else", async () => {
    const evil = "$(touch $STAND_IN_MARK)`touch $STAND_IN_MARK`";
    const inputs = { action: "plan", units: `"; touch $STAND_IN_MARK; "${evil}`, commit: `--exec=${evil}` };
    const run = await runner.run(await dispatchEvent(playground, inputs));
    expect(jobsOf(run)).toEqual(["failure Determine jobs", "failure Pipelines status"]);
    expect(run.log).toMatch(/^\W*::error.*--exec=/m);
    await expect(access(join(playground.folder, MARK))).rejects.toThrow();
  });

  it("a destroy by hand goes through only with the run in which its plan was looked at", async () => {
    const units = "dev/keyed";
    const living = await runner.run(await dispatchEvent(playground, { action: "destroy", units }));
    expect(living.status).toBe("failure");
    const destroy = { action: "destroy", units, destroy_existing: "true" };
    // Pushes since the last look at all units left states that nobody has seen, and one of them may be this unit's.
    expect((await runner.run(await dispatchEvent(playground, { action: "plan", units: "**" }))).status).toBe("success");
    const blind = await runner.run(await dispatchEvent(playground, destroy));
    expect(blind.status).toBe("failure");
    expect(await stored(playground, units)).toBe("none");
    const due = issues().filter(({ title, state }) => state === "open" && title.includes(units));
    expect(due.map(({ body }) => body ?? "")).toEqual([expect.stringContaining("`plan-destroy`")]);
    const looked = await runner.run(await dispatchEvent(playground, { action: "plan-destroy", units }));
    expect(looked.status).toBe("success");
    expect(await stored(playground, units)).toBe("none");
    const approved = { ...destroy, approved_run: String(looked.id) };
    expect((await runner.run(await dispatchEvent(playground, approved))).status).toBe("success");
    expect(await stored(playground, units)).toBeNull();
    expect(issues().filter(({ title, state }) => state === "open" && title.includes(units))).toEqual([]);
  });

  it("a lock that a run left is told in an issue, given back by hand, and the apply that then succeeds closes the issue", async () => {
    const id = "6e3bd8a1-0b7c-1d6e-4f0a-0d3c5d4b9f10";
    await using state = await startLockedState(
      JSON.stringify({ ID: id, Operation: "OperationTypeApply", Who: "runner@gone", Created: "2026-01-02T03:04:05Z" }),
    );
    const units = "dev/locked";
    const configuration = await git(playground.clone, "show", "origin/main:.pipelines/config.yml");
    await playground.push("main", "A unit with a state of its own, and little patience", {
      ".pipelines/config.yml": `${configuration}\njobs:\n  lock_timeout: 1s\n`,
      [`${units}/terragrunt.hcl`]: `${state.block}\nterraform {\n  source = "."\n}\n`,
      [`${units}/main.tf`]: 'resource "terraform_data" "this" {}\n',
    });
    const open = () => issues().filter((issue) => issue.state === "open" && issue.title.includes(units));
    const apply = { action: "apply", units };
    expect((await runner.run(await dispatchEvent(playground, apply))).status).toBe("failure");
    expect(open().map(({ body }) => body ?? "")).toEqual([expect.stringContaining(`\`lock_id\` \`${id}\``)]);
    const unlock = await runner.run(await dispatchEvent(playground, { action: "unlock", units, lock_id: id }));
    expect([unlock.status, state.held(), open().length]).toEqual(["success", null, 1]);
    expect((await runner.run(await dispatchEvent(playground, apply))).status).toBe("success");
    expect(open()).toEqual([]);
  });

  it("made no request that GitHub's description does not allow", () => {
    expect(playground.github.violations).toEqual([]);
  });
});
