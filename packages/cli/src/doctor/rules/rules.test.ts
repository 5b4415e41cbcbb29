import { describe, expect, test } from "vitest";
import {
  appEnvironment,
  CALLER,
  COMMIT,
  guard,
  production,
  REFUSED,
  refuseAll,
  wellKept,
} from "../../../test/doctor-facts.ts";
import { type Caller, findCallers } from "../caller.ts";
import type { Facts } from "../facts.ts";
import { accepted, exitCodeOf, type Finding, type FindingState } from "../finding.ts";
import { seen } from "../look.ts";
import { examine } from "./all.ts";

/** What changes in the well-kept repository, and what is found of it: state, id, words of the text or the fix. */
type Case = readonly [name: string, facts: Facts, state: FindingState, id: string, words: RegExp];

const [caller] = wellKept.checkout.callers.callers;
const withCaller = (change: Partial<Caller>): Facts => ({
  ...wellKept,
  checkout: {
    ...wellKept.checkout,
    callers: { ...wellKept.checkout.callers, callers: caller === undefined ? [] : [{ ...caller, ...change }] },
  },
});
const withWorkflow = (text: string): Facts => ({
  ...wellKept,
  checkout: { ...wellKept.checkout, callers: findCallers([{ file: ".github/workflows/x.yml", text }]) },
});
const withGuard = (change: Partial<typeof guard>): Facts => ({
  ...wellKept,
  branch: { ...wellKept.branch, guards: [seen([{ ...guard, ...change }]), { kind: "absent" }] },
});
const withEnvironment = (change: Partial<typeof production>): Facts => ({
  ...wellKept,
  environments: seen([{ ...production, ...change }, appEnvironment]),
});
const withActions = (change: Partial<Facts["actions"]>): Facts => ({
  ...wellKept,
  actions: { ...wellKept.actions, ...change },
});
const withTool = (change: Partial<NonNullable<Facts["tool"]>>): Facts => ({
  ...wellKept,
  tool: wellKept.tool === null ? null : { ...wellKept.tool, ...change },
});
const withRunner = (runner: string | { plan: string; apply: string }): Facts => ({
  ...wellKept,
  checkout: {
    ...wellKept.checkout,
    configuration:
      wellKept.checkout.configuration.kind === "read"
        ? {
            kind: "read",
            value: {
              ...wellKept.checkout.configuration.value,
              environments: Object.fromEntries(
                Object.entries(wellKept.checkout.configuration.value.environments ?? {}).map(([name, settings]) => [
                  name,
                  { ...settings, runner },
                ]),
              ),
            },
          }
        : wellKept.checkout.configuration,
  },
});
const online = { labels: ["self-hosted", "big"], isOnline: true, isEphemeral: true };
const roleOf = (
  use: "plan" | "apply",
  subjects: readonly string[],
  hasWildcard = false,
  audiences = ["sts.amazonaws.com"],
): Facts => ({
  ...wellKept,
  roles: [{ environment: "prod", use, role: "x", trust: seen({ subjects, hasWildcard, audiences }) }],
});

const withDueLine = (line: string): Facts => ({
  ...wellKept,
  checkout: {
    ...wellKept.checkout,
    configuration:
      wellKept.checkout.configuration.kind === "read"
        ? { kind: "read", value: { ...wellKept.checkout.configuration.value, apply_due_at: line } }
        : wellKept.checkout.configuration,
  },
});

test("a line of `apply_due_at` has to be one of the caller's schedule, word for word", () => {
  const said = (line: string): string[] =>
    examine(withDueLine(line)).flatMap(({ id, text }) => (id === "caller/apply_due_at" ? [text] : []));
  expect(said("0 5 * * 1-5")).toEqual([]);
  expect(said("0 6 * * 1-5")).toEqual([expect.stringContaining("what is due is never done by itself")]);
});

