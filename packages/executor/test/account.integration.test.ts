import { join } from "node:path";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { createGitHubClient } from "@pipelines/core/github/client";
import { startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { gitHubPullRequests } from "../src/accounts/pull-request.ts";
import { type Ask, git, makeWorld, type World } from "./world.ts";

const account = { name: "stage", id: "333333333333", email: "aws+stage@example.com" };
const qa = { name: "qa", id: "444444444444", email: "aws+qa@example.com" };
const quiet = { info: () => undefined, warning: () => undefined };
const BRANCH = "pipelines/accounts";

/** A local GitHub over a bare copy of the repository, and how the executor proposes to it. */
async function gitHubOf(world: World, by = "github-actions[bot]") {
  const origin = join(world.folder, "origin.git");
  await git(world.folder, "clone", "--quiet", "--bare", world.repository, origin);
  const github = await startLocalGitHub({ gitFolder: origin });
  const token = "account-token";
  github.addToken(token, by);
  const timing = { paced: false, retryBaseMs: 1 };
  const client = createGitHubClient({ token, apiUrl: github.url, log: quiet, timing });
  const propose = gitHubPullRequests(client, github.owner, github.repo, "https://github.com/run/1");
  /** Brings what the repository has to origin's main. */
  const publish = () => git(world.repository, "push", "--quiet", "--force", origin, "HEAD:main");
  /** Somebody commits to a branch of origin. */
  const commit = async (branch: string, files: Readonly<Record<string, string | null>>): Promise<void> => {
    await git(world.repository, "fetch", "--quiet", origin, `${branch}:theirs`);
    await git(world.repository, "checkout", "--quiet", "theirs");
    await world.commit(files);
    await git(world.repository, "push", "--quiet", origin, `HEAD:${branch}`);
    await git(world.repository, "checkout", "--quiet", "main");
    await git(world.repository, "branch", "--quiet", "-D", "theirs");
    await world.commit({});
  };
  const show = (path: string) => git(origin, "show", `${BRANCH}:${path}`);
  const pulls = () => [...github.state.issues.values()];
  return { origin, github, propose, publish, commit, show, pulls };
}

const templates = {
  ".pipelines/templates/account/account.hcl":
    'locals {\n  name = "{{ account.name }}"\n  id   = "{{ account.id }}"\n}\n',
  ".pipelines/templates/account/{{ account.name }}-global/README.md": "# {{ account.name }} {{ account.email }}\n",
};
const CONFIG = `# Where units live.
environments:
  dev: # first
    paths: ["dev/**"]
    aws: { account: dev, region: eu-west-1, plan_role: pipelines-plan, apply_role: pipelines-apply }
    destroy: deny

  prod:
    paths: ["prod/**"]
    aws: { account: prod, region: eu-west-1, plan_role: "arn:aws:iam::222222222222:role/pipelines-plan", apply_role: pipelines-apply }
    github_environment: production # approvals
    destroy: deny
accounts: { factory_unit: factory }
`;
const ACCOUNTS = `# Every account.
prod: # first
  id: "222222222222"
dev:
  id: "111111111111"
`;
/** The entry of an account that a person added. */
const entry = 'stage:\n  id: "333333333333"\n  email: aws+stage@example.com\n';
const configured = { ...templates, ".pipelines/config.yml": CONFIG, "accounts.yml": ACCOUNTS };
const added = (...accounts: (typeof account)[]) => ({ added: accounts, requested: [] });
const provision = (...accounts: (typeof account)[]) => {
  return { action: "provision-account", units: [], accounts: added(...accounts) } as const;
};

test("a preview shows the code, and proposes nothing", async () => {
  await using world = await makeWorld({ ...templates, "accounts.yml": entry });
  const { github, propose } = await gitHubOf(world);
  await using _github = github;
  const ask = { action: "preview-account", units: [], accounts: added(account) } as const;
  const { outcome } = await world.run(ask, { pullRequests: propose });
  expect(outcome.account).toEqual({
    name: "stage",
    files: [
      { path: "stage/account.hcl", content: 'locals {\n  name = "stage"\n  id   = "333333333333"\n}\n' },
      { path: "stage/stage-global/README.md", content: "# stage aws+stage@example.com\n" },
    ],
    pullRequestUrl: null,
    failure: null,
  });
  expect(github.requests.filter(({ method }) => method !== "GET")).toEqual([]);
});

test("a preview of a request shows all but the id, which nobody knows yet, and the lines that files gain", async () => {
  await using world = await makeWorld(configured);
  const requested = [{ name: "qa", file: "_new-account-requests/qa.yml", email: "aws+qa@example.com" }];
  const ask = { action: "preview-account", units: [], accounts: { added: [], requested } } satisfies Ask;
  const { outcome } = await world.run(ask);
  expect(outcome.account?.failure).toBeNull();
  expect(outcome.account?.files.map(({ path }) => path)).toEqual([
    "qa/account.hcl",
    "qa/qa-global/README.md",
    "accounts.yml",
    ".pipelines/config.yml",
  ]);
  expect(outcome.account?.files[0]?.content).toContain('id   = "(known once the account is made)"');
  expect(outcome.account?.files[3]?.content).toBe(
    'qa:\n  paths: ["qa/**"]\n  aws: { account: "qa", region: eu-west-1, plan_role: pipelines-plan, apply_role: pipelines-apply }\n  destroy: "deny"\n',
  );
});

test("a provision opens one pull request with the code; a second run brings it up to date", async () => {
  await using world = await makeWorld(templates);
  const { github, propose, origin, show } = await gitHubOf(world);
  await using _github = github;
  const ask = provision(account);
  const first = await world.run(ask, { pullRequests: propose });
  expect(first.outcome).toMatchObject({ failure: null, account: { failure: null } });
  expect(await show("stage/account.hcl")).toContain('id   = "333333333333"');
  expect(await show("root.hcl")).toContain("remote_state");
  await world.commit({ ".pipelines/templates/account/account.hcl": "locals {}\n" });
  const second = await world.run(ask, { pullRequests: propose });
  expect(second.outcome.account?.pullRequestUrl).toBe(first.outcome.account?.pullRequestUrl);
  expect(await show("stage/account.hcl")).toBe("locals {}");
  const tip = await git(origin, "rev-parse", BRANCH);
  const third = await world.run(ask, { pullRequests: propose });
  expect(third.outcome.account?.pullRequestUrl).toBe(first.outcome.account?.pullRequestUrl);
  expect(await git(origin, "rev-parse", BRANCH)).toBe(tip);
  expect(github.violations).toEqual([]);
});

test("several accounts are one pull request, with their environments in the configuration and nothing else of it changed", async () => {
  await using world = await makeWorld(configured);
  const { github, propose, show, pulls } = await gitHubOf(world);
  await using _github = github;
  const { outcome } = await world.run(provision(account, qa), { pullRequests: propose });
  expect(outcome.account).toMatchObject({ name: "qa, stage", failure: null });
  expect(pulls().map(({ title }) => title)).toEqual(["Add the accounts stage and qa"]);
  const aws = "region: eu-west-1, plan_role: pipelines-plan, apply_role: pipelines-apply }";
  const environment = (name: string): string =>
    `  ${name}:\n    paths: ["${name}/**"]\n    aws: { account: "${name}", ${aws}\n    destroy: "deny"\n`;
  const line = "accounts: { factory_unit: factory }\n";
  // The blank line between environments is kept up; what one environment alone has is not copied.
  const expected = CONFIG.replace(line, `\n${environment("stage")}\n${environment("qa")}${line}`);
  expect(`${await show(".pipelines/config.yml")}\n`).toBe(expected);
  expect(pulls()[0]?.body).toContain("- `.pipelines/config.yml`");
  expect(github.violations).toEqual([]);
});

test("a template makes the environment; one that is none is said with file and line", async () => {
  const template = ".pipelines/templates/environment.yml";
  await using world = await makeWorld({
    ...configured,
    [template]: '{{ account.name }}-live:\n  # whose it is\n  paths: ["{{ account.name }}/**"]\n',
  });
  const preview = { action: "preview-account", units: [], accounts: added(account) } as const;
  const good = await world.run(preview);
  expect(good.outcome.account?.files.at(-1)).toEqual({
    path: ".pipelines/config.yml",
    content: 'stage-live:\n  # whose it is\n  paths: ["stage/**"]\n',
  });
  await world.commit({ [template]: 'x:\n  paths: ["{{ account.name }}/**"]\n  regoin: x\n' });
  const bad = await world.run(preview);
  expect(bad.outcome.account?.failure).toContain(`${template}:3: `);
});

test("an account whose units some environment has already gets none, nor does one of a repository without any", async () => {
  await using world = await makeWorld({ ...configured, ".pipelines/config.yml": CONFIG.replace("dev/**", "*/**") });
  const { outcome } = await world.run({ action: "preview-account", units: [], accounts: added(account) });
  expect(outcome.account?.files.map(({ path }) => path)).not.toContain(".pipelines/config.yml");
  expect(outcome.account?.notes).toEqual([
    "The units in `stage` are in the environment `dev` already, by its `paths`.",
  ]);
});

test("what people change, remove and add on the branch stays, also when another account comes to it", async () => {
  await using world = await makeWorld(configured);
  const { github, propose, show, commit, pulls } = await gitHubOf(world);
  await using _github = github;
  await world.run(provision(account), { pullRequests: propose });
  await commit(BRANCH, {
    "stage/account.hcl": 'locals {\n  name = "staging"\n}\n',
    "stage/stage-global/README.md": null,
    "stage/vpc/terragrunt.hcl": "",
  });
  const [opened] = pulls();
  if (opened !== undefined) opened.body = `Please look, @ops.\n${opened.body}`;
  const { outcome } = await world.run(provision(qa), { pullRequests: propose });
  expect(outcome.account?.failure).toBeNull();
  expect(await show("stage/account.hcl")).toContain('name = "staging"');
  await expect(show("stage/stage-global/README.md")).rejects.toThrow();
  expect(await show("stage/vpc/terragrunt.hcl")).toBe("");
  expect(await show("qa/account.hcl")).toContain('id   = "444444444444"');
  const configuration = await show(".pipelines/config.yml");
  expect(configuration.match(/^ {2}(stage|qa):/gm)).toEqual(["  stage:", "  qa:"]);
  expect(pulls()).toHaveLength(1);
  expect(pulls()[0]?.title).toBe("Add the accounts stage and qa");
  expect(pulls()[0]?.body).toMatch(/^Please look, @ops\./);
  expect(pulls()[0]?.body).toContain("`stage/account.hcl` was changed on this branch, and stays as it is.");
  expect(pulls()[0]?.body).toContain("`stage/stage-global/README.md` was removed from this branch, and stays away.");
  expect(github.violations).toEqual([]);
});

test("an environment that people take out of the proposal stays away; what main has of its own is never overwritten", async () => {
  await using world = await makeWorld({ ...configured, "stage/account.hcl": "locals {}\n" });
  const { github, propose, show, commit, pulls } = await gitHubOf(world);
  await using _github = github;
  await world.run(provision(account), { pullRequests: propose });
  expect(await show("stage/account.hcl")).toBe("locals {}");
  await commit(BRANCH, { ".pipelines/config.yml": CONFIG });
  await world.run(provision(account, qa), { pullRequests: propose });
  expect((await show(".pipelines/config.yml")).match(/^ {2}(stage|qa):/gm)).toEqual(["  qa:"]);
  expect(await show("stage/account.hcl")).toBe("locals {}");
  expect(pulls()[0]?.body).toContain("The environment `stage` was removed from");
});

test("while nobody has committed to the branch it follows the deploy branch, so that it never conflicts", async () => {
  await using world = await makeWorld(configured);
  const { github, propose, show, publish, origin } = await gitHubOf(world);
  await using _github = github;
  await world.run(provision(account), { pullRequests: propose });
  await world.commit({ ".pipelines/config.yml": CONFIG.replace("accounts:", "  qa: { paths: [qa/**] }\naccounts:") });
  await publish();
  await world.run(provision(qa), { pullRequests: propose });
  const configuration = await show(".pipelines/config.yml");
  expect(configuration.match(/^ {2}(stage|qa):/gm)).toEqual(["  qa:", "  stage:"]);
  expect(await git(origin, "merge-base", "--is-ancestor", "main", BRANCH)).toBe("");
});

test("after a merge or a refusal the next proposal begins anew from the deploy branch", async () => {
  await using world = await makeWorld(configured);
  const { github, propose, show, pulls } = await gitHubOf(world);
  await using _github = github;
  await world.run(provision(account), { pullRequests: propose });
  await github.mergePullRequest(1, { method: "squash" });
  await world.run(provision(qa), { pullRequests: propose });
  expect(pulls().map(({ title, state }) => `${title}: ${state}`)).toEqual([
    "Add the account stage: closed",
    "Add the account qa: open",
  ]);
  const configuration = await show(".pipelines/config.yml");
  expect(configuration.match(/^ {2}(stage|qa):/gm)).toEqual(["  stage:", "  qa:"]);
  expect(github.violations).toEqual([]);
});

test("somebody who pushes to the branch in between loses nothing", async () => {
  await using world = await makeWorld(configured);
  const { github, propose, show, commit } = await gitHubOf(world);
  await using _github = github;
  await world.run(provision(account), { pullRequests: propose });
  const late = { ...propose };
  let pushed = false;
  late.propose = (accounts, base, compose) =>
    propose.propose(accounts, base, async (all, place) => {
      const proposal = await compose(all, place);
      if (!pushed) await commit(BRANCH, { "stage/theirs.txt": "kept" });
      pushed = true;
      return proposal;
    });
  const { outcome } = await world.run(provision(qa), { pullRequests: late });
  expect(outcome.account?.failure).toBeNull();
  expect(await show("stage/theirs.txt")).toBe("kept");
  expect(await show("qa/account.hcl")).toContain("444444444444");
});

test("what a factory made gets its entry in accounts.yml, whose comments and order stay", async () => {
  await using world = await makeWorld(configured);
  const { github, propose, show } = await gitHubOf(world);
  await using _github = github;
  const requested = [{ name: "qa", file: "_new-account-requests/qa.yml", email: "" }];
  const ask = { action: "provision-account", units: [], accounts: { added: [], requested } } satisfies Ask;
  const factory = (made: object | null, end: "changed" | "failed") => ({
    pullRequests: propose,
    earlier: {
      ends: new Map([
        [
          UnitPath.parse("factory"),
          end === "changed" ? ({ kind: "changed" } as const) : ({ kind: "unknown", why: "it was killed" } as const),
        ],
      ]),
      applies: new Set<UnitPath>(),
      ...(made === null ? {} : { accounts: [{ ...qa, ...made }] }),
    },
  });
  const failed = await world.run(ask, factory({}, "failed"));
  expect(failed.outcome.account).toMatchObject({
    failure: null,
    notes: ["`factory` was not applied, so nothing is proposed for `qa` yet. Its next apply does."],
  });
  const silent = await world.run(ask, factory(null, "changed"));
  expect(silent.outcome.account?.notes?.join()).toContain("`factory` has no output `accounts`");
  const other = await world.run(ask, factory({ name: "aq" }, "changed"));
  expect(other.outcome.account?.failure).toContain("does not have `qa` (_new-account-requests/qa.yml)");
  expect(github.requests).toEqual([]);
  const { outcome } = await world.run(ask, factory({ values: { region: "eu-west-3" } }, "changed"));
  expect(outcome.account?.failure).toBeNull();
  expect(`${await show("accounts.yml")}\n`).toBe(
    `${ACCOUNTS}qa:\n  id: "444444444444"\n  email: "aws+qa@example.com"\n  region: "eu-west-3"\n`,
  );
  expect(await show(".pipelines/config.yml")).toContain('account: "qa", region: eu-west-3');
});

test.each([
  ["the workflow's own token", "github-actions[bot]", true],
  ["an App", "acme-pipelines[bot]", false],
])(
  "opened by %s, the pull request says what to press when its checks do not start by themselves",
  async (_, by, waits) => {
    await using world = await makeWorld(templates);
    const { github, propose, pulls } = await gitHubOf(world, by);
    await using _github = github;
    const body = (): string =>
      pulls()
        .map((issue) => issue.body)
        .join();
    for (const run of ["first", "second"]) {
      await world.run(provision(account), { pullRequests: propose });
      expect(body(), run).toContain("- `stage/account.hcl`");
      expect(body().includes("press “Approve workflows to run”"), run).toBe(waits);
    }
    expect(pulls().map(({ user }) => user.login)).toEqual([by]);
    expect(github.violations).toEqual([]);
  },
);

test("what an App opened and the workflow's own token brings up to date waits too", async () => {
  await using world = await makeWorld(templates);
  const { github, propose, pulls } = await gitHubOf(world, "acme-pipelines[bot]");
  await using _github = github;
  await world.run(provision(account), { pullRequests: propose });
  github.addToken("account-token", "github-actions[bot]");
  await world.run(provision(qa), { pullRequests: propose });
  const [issue] = pulls();
  expect(issue?.user.login).toBe("acme-pipelines[bot]");
  expect(issue?.body).toContain("Approve workflows to run");
});

test("without a token, or when GitHub says no, the account's outcome says why", async () => {
  await using world = await makeWorld(templates);
  const { github, propose } = await gitHubOf(world);
  await using _github = github;
  expect((await world.run(provision(account))).outcome.account?.failure).toContain("no token to open a pull request");
  github.faults.always(
    { path: /git\/trees/ },
    { kind: "status", status: 403, message: "Resource not accessible by integration" },
  );
  expect((await world.run(provision(account), { pullRequests: propose })).outcome.account?.failure).toContain(
    "The pull request with the account's code: GitHub refused. Give the job `contents: write`",
  );
});

test("an account is not provisioned outside the deploy branch", async () => {
  await using world = await makeWorld(templates);
  const { github, propose } = await gitHubOf(world);
  await using _github = github;
  const ask = { ...provision(account), ref: "refs/heads/feature" } as const;
  const { outcome } = await world.run(ask, { pullRequests: propose });
  expect(outcome.failure).toContain("refs/heads/main only");
  expect(github.requests).toEqual([]);
});
