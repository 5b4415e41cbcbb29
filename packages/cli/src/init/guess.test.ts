import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { environmentLookup } from "@pipelines/core/configuration/environments";
import { readConfiguration } from "@pipelines/core/configuration/read";
import type { Account } from "@pipelines/core/contracts/change";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { firstConfiguration } from "./configuration-text.ts";
import { type Guess, guessOf } from "./guess.ts";
import type { Cloud } from "./values-in-files.ts";

const AWS = 'provider "aws" {}\n';
const unit = (path: string): [string, string] => [`${path}/terragrunt.hcl`, 'include "root" {}\n'];

function guess(
  texts: readonly (readonly [string, string])[],
  accounts: readonly Account[] = [],
  clouds: readonly Cloud[] = [],
): Guess {
  const units = texts.flatMap(([file]) => /^(?:(.*)\/)?terragrunt\.hcl$/.exec(file)?.[1] ?? []);
  return guessOf({ units, texts: new Map(texts), accounts: new Map(accounts.map((one) => [one.name, one])), clouds });
}

const writtenFor = ({ environments, aside }: Guess): string =>
  firstConfiguration({
    ...{ release: { repository: "acme/pipelines", ref: "3f2a" }, deployBranch: "trunk", environments, aside },
    ...{ tools: [], accountsFile: null, ignoredByDefault: ["**/*.md"] },
  });

const id = (guessed: Guess, name: string): unknown =>
  guessed.environments.find((one) => one.name === name)?.account ?? "no such environment";

test.each<[string, readonly (readonly [string, string])[], string]>([
  ["account.hcl", [["prod/account.hcl", 'locals {\n  aws_account_id = "481036251307" # ours\n}\n']], "481036251307"],
  ["account.json", [["prod/account.json", '{ "aws": { "account_id": "481036251307" } }']], "481036251307"],
  ["account.yml, as a number", [["prod/account.yml", "id: 481036251307\n"]], "481036251307"],
  ["env.hcl", [["prod/env.hcl", 'locals {\n  account = "481036251307"\n}\n']], "481036251307"],
  [
    "a file of a region",
    [["prod/eu-west-1/region.hcl", 'locals {\n  account_id = "481036251307"\n}\n']],
    "481036251307",
  ],
  [
    "the account that a provider may touch",
    [["prod/provider.tf", 'provider "aws" {\n  allowed_account_ids = ["481036251307"]\n}\n']],
    "481036251307",
  ],
  [
    "its own id beside those of others",
    [["prod/account.hcl", 'locals {\n  management_account = "222045178263"\n  account_id = "481036251307"\n}\n']],
    "481036251307",
  ],
  [
    "a map of ids above",
    [["common.hcl", 'locals {\n  ids = {\n    dev = "222045178263"\n    prod = "481036251307"\n  }\n}\n']],
    "481036251307",
  ],
  [
    "a variable named after it above",
    [["config.yaml", "prod_account_id: 481036251307\ndev_account_id: 222045178263\n"]],
    "481036251307",
  ],
  [
    "a map of blocks above",
    [
      [
        "accounts.hcl",
        'locals {\n  accounts = { prod = { order = 1, id = "481036251307" }, dev = { id = "222045178263" } }\n}\n',
      ],
    ],
    "481036251307",
  ],
])("an account's id is read from %s", (_what, files, expected) => {
  const found = guess([unit("prod/vpc"), unit("dev/vpc"), ["root.hcl", AWS], ...files]);
  expect(id(found, "prod")).toMatchObject({ kind: "said", id: expected, doubt: null });
});

test("an account's id is read from the name of its folder, or of one above it", () => {
  const found = guess([
    unit("org-460665430878/web-953328543327/prod/vpc"),
    unit("org-460665430878/dev/vpc"),
    ["root.hcl", AWS],
  ]);
  expect(id(found, "prod")).toMatchObject({ kind: "said", id: "953328543327" });
  expect(id(found, "dev")).toMatchObject({ kind: "said", id: "460665430878" });
});

test("the name that accounts.yml has for an id is what is written", () => {
  const account = { name: "production", id: "481036251307", email: "" };
  const found = guess([unit("prod/vpc"), ["prod/account.hcl", 'locals { account_id = "481036251307" }']], [account]);
  expect(writtenFor(found)).toContain('account: "production"');
});

test("a provider that may touch several accounts says nothing of which", () => {
  const several = 'provider "aws" {\n  allowed_account_ids = ["481036251307", "222045178263"]\n}\n';
  expect(id(guess([unit("prod/vpc"), ["prod/provider.tf", several]]), "prod")).toEqual({ kind: "unknown", hint: null });
});

test("an id that is made up, one of a role, and one for all are never taken silently", () => {
  const madeUp = guess([
    unit("prod/vpc"),
    ["prod/account.hcl", 'locals { aws_account_id = "111111111111" }'],
    ["root.hcl", AWS],
  ]);
  expect(id(madeUp, "prod")).toEqual({ kind: "unknown", hint: "111111111111 in prod/account.hcl looks made up" });
  const ofRole = guess([["prod/vpc/terragrunt.hcl", 'inputs = { role = "arn:aws:iam::481036251307:role/x" }\n']]);
  expect(id(ofRole, "prod")).toEqual({
    kind: "unknown",
    hint: "481036251307 is the account of a role that prod/vpc/terragrunt.hcl names",
  });
  const general = guess([
    unit("prod/vpc"),
    unit("dev/vpc"),
    ["root.hcl", 'locals { aws_account_id = "481036251307" }'],
  ]);
  expect(id(general, "prod")).toMatchObject({
    kind: "said",
    doubt: "root.hcl names one account (481036251307) for all environments",
  });
  for (const one of [madeUp, ofRole, general]) expect(writtenFor(one)).toMatch(/Which account\?|Check the account/);
});