test("of a well-kept repository nothing is missing, and every group has said something", () => {
  const findings = examine(wellKept);
  // Plans need their secrets, so that who can plan can read them stays to be known.
  expect(findings.filter(({ state }) => state !== "good").map(({ id }) => id)).toEqual(["secrets/readable"]);
  expect(exitCodeOf(findings)).toBe(0);
  expect(new Set(findings.map(({ group }) => group)).size).toBe(11);
});

describe("nothing that was refused passes", () => {
  test("when nothing can be seen, every finding that rests on GitHub's word is unseen", () => {
    const findings = examine({ ...refuseAll(wellKept), checkout: wellKept.checkout, repository: wellKept.repository });
    expect(exitCodeOf(findings)).toBe(1);
    const wanted = [
      "branch/pull-request",
      "branch/force-push",
      "branch/deletion",
      "branch/required-check",
      "review/approvals",
      "review/code-owners-required",
      "actions/enabled",
      "actions/token",
      "environments/there",
      "secrets/there",
      "secrets/environment/prod",
      "secrets/readable",
      "tool/access",
      "tool/release",
      "accounts/app",
      "cloud/subject",
      "cloud/role/prod/plan",
      "cloud/role/prod/apply",
    ];
    expect(findings.filter(({ state }) => state === "unseen").map(({ id }) => id)).toEqual(
      expect.arrayContaining(wanted),
    );
    const fromTheCheckoutAlone = /^(?:caller|repository|review\/code-owners$|runners\/hosted|tool\/owner|tool\/pinned)/;
    expect(
      findings.filter(
        ({ state, id }) => state === "good" && !fromTheCheckoutAlone.test(id) && id !== "actions/outsiders",
      ),
    ).toEqual([]);
  });

  test.each([
    [
      "the rules are hidden and protection has no check",
      [REFUSED, seen([{ ...guard, checks: [], source: "branch protection" }])],
    ],
    ["protection is hidden and the rules have no check", [seen([{ ...guard, checks: [] }]), REFUSED]],
  ])("%s: the check is neither missing nor there", (_, guards) => {
    const found = examine({ ...wellKept, branch: { ...wellKept.branch, guards } });
    expect(found.find(({ id }) => id === "branch/required-check")?.state).toBe("unseen");
  });

  test("one source that holds is enough, whatever the other hides", () => {
    const found = examine({ ...wellKept, branch: { ...wellKept.branch, guards: [REFUSED, seen([guard])] } });
    expect(found.find(({ id }) => id === "branch/required-check")?.state).toBe("good");
  });
});

