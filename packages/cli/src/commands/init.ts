import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readAccounts } from "@pipelines/core/configuration/accounts-file";
import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import type { Account } from "@pipelines/core/contracts/change";
import { gitAt } from "@pipelines/core/git/repository";
import { checkedOutFolder } from "../repository-folder.ts";

export type InitOptions = {
  readonly repo: string;
  /** `owner/repository@ref` of the release that the caller workflow uses. */
  readonly release: string;
};

const WORKFLOW_FILE = ".github/workflows/pipelines.yml";
const ACCOUNTS_FILE = "accounts.yml";

/** What a repository looks like, as far as a first configuration needs it. */
export type RepositoryFacts = {
  /** Every file that git tracks, or would. */
  readonly files: readonly string[];
  readonly accounts: ReadonlyMap<string, Account>;
  readonly deployBranch: string;
};

/** One environment that the folders suggest. */
export type GuessedEnvironment = {
  readonly name: string;
  readonly folder: string;
  readonly account: Account | null;
  readonly region: string;
};

/** Writes the caller workflow and a first configuration where there are none, and prints what is left to do. */
export async function init(options: InitOptions): Promise<number> {
  const folder = await checkedOutFolder(options.repo);
  const facts = await factsOf(folder);
  const environments = guessEnvironments(facts);
  const written: string[] = [];
  for (const [file, text] of [
    [WORKFLOW_FILE, callerWorkflow(options.release, facts.deployBranch)],
    [CONFIGURATION_FILE, firstConfiguration(options.release, facts.deployBranch, environments)],
  ] as const) {
    const isThere = await exists(join(folder, file));
    if (!isThere) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    written.push(`${isThere ? "kept   " : "written"}  ${file}`);
  }
  process.stdout.write(`${[...written, "", ...leftToDo(options.release, facts, environments)].join("\n")}\n`);
  return 0;
}

