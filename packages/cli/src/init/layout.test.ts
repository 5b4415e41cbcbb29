import { expect, test } from "vitest";
import { type LayoutFacts, type Place, placesOf } from "./layout.ts";

type Given = { units: string[]; accounts?: string[]; environments?: string[] };

function placed({ units, accounts = [], environments = [] }: Given): Record<string, Place["why"]> {
  const facts: LayoutFacts = { units, accountFolders: new Set(accounts), environmentFolders: new Set(environments) };
  return Object.fromEntries(
    placesOf(facts).map(({ folders, units: own, why }) => [[...folders, ...own].join(" "), why]),
  );
}

test.each<[string, Given, Record<string, Place["why"]>]>([
  [
    "accounts at the root, regions and stages below them",
    {
      units: ["prod/us-east-1/prod/vpc", "non-prod/us-east-1/qa/vpc", "non-prod/us-east-1/stage/vpc"],
      accounts: ["prod", "non-prod"],
    },
    { prod: "account file", "non-prod": "account file" },
  ],
  [
    "accounts below a folder of accounts, whatever they are called",
    { units: ["terragrunt/accounts/legacy/dns", "terragrunt/accounts/web-prod/vpc", "terragrunt/accounts/root/org"] },
    {
      "terragrunt/accounts/legacy": "name",
      "terragrunt/accounts/web-prod": "name",
      "terragrunt/accounts/root": "name",
    },
  ],
  [
    "environments below a common folder",
    { units: ["live/dev/vpc", "live/prod/vpc", "live/playground/vpc"] },
    { "live/dev": "name", "live/prod": "name", "live/playground": "name" },
  ],
  [
    "an environment file where the name says nothing",
    { units: ["infra/oracle/vcn", "prod-0/oracle/vcn"], environments: ["infra", "prod-0"] },
    { infra: "environment file", "prod-0": "name" },
  ],
  [
    "an environment file above environments says nothing about them",
    { units: ["all/dev/vpc", "all/prod/vpc"], environments: ["all", "all/dev"] },
    { "all/dev": "name", "all/prod": "name" },
  ],
  [
    "one environment in several regions",
    {
      units: ["site/eu-west-1/development/a", "site/global/development/b", "site/eu-west-1/production/a"],
      accounts: ["site"],
    },
    { "site/eu-west-1/development site/global/development": "name", "site/eu-west-1/production": "name" },
  ],
  [
    "an account in another one's folder",
    { units: ["main/_global/prod/org", "main/child/eu-north-1/prod/vpc"], accounts: ["main", "main/child"] },
    { "main/_global/prod": "name", "main/child": "account file" },
  ],
  [
    "units and folders beside environments",
    { units: ["dev/vpc", "prod/vpc", "ecr", "bootstrap", "global/dns/zone"] },
    { dev: "name", prod: "name", global: "beside", "ecr bootstrap": "beside" },
  ],
  [
    "environments that are units themselves",
    { units: ["stacks/dev", "stacks/live", "stacks/integration"] },
    { "stacks/dev": "name", "stacks/integration": "name", "stacks/live": "beside" },
  ],
  [
    "units that are named after what they are for are no environments",
    { units: ["cdn/web-prod", "cdn/web-uat"], accounts: ["cdn"] },
    { cdn: "account file" },
  ],
  [
    "a folder that is called like an environment and holds production beside others",
    { units: ["aws/poc/site/prod/web", "aws/poc/site/test/web", "aws/poc/site/boot/state"] },
    { "aws/poc/site/prod": "name", "aws/poc/site/test": "name", "aws/poc/site/boot": "beside" },
  ],
  [
    "an environment whose units are called like environments",
    { units: ["staging/dns/prod", "staging/dns/test"] },
    { staging: "name" },
  ],
  [
    "an account whose units are called like environments",
    {
      units: [
        "aws/accounts/dns/global/dev",
        "aws/accounts/dns/global/prod",
        "aws/accounts/dns/eu/blog",
        "aws/env/dev/a",
      ],
    },
    { "aws/accounts/dns": "name", "aws/env/dev": "name" },
  ],
  [
    "a folder of environments in which they are units",
    { units: ["envs/shop/dev", "envs/shop/prod"] },
    { "envs/shop/dev": "name", "envs/shop/prod": "name" },
  ],
  ["what nothing tells apart", { units: ["vpc", "app", "data/db"] }, { ".": "all there is" }],
  ["a common folder of what nothing tells apart", { units: ["tf/a/x", "tf/b/y"] }, { tf: "all there is" }],
  ["a unit at the root beside environments", { units: [".", "dev/vpc"] }, { dev: "name", ".": "beside" }],
])("%s", (_what, given, expected) => {
  expect(placed(given)).toEqual(expected);
});
