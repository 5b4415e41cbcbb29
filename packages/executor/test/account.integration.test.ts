import { join } from "node:path";
import { createGitHubClient } from "@pipelines/core/github/client";
import { startLocalGitHub } from "@pipelines/local-github/server";
import { expect, test } from "vitest";
import { gitHubPullRequests } from "../src/accounts/pull-request.ts";
import { git, makeWorld, type World } from "./world.ts";

const account = { name: "stage", id: "333333333333", email: "aws+stage@example.com" };
const quiet = { info: () => undefined, warning: () => undefined };

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
  return { origin, github, propose };
}

const templates = {
  ".pipelines/templates/account/account.hcl":
    'locals {\n  name = "{{ account.name }}"\n  id   = "{{ account.id }}"\n}\n',
  ".pipelines/templates/account/{{ account.name }}-global/README.md": "# {{ account.name }} {{ account.email }}\n",
};

test("a preview shows the code, and proposes nothing", async () => {
  await using world = await makeWorld(templates);
  const { github, propose } = await gitHubOf(world);
  await using _github = github;
  const { outcome } = await world.run({ action: "preview-account", units: [], account }, { pullRequests: propose });
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

test("a provision opens one pull request with the code; a second run brings it up to date", async () => {
  await using world = await makeWorld(templates);
  const { github, propose, origin } = await gitHubOf(world);
  await using _github = github;
  const ask = { action: "provision-account", units: [], account } as const;
  const first = await world.run(ask, { pullRequests: propose });
  expect(first.outcome).toMatchObject({ failure: null, account: { failure: null } });
  expect(await git(origin, "show", "pipelines/account-stage:stage/account.hcl")).toContain('id   = "333333333333"');
  expect(await git(origin, "show", "pipelines/account-stage:root.hcl")).toContain("remote_state");
  await world.commit({ ".pipelines/templates/account/account.hcl": "locals {}\n" });
  const second = await world.run(ask, { pullRequests: propose });
  expect(second.outcome.account?.pullRequestUrl).toBe(first.outcome.account?.pullRequestUrl);
  expect(await git(origin, "show", "pipelines/account-stage:stage/account.hcl")).toBe("locals {}");
  expect(github.violations).toEqual([]);
});

test.each([
  ["the workflow's own token", "github-actions[bot]", true],
  ["an App", "acme-pipelines[bot]", false],
])(
  "opened by %s, the pull request says what to press when its checks do not start by themselves",
  async (_, by, waits) => {
    await using world = await makeWorld(templates);
    const { github, propose } = await gitHubOf(world, by);
    await using _github = github;
    const ask = { action: "provision-account", units: [], account } as const;
    const body = (): string => [...github.state.issues.values()].map((issue) => issue.body).join();
    for (const run of ["first", "second"]) {
      await world.run(ask, { pullRequests: propose });
      expect(body(), run).toContain("- `stage/account.hcl`");
      expect(body().includes("press “Approve workflows to run”"), run).toBe(waits);
    }
    expect([...github.state.issues.values()].map(({ user }) => user.login)).toEqual([by]);
    expect(github.violations).toEqual([]);
  },
);

test("what an App opened and the workflow's own token brings up to date waits too", async () => {
  await using world = await makeWorld(templates);
  const { github, propose } = await gitHubOf(world, "acme-pipelines[bot]");
  await using _github = github;
  const ask = { action: "provision-account", units: [], account } as const;
  await world.run(ask, { pullRequests: propose });
  github.addToken("account-token", "github-actions[bot]");
  await world.run(ask, { pullRequests: propose });
  const [issue] = github.state.issues.values();
  expect(issue?.user.login).toBe("acme-pipelines[bot]");
  expect(issue?.body).toContain("Approve workflows to run");
});

test("without a token, or when GitHub says no, the account's outcome says why", async () => {
  await using world = await makeWorld(templates);
  const { github, propose } = await gitHubOf(world);
  await using _github = github;
  const ask = { action: "provision-account", units: [], account } as const;
  expect((await world.run(ask)).outcome.account?.failure).toContain("no token to open a pull request");
  github.faults.always(
    { path: /git\/trees/ },
    { kind: "status", status: 403, message: "Resource not accessible by integration" },
  );
  expect((await world.run(ask, { pullRequests: propose })).outcome.account?.failure).toContain(
    "The pull request with the account's code: GitHub refused. Give the job `contents: write`",
  );
});

test("an account is not provisioned outside the deploy branch", async () => {
  await using world = await makeWorld(templates);
  const { github, propose } = await gitHubOf(world);
  await using _github = github;
  const ask = { action: "provision-account", units: [], account, ref: "refs/heads/feature" } as const;
  const { outcome } = await world.run(ask, { pullRequests: propose });
  expect(outcome.failure).toContain("refs/heads/main only");
  expect(github.requests).toEqual([]);
});