async function factsOf(folder: string): Promise<RepositoryFacts> {
  const git = gitAt(folder, { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" });
  const listed = await git.raw(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const text = await readFile(join(folder, ACCOUNTS_FILE), "utf8").catch(() => "");
  const answer = async (...args: string[]): Promise<string> => (await git.raw(args).catch(() => "")).trim();
  const remote = (await answer("symbolic-ref", "--short", "refs/remotes/origin/HEAD")).replace(/^origin\//, "");
  return {
    files: listed.split("\0").filter((file) => file !== ""),
    accounts: readAccounts(text, ACCOUNTS_FILE),
    deployBranch: remote || (await answer("symbolic-ref", "--short", "HEAD")) || "main",
  };
}

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

/**
 * One environment per first folder that has units below it; none where every unit is a first folder itself, since then
 * nothing tells environments apart.
 */
export function guessEnvironments({ files, accounts }: RepositoryFacts): GuessedEnvironment[] {
  const units = files
    .filter((file) => /(?:^|\/)terragrunt(?:\.stack)?\.hcl$/.test(file))
    .map((file) => file.split("/").slice(0, -1))
    .filter(([first]) => first !== undefined && !/^[_.]/.test(first) && first !== "modules");
  const below = units.filter((unit) => unit.length > 1);
  return [...new Set(below.flatMap(([first]) => first ?? []))].toSorted().map((folder) => ({
    name: folder.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[_-]+/, "") || "environment",
    folder,
    account: accounts.get(folder) ?? null,
    region: mostFrequent(below.filter(([first]) => first === folder).flat()) ?? "us-east-1",
  }));
}

function mostFrequent(names: readonly string[]): string | null {
  const counted = [
    ...Map.groupBy(
      names.filter((name) => REGION.test(name)),
      (name) => name,
    ),
  ];
  const [best] = counted.toSorted(([a, as], [b, bs]) => bs.length - as.length || (a < b ? -1 : 1));
  return best?.[0] ?? null;
}

/** The workflow that an infrastructure-live repository calls Pipelines with. */
export function callerWorkflow(release: string, deployBranch: string): string {
  const { repository, ref } = partsOf(release);
  return `# Runs Terragrunt for pull requests and merges. What runs for which folder is said by ${CONFIGURATION_FILE}.
name: Pipelines

on:
  pull_request:
    types: [opened, synchronize, reopened, edited]
  merge_group:
    types: [checks_requested]
  push:
    branches: [${JSON.stringify(deployBranch)}]
  # A drift check on working days; it applies nothing.
  schedule:
    - cron: "0 5 * * 1-5"
  workflow_dispatch:
    inputs:
      action:
        description: What to do with the units
        type: choice
        options: [plan, apply, plan-destroy, destroy, apply-due, dismiss, unlock]
        default: plan
      units:
        description: "Globs of unit paths, separated by blanks: prod/**/vpc"
        type: string
        required: true
      commit:
        description: At which commit of the branch; empty is its tip
        type: string
        required: false
      approved_run:
        description: The number of the plan run that was looked at (apply and destroy), from its address
        type: string
        required: false
      destroy_existing:
        description: Destroy units although they are on the branch (destroy)
        type: boolean
        default: false
      lock_id:
        description: The id of the lock that a run which is gone left (unlock), from the report
        type: string
        required: false

permissions: {}

jobs:
  pipelines:
    name: pipelines
    # Of what can be edited in a pull request, only the branch that it goes to changes what is to be planned.
    if: github.event.action != 'edited' || github.event.changes.base.ref.from != ''
    uses: ${repository}/.github/workflows/pipelines.yml@${ref}
    # The most that any of its jobs gets; each job takes less.
    permissions:
      contents: write # the ledger of what is applied and what is due, and the branch with a new account's code
      pull-requests: write # comments
      statuses: write # whether a plan is fresh
      issues: write # failed applies
      actions: read # reviewed plans
      id-token: write # cloud credentials
    secrets:
      PIPELINES_SECRETS: \${{ secrets.PIPELINES_SECRETS }}
`;
}

function partsOf(release: string): { repository: string; ref: string } {
  const [repository = release, ref = "v1"] = release.split("@");
  return { repository, ref };
}

/** A first `.pipelines/config.yml`. */
export function firstConfiguration(
  release: string,
  deployBranch: string,
  environments: readonly GuessedEnvironment[],
): string {
  const { repository, ref } = partsOf(release);
  const lines = [
    `# yaml-language-server: $schema=https://raw.githubusercontent.com/${repository}/${ref}/schemas/config.schema.json`,
    "# Guessed by `pipelines init` from the folders and accounts.yml. Every unit belongs to exactly one environment.",
    `deploy_branch: ${JSON.stringify(deployBranch)}`,
  ];
  if (environments.length === 0) return `${lines.join("\n")}\n`;
  lines.push("environments:");
  for (const { name, folder, account, region } of environments) {
    lines.push(`  ${name}:`, `    paths: [${JSON.stringify(`${literal(folder)}/**`)}]`);
    if (account === null) lines.push("    # No `aws`: its units use the runner's own credentials.");
    else {
      const roles = "plan_role: pipelines-plan, apply_role: pipelines-apply";
      lines.push(`    aws: { account: ${JSON.stringify(account.name)}, region: ${region}, ${roles} }`);
    }
    lines.push(`    # github_environment: ${name} # approvals and wait timers of applies`);
  }
  return `${lines.join("\n")}\n`;
}

/** A glob that matches a name and nothing else. */
function literal(name: string): string {
  return name.replace(/[()[\]{}!*?+@|\\]/g, "\\$&");
}

/** What only a person with the rights can do, in the order in which to do it. */
export function leftToDo(
  release: string,
  { deployBranch, accounts }: RepositoryFacts,
  environments: readonly GuessedEnvironment[],
): string[] {
  const inAws = environments.filter(({ account }) => account !== null);
  const placeholder = release.startsWith("OWNER/")
    ? [`In ${WORKFLOW_FILE} and ${CONFIGURATION_FILE}, put your release's owner in the place of OWNER.`]
    : [];
  const roles = inAws.map(({ name, account }) => `${name} (${account?.id ?? ""})`).join(", ");
  const steps = [
    ...placeholder,
    `Read ${CONFIGURATION_FILE}: are these your environments, accounts and regions?`,
    ...(inAws.length === 0
      ? []
      : [`Create the roles pipelines-plan and pipelines-apply with infra/aws-oidc in each account: ${roles}.`]),
    `Settings → Rules: on \`${deployBranch}\` require a pull request and the check \`pipelines / Pipelines status\`.`,
    `Settings → Environments: for each \`github_environment\` add reviewers, and allow the branch \`${deployBranch}\` only. Without that, any branch could name the environment and take its apply role.`,
    ...(accounts.size === 0
      ? []
      : ["Settings → Actions → General: allow Actions to create pull requests, for the code of new accounts."]),
    "If units need secrets: a secret PIPELINES_SECRETS with a JSON object of them, names under `secrets` in the configuration, on one line (`jq -c .`), since GitHub masks each line of a secret. Whoever opens a pull request can read the repository's; keep what only applies need in the GitHub environment's.",
    "Commit both files in a pull request. Its own run plans nothing; the next one that changes a unit is planned.",
    "`pipelines doctor` looks at these settings on GitHub, and says what is missing or dangerous.",
  ];
  return ["Left to do:", ...steps.map((step, index) => `  ${index + 1}. ${step}`)];
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
