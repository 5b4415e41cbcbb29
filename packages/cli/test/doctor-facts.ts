import { Configuration } from "@pipelines/core/configuration/schema";
import { findCallers } from "../src/doctor/caller.ts";
import type { EnvironmentFacts, Facts, Guard } from "../src/doctor/facts.ts";
import { type Look, seen } from "../src/doctor/look.ts";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** The caller of a well-kept repository. */
export const CALLER = `name: Pipelines
on:
  pull_request:
    types: [opened, synchronize, reopened]
  merge_group:
    types: [checks_requested]
  push:
    branches: [main]
  schedule:
    - cron: "0 5 * * 1-5"
permissions: {}
jobs:
  pipelines:
    name: pipelines
    uses: acme/pipelines/.github/workflows/pipelines.yml@${COMMIT}
    permissions:
      contents: write
      pull-requests: write
      statuses: write
      issues: write
      actions: read
      id-token: write
    with:
      app_id: "123"
      app_environment: pipelines-app
    secrets:
      PIPELINES_SECRETS: \${{ secrets.PIPELINES_SECRETS }}
`;

export const CODE_OWNERS = "/.pipelines/ @acme/platform\n/.github/ @acme/platform\n/accounts.yml @acme/platform\n";

export const guard: Guard = {
  source: "ruleset main of acme",
  requiresPullRequest: true,
  approvals: 1,
  requiresCodeOwners: true,
  checks: [{ name: "pipelines / Pipelines status", app: 15368 }],
  refusesForcePush: true,
  refusesDeletion: true,
  hasMergeQueue: false,
  bypass: seen([]),
};

export const production: EnvironmentFacts = {
  name: "production",
  reviewers: 1,
  waitMinutes: 0,
  branches: { kind: "listed", patterns: seen([{ name: "main", isTag: false }]) },
  secrets: seen(["PIPELINES_SECRETS"]),
};

export const appEnvironment: EnvironmentFacts = {
  ...production,
  name: "pipelines-app",
  secrets: seen(["PIPELINES_APP_KEY"]),
};

/** What there is to see of a repository in which everything is as it should be. */
export const wellKept: Facts = {
  place: { owner: "acme", name: "live", serverUrl: "https://github.com", apiUrl: "https://api.github.com" },
  checkout: {
    callers: findCallers([{ file: ".github/workflows/pipelines.yml", text: CALLER }]),
    configuration: {
      kind: "read",
      value: Configuration.parse({
        environments: {
          prod: {
            paths: ["prod/**"],
            aws: { account: "prod", region: "eu-west-1", plan_role: "plan", apply_role: "apply" },
            github_environment: "production",
            secrets: ["DATADOG_API_KEY"],
          },
        },
      }),
    },
    codeOwners: { file: ".github/CODEOWNERS", text: CODE_OWNERS },
    accounts: { file: "accounts.yml", ids: new Map([["prod", "222222222222"]]) },
  },
  deployBranch: "main",
  repository: {
    fullName: "acme/live",
    ids: { owner: 1, repository: 2 },
    ownerIsOrganization: true,
    isPublic: false,
    isArchived: false,
    defaultBranch: "main",
    isAdministrator: true,
  },
  branch: { exists: seen(true), guards: [seen([guard]), { kind: "absent" }] },
  codeOwnersErrors: seen([]),
  actions: {
    general: seen({ enabled: true, allowed: "all", requiresShas: true }),
    selected: { kind: "absent" },
    token: seen({ mayWrite: false, mayCreatePullRequests: false }),
    outsiders: { kind: "absent" },
  },
  environments: seen([production, appEnvironment]),
  secrets: { repository: seen(["PIPELINES_SECRETS"]), organization: seen([]) },
  runners: [seen([]), seen([]), seen([])],
  tool: {
    owner: "acme",
    name: "pipelines",
    repository: seen({ isPublic: false }),
    access: seen("organization"),
    commit: seen(COMMIT),
    release: seen([{ ...production, name: "release" }]),
  },
  subject: seen({ usesDefault: true, claims: [], prefix: "repo:acme@1/live@2" }),
  roles: [
    {
      environment: "prod",
      use: "plan",
      role: "plan",
      trust: seen({
        subjects: ["repo:acme@1/live@2:pull_request"],
        hasWildcard: false,
        audiences: ["sts.amazonaws.com"],
      }),
    },
    {
      environment: "prod",
      use: "apply",
      role: "apply",
      trust: seen({
        subjects: ["repo:acme@1/live@2:environment:production"],
        hasWildcard: false,
        audiences: ["sts.amazonaws.com"],
      }),
    },
  ],
};

/** Every look that a value holds, refused. */
export function refuseAll<T>(value: T): T {
  const change = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(change);
    if (typeof part !== "object" || part === null || part instanceof Map) return part;
    if ("kind" in part && (part.kind === "seen" || part.kind === "absent")) return REFUSED;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, change(inner)]));
  };
  // The shape stays what it was: only looks are replaced, and each may be refused.
  return change(value) as T;
}

export const REFUSED: Look<never> = { kind: "refused", needs: "an administrator's token", said: "404 Not Found" };
