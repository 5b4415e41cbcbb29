import type { Assessment } from "@pipelines/core/contracts/assessment";
import { expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

const source = 'terraform {\n  source = "."\n}\n';
const root = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
const needs = (...paths: string[]): string =>
  paths.map((path, index) => `dependency "d${index}" {\n  config_path = "${path}"\n}\n`).join("");
const unit = (name: string, text = ""): Edits => ({
  [`${name}/terragrunt.hcl`]: `${root}${source}${text}`,
  [`${name}/main.tf`]: "",
});
const oldUnit = (name: string, text = ""): Edits => ({
  [`high/old/dev/${name}/terragrunt.hcl`]: `include {\n  path = find_in_parent_folders()\n}\n${source}${text}`,
});
const gone = (name: string): Edits => ({ [`${name}/terragrunt.hcl`]: null, [`${name}/main.tf`]: null });
const config = (rest: string): Edits => ({
  ".pipelines/config.yml": `environments:\n  low: { paths: ["low/**"] }\n  high: { paths: ["high/**"] }\n${rest}`,
});

const FILES: Edits = {
  "root.hcl": 'locals {\n  team = try(read_terragrunt_config(find_in_parent_folders("team.hcl")).locals, {})\n}\n',
  "low/team.hcl": "locals {}\n",
  "shared/a.hcl": 'locals {\n  b = true ? read_terragrunt_config("b.hcl").locals : {}\n}\n',
  "shared/b.hcl": "locals {}\n",
  "shared/note.txt": "1",
  "modules/m/main.tf": "",
  ...unit("low/db"),
  ...unit("low/net", needs("../db")),
  ...unit("low/app", needs("../net")),
  ...unit("high/api", needs("../../low/app")),
  ...unit("high/by-local", 'locals {\n  n = "db"\n}\ndependency "x" {\n  config_path = "../../low/${local.n}"\n}\n'),
  ...unit("high/by-include", 'include "e" {\n  path = "${get_repo_root()}/_envcommon/e.hcl"\n}\n'),
  ...unit("high/reader", 'locals {\n  a = try(file("../../low/db/note.txt"), "")\n}\n'),
  ...unit("high/sharing", 'locals {\n  a = try(read_terragrunt_config("../../shared/a.hcl").locals, {})\n}\n'),
  "high/moduled/terragrunt.hcl": `${root}terraform {\n  source = "../..//modules/m"\n}\n`,
  ...unit("high/broken", "locals {\n  a = local.none\n}\n"),
  "low/db/note.txt": "1",
  "_envcommon/e.hcl": needs("${get_repo_root()}/low/db"),
  // A root that can't be evaluated by itself, as they were written for years, above a unit whose inputs can't be.
  "high/old/terragrunt.hcl":
    'locals {\n  account = read_terragrunt_config(find_in_parent_folders("account.hcl")).locals\n}\n',
  "high/old/dev/account.hcl": "locals {}\n",
  ...oldUnit("well"),
  ...oldUnit("broken", 'inputs = {\n  key = file("/nowhere/key.pub")\n}\n'),
};

it.each<[string, Edits, Edits?]>([
  ["one unit", { "low/app/main.tf": "# edited\n" }],
  ["a file that nobody reads", { "shared/note.txt": "2" }],
  ["a removed unit that others use in several ways", gone("low/db")],
  [
    "a removed unit whose users give it up",
    { ...gone("low/db"), ...unit("low/net"), ...unit("high/by-local"), "_envcommon/e.hcl": "" },
  ],
  ["the ends of a chain of units", { "low/db/main.tf": "# edited\n", "high/api/main.tf": "# edited\n" }],
  ["a new circle through units that did not change", unit("low/db", needs("../../high/api"))],
  ["a unit with its dependents", { "low/net/main.tf": "# edited\n" }, config("include_dependents: true\n")],
  ["a nearer file above", { "high/team.hcl": "locals {}\n", "low/team.hcl": null }],
  ["the root, and what it reads", { "root.hcl": "locals {}\n", "low/team.hcl": "locals { a = 1 }\n" }],
  [
    "a file that decides whether another is read, and the other",
    { "shared/a.hcl": "locals {}\n", "shared/b.hcl": "locals { c = 1 }\n" },
  ],
  [
    "a unit that others include from now on",
    { "low/app/sub/terragrunt.hcl": `include {\n  path = "../terragrunt.hcl"\n}\n${source}` },
  ],
  [
    "a root with the name of a unit",
    {
      "high/terragrunt.hcl": "locals {}\n",
      ...unit("high/api", 'include "up" {\n  path = find_in_parent_folders()\n}\n'),
    },
  ],
  ["a unit below an old root that was broken before", { "high/old/dev/broken/main.tf": "" }],
  ["a unit beside one that was broken before", { "high/old/dev/well/main.tf": "", "high/.terraform.lock.hcl": "" }],
  ["an old root", { "high/old/terragrunt.hcl": "locals {\n  account = {}\n}\n" }],
  ["a module that is gone", { "modules/m/main.tf": null }],
  ["a file of another unit", { "low/db/note.txt": null }],
  ["a unit that became a link", { ...gone("low/app"), "low/app": { link: "net" } }],
  [
    "the settings of an environment",
    {
      ".pipelines/config.yml":
        'environments:\n  low: { paths: ["low/**"], env: { A: "1" } }\n  high: { paths: ["high/**"] }\n',
    },
  ],
  [
    "a configured read",
    { "shared/note.txt": "2" },
    config('extra_reads:\n  - { files: ["shared/**"], units: ["high/*"] }\n'),
  ],
  ["a unit that is broken", { "high/broken/main.tf": "# edited\n", "root.hcl": "locals {\n  x = 1\n}\n" }],
  [
    "a text that is no HCL any more",
    { "low/net/terragrunt.hcl": "terraform {\n  source =\n}\n", "low/x.yml": "a: 1\n" },
  ],
])("comes to the same as if Terragrunt had evaluated every unit: %s", async (_what, edits, more = config("")) => {
  await using repository = await makeRepository({ ...FILES, ...more });
  await repository.commit(edits);
  for (const event of ["pull_request", "push"] as const) {
    expect(decided(await repository.assess(event))).toEqual(decided(await repository.assess(event, "all")));
  }
});

function decided({ changes, units, jobs, problems, unmatched, ignored }: Assessment) {
  return { changes, units, jobs, problems, unmatched, ignored };
}
