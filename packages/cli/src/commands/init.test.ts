import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { environmentLookup } from "@pipelines/core/configuration/environments";
import { readConfiguration } from "@pipelines/core/configuration/read";
import type { Account } from "@pipelines/core/contracts/change";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { expect, test } from "vitest";
import { callerWorkflow, firstConfiguration, guessEnvironments, leftToDo, type RepositoryFacts } from "./init.ts";

const account = (name: string, id: string): [string, Account] => [name, { name, id, email: `${name}@example.com` }];

const facts = (files: readonly string[], accounts: [string, Account][] = []): RepositoryFacts => ({
  files,
  accounts: new Map(accounts),
  deployBranch: "main",
});

test("an environment is guessed for each first folder with units below it, with its account and its most frequent region", () => {
  const found = guessEnvironments(
    facts(
      [
        "root.hcl",
        "terragrunt.hcl",
        "_envcommon/vpc.hcl",
        "_stacks/app/terragrunt.stack.hcl",
        "modules/vpc/terragrunt.hcl",
        "prod/eu-west-1/vpc/terragrunt.hcl",
        "prod/eu-west-1/app/terragrunt.hcl",
        "prod/us-east-1/vpc/terragrunt.hcl",
        "dev/services/terragrunt.stack.hcl",
        "docs/readme.md",
      ],
      [account("prod", "222222222222"), account("old", "333333333333")],
    ),
  );
  expect(found).toEqual([
    { name: "dev", folder: "dev", account: null, region: "us-east-1" },
    { name: "prod", folder: "prod", account: account("prod", "222222222222")[1], region: "eu-west-1" },
  ]);
});

test("units in first folders tell no environments apart", () => {
  expect(guessEnvironments(facts(["vpc/terragrunt.hcl", "app/terragrunt.hcl"]))).toEqual([]);
});

test.each([
  ["none", []],
  ["odd names", ["my team's (prod)/a/terragrunt.hcl", "dev/a/terragrunt.hcl"]],
])("the first configuration is one that can be read: %s", (_, files) => {
  const environments = guessEnvironments(facts(files, [account("dev", "111111111111")]));
  const configuration = readConfiguration(
    firstConfiguration("acme/pipelines@3f2a", "trunk", environments),
    CONFIGURATION_FILE,
  );
  expect(configuration.deploy_branch).toBe("trunk");
  expect(Object.keys(configuration.environments ?? {})).toHaveLength(environments.length);
  const lookup = environmentLookup(configuration);
  for (const file of files) {
    expect(lookup(UnitPath.parse(file.replace("/terragrunt.hcl", ""))).kind).toBe("one");
  }
  if (environments.length > 0) {
    expect(configuration.environments?.["dev"]?.aws).toEqual({
      account: "dev",
      region: "us-east-1",
      plan_role: "pipelines-plan",
      apply_role: "pipelines-apply",
    });
  }
});

test("the configuration names the release's schema", () => {
  const [first] = firstConfiguration("acme/pipelines@3f2a", "main", []).split("\n");
  expect(first).toMatch(
    /\$schema=https:\/\/raw\.githubusercontent\.com\/acme\/pipelines\/3f2a\/schemas\/config\.schema\.json$/,
  );
});

test("the caller names the release at its ref and the deploy branch, and passes one secret", () => {
  const text = callerWorkflow("acme/pipelines@3f2a", 'odd"branch');
  expect(text).toContain("uses: acme/pipelines/.github/workflows/pipelines.yml@3f2a");
  expect(text).toContain('branches: ["odd\\"branch"]');
  expect(text).toContain("PIPELINES_SECRETS: ${{ secrets.PIPELINES_SECRETS }}");
});

test("what is left names the owner to fill in, the accounts that need roles, the required check and the branch that may apply", () => {
  const some = { ...facts(["prod/a/terragrunt.hcl"], [account("prod", "222222222222")]), deployBranch: "trunk" };
  const left = leftToDo("OWNER/pipelines@v1", some, guessEnvironments(some));
  for (const parts of [
    [".github/workflows/pipelines.yml and .pipelines/config.yml", "place of OWNER"],
    ["pipelines-plan and pipelines-apply", "infra/aws-oidc", "prod (222222222222)"],
    ["Rules", "`trunk`", "a pull request", "`pipelines / Pipelines status`"],
    ["Environments", "reviewers", "allow the branch `trunk` only"],
    ["allow Actions to create pull requests"],
    ["PIPELINES_SECRETS", "Whoever opens a pull request can read the repository's"],
  ]) {
    expect(left.filter((step) => parts.every((part) => step.includes(part)))).toHaveLength(1);
  }
});

test("what is left ends with the command that looks whether it was done", () => {
  expect(leftToDo("acme/p@v1", facts([]), []).at(-1)).toMatch(/^ {2}\d+\. `pipelines doctor` /);
});

test("what is left names nothing that the repository has no use for", () => {
  const text = leftToDo("acme/p@v1", facts([]), []).join("\n");
  expect(text).not.toMatch(/roles |OWNER|create pull requests/);
});
