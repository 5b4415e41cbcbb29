import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import type { EnvironmentSettings } from "@pipelines/local-github/settings";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { CALLER, CODE_OWNERS, COMMIT } from "./doctor-facts.ts";

const command = resolve(import.meta.dirname, "../src/main.ts");
const ADMINISTRATOR = "administrator-token";
const Report = z.object({
  version: z.literal(1),
  repository: z.string(),
  exitCode: z.number(),
  findings: z.array(z.object({ id: z.string(), state: z.string(), text: z.string(), fix: z.string().nullable() })),
});

let folder: string;
let github: LocalGitHub;
const git = (...args: string[]) =>
  execa("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: join(folder, "live") });

const configuration = `environments:
  prod:
    paths: ["prod/**"]
    aws: { account: "222222222222", region: eu-west-1, plan_role: plan, apply_role: apply }
    github_environment: production
    secrets: [DATADOG_API_KEY]
`;

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, "live", path)), { recursive: true });
    await writeFile(join(folder, "live", path), text);
  }
}

async function doctor(token: string, ...args: readonly string[]) {
  return execa(process.execPath, [command, "doctor", "--repo", join(folder, "live"), ...args], {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, GITHUB_API_URL: github.url, GH_TOKEN: token },
  });
}

async function findings(token: string, ...args: readonly string[]) {
  const { stdout } = await doctor(token, "--json", ...args);
  return Report.parse(JSON.parse(stdout));
}

const protectedBy = (id: number, secrets: readonly string[]): EnvironmentSettings => ({
  id,
  reviewers: [{ type: "User", id: github.state.users.get("robin")?.id ?? 0 }],
  waitMinutes: 0,
  branches: [{ name: "main", type: "branch" }],
  secrets: new Map(secrets.map((name) => [name, ""])),
});

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "pipelines-doctor-")));
  await mkdir(join(folder, "live"));
  await git("init", "--quiet", "--initial-branch=main");
  await write({
    ".github/workflows/pipelines.yml": CALLER,
    ".pipelines/config.yml": configuration,
    ".github/CODEOWNERS": CODE_OWNERS,
    "accounts.yml": 'prod:\n  id: "222222222222"\n',
  });
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "files");
  await execa("git", ["clone", "--quiet", "--bare", join(folder, "live"), join(folder, "origin.git")]);
  await git("remote", "add", "origin", "git@github.com:acme/live.git");
  github = await startLocalGitHub({ owner: "acme", repo: "live", gitFolder: join(folder, "origin.git") });
  github.addCollaborator("robin");
  github.addToken(ADMINISTRATOR, "robin", {
    contents: "write",
    actions: "write",
    administration: "write",
    secrets: "read",
    environments: "read",
    organization_self_hosted_runners: "read",
  });
});
afterEach(async () => {
  const { violations } = github;
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  expect(violations).toEqual([]);
});

/** Sets everything as it should be, by an organization's ruleset. */
function keepWell(): void {
  const { settings } = github.state;
  settings.rulesets.push({
    id: 1,
    name: "live repositories",
    source: "acme",
    sourceType: "Organization",
    branches: ["main"],
    bypass: [],
    rules: [
      { type: "deletion" },
      { type: "non_fast_forward" },
      {
        type: "pull_request",
        parameters: {
          dismiss_stale_reviews_on_push: true,
          require_code_owner_review: true,
          require_last_push_approval: false,
          required_approving_review_count: 1,
          required_review_thread_resolution: false,
        },
      },
      {
        type: "required_status_checks",
        parameters: {
          required_status_checks: [{ context: "pipelines / Pipelines status", integration_id: 15368 }],
          strict_required_status_checks_policy: false,
        },
      },
    ],
  });
  settings.environments.set("production", protectedBy(1, ["PIPELINES_SECRETS"]));
  settings.environments.set("pipelines-app", protectedBy(2, ["PIPELINES_APP_KEY"]));
  settings.secrets.add("PIPELINES_SECRETS");
  settings.others.set("acme/pipelines", {
    id: 7,
    description: null,
    isPrivate: true,
    access: "organization",
    commits: new Map([[COMMIT, COMMIT]]),
    environments: new Map([["release", protectedBy(3, [])]]),
  });
}

test("a well-kept repository is found in order, only by reading", async () => {
  keepWell();
  const { exitCode, stdout } = await doctor(ADMINISTRATOR);
  expect(stdout).toContain("✓ `pipelines / Pipelines status` is required (ruleset live repositories of acme).");
  expect(stdout).toMatch(/0 dangerous, 0 missing, 0 not seen, \d+ to know, \d+ in order\. Nothing is missing\./);
  expect(exitCode).toBe(0);
  expect(github.requests.filter(({ method }) => method !== "GET")).toEqual([]);
});

test("of a repository as GitHub makes it, what is missing is reported with where to click or the command", async () => {
  const { exitCode, stdout } = await doctor(ADMINISTRATOR);
  expect(exitCode).toBe(1);
  for (const line of [
    "! dangerous: whoever can push to `main` applies at once, and nobody has seen a plan.",
    "✗ `pipelines / Pipelines status` is not required: a pull request whose plan failed can be merged.",
    "https://github.com/acme/live/settings/rules: on `main` require the status check `pipelines / Pipelines status`",
    "! dangerous: there is no environment `production`",
    "? could not look at acme/pipelines, whose workflow is called: 404 Not Found",
  ]) {
    expect(stdout).toContain(line);
  }
});