const cases: readonly Case[] = [
  [
    "an archived repository",
    { ...wellKept, repository: { ...wellKept.repository, isArchived: true } },
    "dangerous",
    "repository/archived",
    /nothing runs/,
  ],
  [
    "a renamed repository",
    { ...wellKept, repository: { ...wellKept.repository, fullName: "acme/infra" } },
    "missing",
    "repository/name",
    /git remote set-url origin https:\/\/github\.com\/acme\/infra\.git/,
  ],
  [
    "a deploy branch that is not the default",
    { ...wellKept, deployBranch: "trunk" },
    "missing",
    "repository/deploy-branch",
    /drift/,
  ],
  [
    "a configuration that is broken",
    { ...wellKept, checkout: { ...wellKept.checkout, configuration: { kind: "broken", message: "line 3" } } },
    "missing",
    "repository/configuration",
    /line 3/,
  ],
  ["no caller", withWorkflow("on: push\njobs: {}\n"), "missing", "caller/there", /pipelines init/],
  [
    "a workflow of one's own",
    withWorkflow(
      `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: acme/pipelines/actions/dispatcher@v1\n`,
    ),
    "note",
    "caller/there",
    /one by one/,
  ],
  ["a renamed caller", withWorkflow(CALLER), "good", "branch/required-check", /pipelines \/ Pipelines status/],
  [
    "two callers",
    {
      ...wellKept,
      checkout: {
        ...wellKept.checkout,
        callers: findCallers([
          { file: "a.yml", text: CALLER },
          { file: "b.yml", text: CALLER },
        ]),
      },
    },
    "dangerous",
    "caller/there",
    /a\.yml \(job pipelines\), b\.yml/,
  ],
  [
    "a caller that can't be read",
    withWorkflow("on: push\njobs: [\nuses: a/b/.github/workflows/pipelines.yml@v1\n"),
    "missing",
    "caller/readable/.github/workflows/x.yml",
    /can't be read/,
  ],
  [
    "a filter by paths",
    withWorkflow(CALLER.replace("types: [opened, synchronize, reopened]", "paths: [prod/**]")),
    "missing",
    "caller/pull_request",
    /stays pending/,
  ],
  [
    "pull requests that are not planned again",
    withWorkflow(CALLER.replace("opened, synchronize, reopened", "opened")),
    "missing",
    "caller/pull_request",
    /synchronize, reopened/,
  ],
  [
    "no push",
    withWorkflow(CALLER.replace("  push:\n    branches: [main]\n", "")),
    "missing",
    "caller/push",
    /nothing is applied/,
  ],
  ["a push of another branch", withWorkflow(CALLER.replace("[main]", "[trunk]")), "missing", "caller/push", /`main`/],
  [
    "a push that is taken back",
    withWorkflow(CALLER.replace("[main]", '["**", "!main"]')),
    "missing",
    "caller/push",
    /`main`/,
  ],
  ["a push by a pattern", withWorkflow(CALLER.replace("[main]", '["ma*"]')), "good", "caller/push", /push/],
  [
    "code of forks with secrets",
    withWorkflow(CALLER.replace("pull_request:", "pull_request_target: {}\n  pull_request:")),
    "dangerous",
    "caller/pull_request_target",
    /fork/,
  ],
  [
    "permissions that lack one",
    withCaller({ permissions: { contents: "write", issues: "write", "pull-requests": "write", actions: "read" } }),
    "missing",
    "caller/permissions",
    /id-token: write/,
  ],
  [
    "permissions that read only",
    withCaller({ permissions: "read-all" }),
    "missing",
    "caller/permissions",
    /refuses to start/,
  ],
  [
    "permissions for everything",
    withCaller({ permissions: "write-all" }),
    "dangerous",
    "caller/permissions",
    /every permission/,
  ],
  ["no permissions at all", withCaller({ permissions: null }), "missing", "caller/permissions", /default decides/],
  ["all secrets handed on", withCaller({ secrets: "inherit" }), "dangerous", "caller/secrets", /inherit/],
  [
    "a caller with a condition",
    withCaller({ condition: "github.actor != 'x'" }),
    "note",
    "caller/condition",
    /pending/,
  ],
  [
    "no pull request required",
    withGuard({ requiresPullRequest: false }),
    "dangerous",
    "branch/pull-request",
    /settings\/rules/,
  ],
  [
    "no guard at all",
    { ...wellKept, branch: { ...wellKept.branch, guards: [seen([]), { kind: "absent" }] } },
    "dangerous",
    "branch/force-push",
    /force-pushed/,
  ],
  [
    "no required check",
    withGuard({ checks: [] }),
    "missing",
    "branch/required-check",
    /require the status check `pipelines \/ Pipelines status`/,
  ],
  [
    "the check's name without the caller's job",
    withGuard({ checks: [{ name: "Pipelines status", app: null }] }),
    "missing",
    "branch/other-check/Pipelines status",
    /waits for ever/,
  ],
  [
    "the right check of another app",
    withGuard({ checks: [{ name: "pipelines / Pipelines status", app: 7 }] }),
    "missing",
    "branch/required-check",
    /another app/,
  ],
  [
    "a caller's job of another name",
    withCaller({ checkName: "infra / Pipelines status" }),
    "missing",
    "branch/other-check/pipelines / Pipelines status",
    /called `infra \/ Pipelines status`/,
  ],
  [
    "a name that only a run can tell",
    withCaller({ checkName: null }),
    "missing",
    "branch/required-check",
    /can't be told/,
  ],
  [
    "a queue that nobody runs for",
    {
      ...withWorkflow(CALLER.replace("  merge_group:\n    types: [checks_requested]\n", "")),
      branch: { ...wellKept.branch, guards: [seen([{ ...guard, hasMergeQueue: true }])] },
    },
    "missing",
    "branch/merge-queue",
    /waits for ever/,
  ],
  [
    "somebody who goes round the rules",
    withGuard({ bypass: seen(["RepositoryRole 5"]) }),
    "note",
    "branch/bypass",
    /RepositoryRole 5/,
  ],
  ["rules whose exceptions are hidden", withGuard({ bypass: REFUSED }), "unseen", "branch/bypass", /could not look/],
  ["no approvals", withGuard({ approvals: 0 }), "missing", "review/approvals", /one person/],
  [
    "code owners that hold nobody back",
    withGuard({ requiresCodeOwners: false }),
    "missing",
    "review/code-owners-required",
    /holds nobody/,
  ],
  [
    "no code owners",
    { ...wellKept, checkout: { ...wellKept.checkout, codeOwners: null } },
    "missing",
    "review/code-owners",
    /\/\.pipelines\/ @OWNERS.*\/\.github\/workflows\/ @OWNERS/,
  ],
  [
    "an owner that a later line takes away",
    {
      ...wellKept,
      checkout: { ...wellKept.checkout, codeOwners: { file: "CODEOWNERS", text: "* @a\n.pipelines/\n" } },
    },
    "missing",
    "review/code-owners",
    /nobody owns \.pipelines\/config\.yml:/,
  ],
  [
    "code owners that GitHub leaves out",
    { ...wellKept, codeOwnersErrors: seen(["CODEOWNERS:1: Unknown owner"]) },
    "missing",
    "review/code-owners-valid",
    /Unknown owner/,
  ],
  [
    "Actions switched off",
    withActions({ general: seen({ enabled: false, allowed: "all", requiresShas: false }) }),
    "missing",
    "actions/enabled",
    /switched off/,
  ],
  [
    "own actions alone",
    withActions({ general: seen({ enabled: true, allowed: "local_only", requiresShas: false }) }),
    "missing",
    "actions/enabled",
    /actions\/checkout/,
  ],
  [
    "selected actions, GitHub's not among them",
    withActions({
      general: seen({ enabled: true, allowed: "selected", requiresShas: false }),
      selected: seen({ githubOwned: false, patterns: [] }),
    }),
    "missing",
    "actions/enabled",
    /actions\/\*/,
  ],
  [
    "pins are demanded and there is none",
    { ...withCaller({ tool: { kind: "repository", owner: "acme", name: "pipelines", ref: "v1" } }) },
    "missing",
    "actions/pinned",
    /@<commit>/,
  ],
  [
    "a token that writes",
    withActions({ token: seen({ mayWrite: true, mayCreatePullRequests: false }) }),
    "dangerous",
    "actions/token",
    /gh api --method PUT repos\/acme\/live\/actions\/permissions\/workflow -F default_workflow_permissions=read/,
  ],
  [
    "outsiders that run at once",
    {
      ...withActions({ outsiders: seen("first_time_contributors") }),
      repository: { ...wellKept.repository, isPublic: true },
    },
    "note",
    "actions/outsiders",
    /all_external_contributors/,
  ],
  [
    "an environment that is not there",
    { ...wellKept, environments: seen([]) },
    "dangerous",
    "environments/there/production",
    /without any protection/,
  ],
  [
    "an environment in other letters",
    withEnvironment({ name: "Production" }),
    "good",
    "environments/branches/Production",
    /alone/,
  ],
  [
    "no reviewers",
    withEnvironment({ reviewers: 0, waitMinutes: 5 }),
    "missing",
    "environments/reviewers/production",
    /waits 5 min.*--accept/,
  ],
  [
    "every branch",
    withEnvironment({ branches: { kind: "any" } }),
    "dangerous",
    "environments/branches/production",
    /every branch/,
  ],
  [
    "protected branches",
    withEnvironment({ branches: { kind: "protected" } }),
    "note",
    "environments/branches/production",
    /protected branch/,
  ],
  [
    "a pattern of branches",
    withEnvironment({
      branches: {
        kind: "listed",
        patterns: seen([
          { name: "main", isTag: false },
          { name: "*", isTag: false },
        ]),
      },
    }),
    "dangerous",
    "environments/branches/production",
    /`\*`/,
  ],
  [
    "a tag called like the branch",
    withEnvironment({ branches: { kind: "listed", patterns: seen([{ name: "main", isTag: true }]) } }),
    "dangerous",
    "environments/branches/production",
    /tag `main`/,
  ],
  [
    "no branch",
    withEnvironment({ branches: { kind: "listed", patterns: seen([]) } }),
    "missing",
    "environments/branches/production",
    /name=main/,
  ],
  [
    "hidden patterns",
    withEnvironment({ branches: { kind: "listed", patterns: REFUSED } }),
    "unseen",
    "environments/branches/production",
    /could not look/,
  ],
  [
    "declared secrets without a place",
    { ...wellKept, secrets: { repository: seen([]), organization: seen([]) } },
    "missing",
    "secrets/there",
    /DATADOG_API_KEY/,
  ],
  ["secrets that are not handed on", withCaller({ secrets: [] }), "missing", "secrets/handed-on", /does not hand/],
  [
    "no secret of the environment's own",
    withEnvironment({ secrets: seen([]) }),
    "note",
    "secrets/environment/prod",
    /--env production/,
  ],
  [
    "keys of a cloud",
    { ...wellKept, secrets: { ...wellKept.secrets, organization: seen(["AWS_SECRET_ACCESS_KEY"]) } },
    "dangerous",
    "secrets/readable",
    /gh secret delete AWS_SECRET_ACCESS_KEY/,
  ],
  ["a label without a runner", withRunner("big"), "missing", "runners/label/big", /wait up to a day/],
  [
    "a label whose runner is off",
    { ...withRunner("big"), runners: [seen([{ ...online, isOnline: false }])] },
    "missing",
    "runners/label/big",
    /none online/,
  ],
  [
    "a label in other letters",
    { ...withRunner("Big"), runners: [seen([online])] },
    "good",
    "runners/label/Big",
    /1 online/,
  ],
  [
    "runners that are hidden",
    { ...withRunner("big"), runners: [seen([]), REFUSED] },
    "unseen",
    "runners/label/big",
    /could not look/,
  ],
  [
    "a runner that stays",
    { ...withRunner("big"), runners: [seen([{ ...online, isEphemeral: false }])] },
    "dangerous",
    "runners/ephemeral/big",
    /--ephemeral/,
  ],
  [
    "own runners of a public repository",
    { ...withRunner("big"), repository: { ...wellKept.repository, isPublic: true } },
    "dangerous",
    "runners/public",
    /public/,
  ],
  [
    "own runners",
    { ...withRunner("big"), runners: [seen([online])] },
    "note",
    "runners/groups",
    /runner groups.*Plans and applies of prod ask for the same label/,
  ],
  [
    "an apply's runner apart from the plans'",
    { ...withRunner({ plan: "ubuntu-latest", apply: "Big" }), runners: [seen([online])] },
    "good",
    "runners/label/Big",
    /prod, applies/,
  ],
  [
    "a placeholder",
    {
      ...withCaller({ tool: { kind: "repository", owner: "OWNER", name: "pipelines", ref: "v1" } }),
      tool: wellKept.tool === null ? null : { ...wellKept.tool, owner: "OWNER" },
    },
    "missing",
    "tool/owner",
    /place of OWNER/,
  ],
  [
    "a private tool that is closed",
    withTool({ access: seen("none") }),
    "missing",
    "tool/access",
    /access_level=organization/,
  ],
  ["a private tool of another owner", withTool({ owner: "tools" }), "missing", "tool/access", /fork it into acme/],
  [
    "a public tool of another owner",
    withTool({ owner: "tools", repository: seen({ isPublic: true }) }),
    "note",
    "tool/owner",
    /another owner/,
  ],
  [
    "own runners and another owner's tool",
    { ...withTool({ owner: "tools", repository: seen({ isPublic: true }) }), runners: [seen([online])] },
    "missing",
    "tool/owner",
    /self-hosted/,
  ],
  [
    "a tag",
    withCaller({ tool: { kind: "repository", owner: "acme", name: "pipelines", ref: "v1" } }),
    "missing",
    "tool/pinned",
    new RegExp(`@${COMMIT}`),
  ],
  ["a commit that is not there", withTool({ commit: REFUSED }), "missing", "tool/pinned", /has no commit/],
  [
    "a release that nobody approves",
    withTool({ release: seen([{ ...production, name: "release", reviewers: 0 }]) }),
    "dangerous",
    "tool/release",
    /without anybody's approval/,
  ],
  [
    "an App without a place for its key",
    withCaller({ inputs: { app_id: "1" } }),
    "missing",
    "accounts/app",
    /app_environment/,
  ],
  [
    "an App whose key every branch can read",
    { ...wellKept, secrets: { ...wellKept.secrets, organization: seen(["PIPELINES_APP_KEY"]) } },
    "dangerous",
    "accounts/app",
    /whoever can push a branch can read the App's key/,
  ],
  [
    "an App whose environment is not there",
    { ...wellKept, environments: seen([production]) },
    "missing",
    "accounts/app",
    /no environment `pipelines-app`/,
  ],
  [
    "an App whose environment allows every branch",
    { ...wellKept, environments: seen([production, { ...appEnvironment, branches: { kind: "any" } }]) },
    "dangerous",
    "accounts/app",
    /every branch/,
  ],
  [
    "an App whose key is not there",
    { ...wellKept, environments: seen([production, { ...appEnvironment, secrets: seen([]) }]) },
    "missing",
    "accounts/app",
    /gh secret set PIPELINES_APP_KEY --repo acme\/live --env pipelines-app/,
  ],
  [
    "no App, and no right to propose",
    withCaller({ inputs: {} }),
    "missing",
    "accounts/pull-requests",
    /can_approve_pull_request_reviews=true/,
  ],
  [
    "no App, and the right to propose",
    {
      ...withCaller({ inputs: {} }),
      actions: { ...wellKept.actions, token: seen({ mayWrite: false, mayCreatePullRequests: true }) },
    },
    "note",
    "accounts/pull-requests",
    /Approve workflows to run/,
  ],
  [
    "another subject",
    { ...wellKept, subject: seen({ usesDefault: false, claims: ["repo", "job_workflow_ref"], prefix: null }) },
    "missing",
    "cloud/subject",
    /repo, job_workflow_ref/,
  ],
  [
    "AWS that was not asked for",
    { ...wellKept, roles: null },
    "note",
    "cloud/aws",
    /prod apply `repo:acme@1\/live@2:environment:production`/,
  ],
  [
    "both forms where GitHub says none",
    { ...wellKept, roles: null, subject: seen({ usesDefault: true, claims: [], prefix: null }) },
    "note",
    "cloud/aws",
    /`repo:acme\/live:pull_request` or `repo:acme@1\/live@2:pull_request`/,
  ],
  ["a role by pattern", roleOf("plan", ["repo:acme/*"], true), "dangerous", "cloud/role/prod/plan", /pattern/],
  ["a role that asks for no subject", roleOf("apply", [], true), "dangerous", "cloud/role/prod/apply", /no subject/],
  [
    "a role that trusts another branch",
    roleOf("apply", ["repo:acme/live:ref:refs/heads/dev"]),
    "missing",
    "cloud/role/prod/apply",
    /AWS refuses them/,
  ],
  [
    "a role beside the approvals",
    roleOf("apply", ["repo:acme@1/live@2:environment:production", "repo:acme@1/live@2:ref:refs/heads/main"]),
    "dangerous",
    "cloud/role/prod/apply",
    /goes round the environment's approvals/,
  ],
  [
    "a role for pull requests that applies",
    roleOf("apply", ["repo:acme@1/live@2:environment:production", "repo:acme@1/live@2:pull_request"]),
    "dangerous",
    "cloud/role/prod/apply",
    /goes round/,
  ],
  [
    "a role of another audience",
    roleOf("plan", ["repo:acme@1/live@2:pull_request"], false, ["x"]),
    "missing",
    "cloud/role/prod/plan",
    /audience/,
  ],
];

