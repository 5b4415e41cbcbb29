import { expect, test } from "vitest";
import { guessOf } from "./guess.ts";
import { type Findings, leftToDo, notSure } from "./what-is-left.ts";

const unit = (path: string): [string, string] => [`${path}/terragrunt.hcl`, 'include "root" {}\n'];

function findings(texts: readonly (readonly [string, string])[], more: Partial<Findings> = {}): Findings {
  const units = texts.flatMap(([file]) => /^(.*)\/terragrunt\.hcl$/.exec(file)?.[1] ?? []);
  return {
    release: { repository: "acme/p", ref: "v1" },
    deployBranch: { branch: "trunk", doubt: null },
    guess: guessOf({ units, texts: new Map(texts), accounts: new Map(), clouds: [] }),
    tools: { pins: [], steps: [], doubts: [], conflicts: [] },
    hasAccounts: false,
    otherRunners: [],
    ...more,
  };
}

const AWS = 'locals {\n  aws_region = "eu-west-1"\n}\n';

test("what is left names the owner to fill in, the accounts that need roles, the required check and the branch that may apply", () => {
  const some = findings(
    [unit("prod/a"), ["prod/account.hcl", 'locals { aws_account_id = "481036251307" }'], ["root.hcl", AWS]],
    {
      release: { repository: "OWNER/pipelines", ref: "v1" },
      hasAccounts: true,
    },
  );
  const left = leftToDo(some);
  for (const parts of [
    [".github/workflows/pipelines.yml and .pipelines/config.yml", "place of OWNER"],
    ["pipelines-plan and pipelines-apply", "infra/aws-oidc", "prod (481036251307)"],
    ["Rules", "`trunk`", "a pull request", "`pipelines / Pipelines status`"],
    ["Environments", "reviewers", "allow the branch `trunk` only"],
    ["allow Actions to create pull requests"],
    ["PIPELINES_SECRETS", "Whoever opens a pull request can read the repository's"],
  ]) {
    expect(left.filter((step) => parts.every((part) => step.includes(part)))).toHaveLength(1);
  }
  expect(notSure(some)).toEqual([]);
});

test("what is not sure of several accounts for one reason is said once", () => {
  const doubts = notSure(
    findings([unit("dev/a"), unit("prod/a"), ["root.hcl", AWS], ["account.tfvars", 'account_id = "123456789012"\n']]),
  );
  expect(doubts).toEqual(["Accounts: `dev`, `prod`: 123456789012 in account.tfvars looks made up."]);
});

test("roles are a step also where nothing says the account, and so is filling it in", () => {
  const left = leftToDo(findings([unit("prod/a"), ["root.hcl", AWS]]));
  expect(left).toContainEqual(expect.stringMatching(/Create the roles .*prod \(its account\)/));
  expect(left).toContain("Fill in `aws` of prod: the account's id of 12 digits.");
  expect(leftToDo(findings([unit("prod/a"), ["root.hcl", AWS]], { hasAccounts: true }))).toContain(
    "Fill in `aws` of prod: the account's id of 12 digits, or its name in the file of accounts.",
  );
});

test("other clouds and none have their own step", () => {
  expect(leftToDo(findings([unit("prod/a"), ["root.hcl", 'provider "azurerm" {}']]))).toContainEqual(
    expect.stringMatching(/^Let Azure trust GitHub's tokens/),
  );
  expect(leftToDo(findings([unit("prod/a")]))).toContainEqual(expect.stringMatching(/^prod: no cloud is named there/));
});

test("what else runs Terragrunt is to be taken out", () => {
  const left = leftToDo(findings([unit("prod/a")], { otherRunners: ["atlantis.yaml"] }));
  expect(left).toContainEqual(expect.stringContaining("out of atlantis.yaml when"));
});

test("all that was guessed without somebody's word is listed", () => {
  const unsure = notSure(
    findings([unit("dev/a"), unit("dns/zone"), ["root.hcl", 'provider "aws" {}\n'], unit("examples/b")], {
      deployBranch: { branch: "main", doubt: "this clone does not say" },
      tools: { pins: [], steps: [], doubts: ["Nothing says OpenTofu or Terraform."], conflicts: [] },
    }),
  ).join("\n");
  for (const word of [
    "`deploy_branch`",
    "`dns` holds units that lie beside",
    "which account `dev`, `dns`",
    "the region of `dev`, `dns`",
    "`examples`",
    "OpenTofu or Terraform",
  ]) {
    expect(unsure).toContain(word);
  }
  expect(notSure(findings([unit("vpc"), unit("app")]))).toEqual([
    expect.stringContaining("no folder is named after one"),
  ]);
});

test("an environment with folders in it that are named after others may be several", () => {
  const doubts = (...paths: string[]): string[] =>
    notSure(findings([...paths.map(unit), ["root.hcl", AWS]])).filter((one) => one.includes("has folders"));
  expect(doubts("live/nonprod/development/vpc", "live/nonprod/hub/dns", "live/prod/hub/dns")).toEqual([
    "Environments: `nonprod` has folders that are called `development`. Are they one environment, with one role and one approval?",
  ]);
  // The environment's own name again, and a unit that is called so, tell of no other one.
  expect(doubts("prod/eu-west-1/prod/vpc", "prod/eu-west-1/staging")).toEqual([]);
});

test("what is left ends with the command that looks whether it was done", () => {
  expect(leftToDo(findings([])).at(-1)).toMatch(/^`pipelines doctor` /);
});

test("what is left names nothing that the repository has no use for", () => {
  expect(leftToDo(findings([])).join("\n")).not.toMatch(/roles |OWNER|create pull requests/);
});

test("a cloud that only other files of the repository name is not sure", () => {
  const kms = "creation_rules:\n  - kms: arn:aws:kms:eu-west-1:481036251307:key/1\n";
  expect(notSure(findings([unit("prod/a"), [".sops.yaml", kms]]))).toContainEqual(
    "Clouds: no file of `prod` names one. AWS is what other files of the repository speak of.",
  );
  expect(notSure(findings([unit("prod/a"), ["root.hcl", AWS]])).join()).not.toContain("Clouds:");
  expect(notSure(findings([unit("prod/a")])).join()).not.toContain("Clouds:");
});