test("branch protection holds as rulesets do", async () => {
  github.state.settings.protections.set("main", {
    required_status_checks: {
      contexts: ["pipelines / Pipelines status"],
      checks: [{ context: "pipelines / Pipelines status", app_id: 15368 }],
    },
    required_pull_request_reviews: {
      required_approving_review_count: 2,
      require_code_owner_reviews: true,
      dismiss_stale_reviews: false,
    },
    enforce_admins: { url: "https://api.github.com/x", enabled: true },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
  });
  const { findings: found } = await findings(ADMINISTRATOR);
  const branch = found.filter(({ id }) => /^(?:branch|review)\//.test(id));
  expect(branch.filter(({ state }) => state !== "good")).toEqual([]);
  expect(branch.map(({ text }) => text).join("\n")).toContain("(branch protection)");
});

test("a token that may do little passes nothing that it could not see", async () => {
  keepWell();
  github.addToken("reader", "somebody", { contents: "read" });
  const { exitCode, findings: found } = await findings("reader");
  expect(exitCode).toBe(1);
  const unseen = found.filter(({ state }) => state === "unseen").map(({ id }) => id);
  expect(unseen).toEqual(
    expect.arrayContaining(["actions/token", "environments/there", "secrets/there", "accounts/app"]),
  );
  expect(
    found.filter(
      ({ id, state }) => state === "good" && /^(?:environments|secrets|accounts|actions\/(?:token|enabled))/.test(id),
    ),
  ).toEqual([]);
  expect(found.filter(({ state, fix }) => state === "unseen" && !fix?.startsWith("needs "))).toEqual([]);
});

test("a repository that can't be seen is one finding, a token that is not accepted is an error", async () => {
  const hidden = await doctor(ADMINISTRATOR, "--repository", "acme/other");
  expect(hidden.stdout).toContain("? could not look at acme/other: 404 Not Found");
  expect(hidden.exitCode).toBe(1);
  const refused = await doctor("nobody's");
  expect(refused).toMatchObject({
    exitCode: 2,
    stderr: "error: GitHub does not accept the token: it is wrong, or has expired.",
  });
});

test("an answer that does not come, or is a server error, is no pass", async () => {
  keepWell();
  github.faults.always(
    { path: /actions\/permissions\/workflow$/ },
    { kind: "status", status: 403, message: "Resource not accessible by personal access token" },
  );
  github.faults.always(
    { path: /environments$/ },
    { kind: "status", status: 422, message: "Upgrade to GitHub Team to enable this feature." },
  );
  const { findings: found } = await findings(ADMINISTRATOR);
  expect(found.find(({ id }) => id === "actions/token")?.state).toBe("unseen");
  expect(found.find(({ id }) => id === "environments/there")).toMatchObject({
    state: "unseen",
    text: expect.stringContaining("Upgrade to GitHub Team"),
  });
});

test("an archived repository, public since yesterday, with two callers under other names, is reported as it is", async () => {
  keepWell();
  const { settings } = github.state;
  settings.isArchived = true;
  settings.isPrivate = false;
  await rm(join(folder, "live/.github/workflows/pipelines.yml"));
  await write({
    ".github/workflows/terragrunt run.yaml": CALLER,
    ".github/workflows/b'$(id).yml": CALLER.replace("name: pipelines", "name: infra"),
  });
  const { findings: found } = await findings(ADMINISTRATOR);
  const state = (id: string) => found.find((finding) => finding.id === id)?.state;
  expect(state("repository/archived")).toBe("dangerous");
  expect(state("caller/there")).toBe("dangerous");
  expect(state("branch/required-check")).toBe("missing");
  expect(state("actions/outsiders")).toBe("note");
});

test("findings that a team lives with fail no longer; an id that is none is told", async () => {
  keepWell();
  github.state.settings.environments.set("production", { ...protectedBy(1, []), reviewers: [] });
  const accept = ["--accept", "environments/reviewers/production", "nothing/of-the-kind"];
  const { exitCode, stderr } = await doctor(ADMINISTRATOR, ...accept);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: "--accept nothing/of-the-kind: there is no such finding",
  });
  expect((await doctor(ADMINISTRATOR)).exitCode).toBe(1);
});

test("without a token, or without a repository on GitHub, it says what to give", async () => {
  const bare = { reject: false, extendEnv: false, env: { PATH: dirname(process.execPath), HOME: folder } } as const;
  const path = { ...bare, env: { ...bare.env, PATH: process.env["PATH"] ?? "", GITHUB_TOKEN: "of github.com" } };
  await git("remote", "set-url", "origin", "https://ghes.example.com/acme/live");
  const ghes = await execa(process.execPath, [command, "doctor", "--repo", join(folder, "live")], path);
  expect(ghes).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(
      "set GH_ENTERPRISE_TOKEN, or log in with `gh auth login --hostname ghes.example.com`",
    ),
  });
  await git("remote", "remove", "origin");
  const none = await execa(process.execPath, [command, "doctor", "--repo", join(folder, "live")], path);
  expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--repository OWNER/NAME") });
});