test.each(cases)("%s", (_, facts, state, id, words) => {
  const finding = examine(facts).find((candidate) => candidate.id === id);
  expect(finding).toMatchObject({ id, state });
  expect(`${finding?.text} ${finding?.fix}`).toMatch(words);
});

test("what is missing, dangerous or unseen says what to do about it", () => {
  const found = cases
    .flatMap(([, facts]) => examine(facts))
    .filter(({ state }) => state !== "good" && state !== "note");
  expect(found.filter(({ fix }) => fix === null || fix === "")).toEqual([]);
});

test("a command that is shown is safe to copy, whatever an environment, label or branch is called", () => {
  const evil = "$(touch x)'\"; rm -rf ~";
  const gate = {
    ...production,
    name: evil,
    reviewers: 0,
    branches: { kind: "listed", patterns: seen([]) },
    secrets: seen([]),
  } as const;
  const { configuration } = wellKept.checkout;
  if (configuration.kind !== "read") throw new Error("the well-kept repository has a configuration");
  const environments = Object.fromEntries(
    Object.entries(configuration.value.environments ?? {}).map(([name, settings]) => [
      name,
      { ...settings, github_environment: evil, runner: evil },
    ]),
  );
  const found = examine({
    ...wellKept,
    deployBranch: evil,
    checkout: {
      ...wellKept.checkout,
      configuration: { kind: "read", value: { ...configuration.value, environments } },
    },
    environments: seen([gate]),
  });
  const fixes = found
    .flatMap(({ fix }) => (fix === null ? [] : [fix]))
    .filter((fix) => /--accept|gh (?:api|secret)/.test(fix));
  const named = fixes.filter((fix) => /touch/.test(fix));
  expect(named.length).toBeGreaterThan(3);
  const quoted = "$(touch x)'\\''\"; rm -rf ~'";
  for (const fix of named) {
    const command = fix.slice(fix.search(/--accept|gh (?:api|secret)/));
    expect(
      command.replaceAll(quoted, "").replaceAll(encodeURIComponent(evil).replaceAll("'", "'\\''"), ""),
    ).not.toContain("touch");
  }
});

describe("findings that somebody lives with", () => {
  const findings: readonly Finding[] = [
    { group: "branch", id: "a", state: "missing", text: "t", fix: "f" },
    { group: "branch", id: "b", state: "unseen", text: "t", fix: "f" },
  ];
  test("become notes, unless they were not seen", () => {
    const { findings: after, unknown } = accepted(findings, ["a", "b", "c"]);
    expect(after.map(({ state }) => state)).toEqual(["note", "unseen"]);
    expect(unknown).toEqual(["c"]);
    expect(exitCodeOf(after)).toBe(1);
    expect(exitCodeOf(after.slice(0, 1))).toBe(0);
  });
});