test.each<[string, readonly (readonly [string, string])[], string | null]>([
  [
    "folders, the most frequent one",
    [unit("prod/eu-west-1/a"), unit("prod/eu-west-1/b"), unit("prod/us-east-1/a")],
    "eu-west-1",
  ],
  ["region.hcl", [unit("prod/a"), ["prod/region.hcl", 'locals { aws_region = "eu-west-3" }']], "eu-west-3"],
  ["a file above", [unit("prod/a"), ["root.hcl", 'locals { region = "sa-east-1" }']], "sa-east-1"],
  ["nothing", [unit("prod/a")], null],
  ["no region of AWS", [unit("prod/westeurope/a"), ["prod/region.hcl", 'locals { region = "europe-west2" }']], null],
])("the region is read from %s", (_what, files, expected) => {
  expect(guess(files).environments.map(({ region }) => region)).toEqual([expected]);
});

test("folders side by side are environments where the root of each names another account, and nothing else does", () => {
  const root = (account: string): string =>
    `locals {\n  account_id = "${account}"\n  org_account = "659087519042"\n}\n`;
  const units = [unit("live/audit/config"), unit("live/audit/main"), unit("live/org_account/main")];
  const found = guess([
    ...units,
    ["live/audit/root.hcl", root("886481071419")],
    ["live/org_account/root.hcl", root("659087519042")],
  ]);
  expect(found.environments.map(({ name, account }) => [name, account])).toEqual([
    ["audit", expect.objectContaining({ kind: "said", id: "886481071419" })],
    ["org_account", expect.objectContaining({ kind: "said", id: "659087519042" })],
  ]);
  const alike = guess([...units, ["live/audit/root.hcl", root("886481071419")]]);
  expect(alike.environments.map(({ name }) => name)).toEqual(["live"]);
});

test("an account is asked for in AWS alone", () => {
  const azure = guess([unit("prod/a"), ["prod/account.hcl", 'locals { subscription_id = "x" }']]);
  expect(writtenFor(azure)).toContain("For Azure see `identity`");
  expect(writtenFor(azure)).not.toContain("ACCOUNT ID");
  expect(writtenFor(guess([unit("prod/a")], [], ["AWS"]))).toContain('# aws: { account: "ACCOUNT ID"');
});

test("examples, modules and copies are left out, and what lies in an environment is none of them", () => {
  const found = guess([
    unit("live/prod/a"),
    unit("live/prod/examples/b"),
    unit("examples/c"),
    unit("_modules/d"),
    unit("live/prod/.settings/e"),
  ]);
  expect(found.aside).toEqual(["_modules", "examples"]);
  expect(readConfiguration(writtenFor(found), CONFIGURATION_FILE).ignore).toEqual([
    "**/*.md",
    "_modules/**",
    "examples/**",
  ]);
});

test("alike names are told apart by the folders above them, else by numbers", () => {
  const names = (...paths: string[]): string[] => guess(paths.map(unit)).environments.map(({ name }) => name);
  expect(names("aws/prod/a", "azure/prod/a")).toEqual(["aws-prod", "azure-prod"]);
  expect(names("web prod/x/a", "web-prod/x/a")).toEqual(["web-prod", "web-prod-2"]);
  expect(names("Prod/x/a", "prod/x/a").map((name) => name.toLowerCase())).toEqual(["prod", "prod-2"]);
});

const NAME = fc.oneof(
  fc.constantFrom(
    "prod",
    "dev",
    "staging",
    "eu-west-1",
    "_global",
    "accounts",
    "env",
    "live",
    "team's (a)",
    "[x]",
    "a{b}",
    "*",
    "é",
    "web-prod",
  ),
  fc.string({ minLength: 1, maxLength: 4, unit: "grapheme-ascii" }).map((name) => name.replaceAll(/[/.\\\0\s]/g, "x")),
);

test("whatever folders are called, each unit that may run is in exactly one environment of what is written", () => {
  const paths = fc.array(
    fc.array(NAME, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(paths, (units) => {
      const found = guess([...new Set(units)].map(unit));
      const configuration = readConfiguration(writtenFor(found), CONFIGURATION_FILE);
      const lookup = environmentLookup(configuration);
      for (const path of units) {
        const inAside = found.aside.some((folder) => path === folder || path.startsWith(`${folder}/`));
        if (!inAside) expect([path, lookup(UnitPath.parse(path)).kind]).toEqual([path, "one"]);
      }
    }),
  );
});

test("a cloud that a comment speaks of is none", () => {
  const guessed = guess([unit("prod/a"), [".sops.yaml", "  # kms: arn:aws:kms:us-east-1:481036251307:key/1\n"]]);
  expect(guessed.environments[0]?.clouds).toEqual([]);
});
