import type { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

/** Units whose evaluation asks for the cloud, keys or programs of the team; discovery has none of them. */
async function change(files: Edits, edits: Edits): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess();
}
const units = ({ units }: Assessment): string[] =>
  units.map(({ path, notEvaluated }) => (notEvaluated === undefined ? path : `${path} (not evaluated)`));

const source = 'terraform {\n  source = "."\n}\n';
const root = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
const unit = (name: string, text = root): Edits => ({ [`${name}/terragrunt.hcl`]: text, [`${name}/main.tf`]: "" });

const ACCOUNTS = 'prod:\n  id: "111111111111"\n  email: prod@example.com\n';
const aws = (account: string, role = "plan"): string =>
  `aws: { account: "${account}", region: eu-west-1, plan_role: "${role}", apply_role: apply }`;
const CONFIGURATION = `environments:
  prod:
    paths: ["prod/**"]
    ${aws("prod")}
  dev:
    paths: ["dev/**"]
    ${aws("222222222222")}
  shared:
    paths: ["shared/**"]
    ${aws("unused", "arn:aws:iam::333333333333:role/plan")}
`;

describe("get_aws_account_id() in the root", () => {
  const files = {
    ".pipelines/config.yml": CONFIGURATION,
    "accounts.yml": ACCOUNTS,
    "root.hcl":
      'locals {\n  account = read_terragrunt_config("${get_repo_root()}/accounts/${get_aws_account_id()}.hcl")\n  limits  = file("${get_repo_root()}/limits/${get_aws_account_id()}.json")\n}\n',
    "accounts/111111111111.hcl": "locals {}\n",
    "accounts/222222222222.hcl": "locals {}\n",
    "accounts/333333333333.hcl": "locals {}\n",
    "limits/111111111111.json": "{}",
    "limits/222222222222.json": "{}",
    "limits/333333333333.json": "{}",
    ...unit("prod/vpc"),
    ...unit("dev/vpc"),
    ...unit("shared/vpc"),
  };
  it.each([
    ["a configuration of the account named in accounts.yml", "accounts/111111111111.hcl", "prod/vpc"],
    ["a file of the account named by its id", "limits/222222222222.json", "dev/vpc"],
    ["a configuration of the account of the role that plans", "accounts/333333333333.hcl", "shared/vpc"],
  ])("is answered with the unit's account, so that it reads %s", async (_what, file, path) => {
    const assessment = await change(files, { [file]: file.endsWith(".hcl") ? "locals { edited = true }\n" : "[]" });
    expect([units(assessment), assessment.problems]).toEqual([[path], []]);
  });

  it("counts with every account's files where the environment names no account", async () => {
    const assessment = await change(
      { ...files, ".pipelines/config.yml": "environments:\n  all:\n    paths: ['**']\n" },
      { "accounts/111111111111.hcl": "locals { edited = true }\n", "limits/222222222222.json": "[]" },
    );
    const all = ["dev/vpc", "prod/vpc", "shared/vpc"].map((path) => `${path} (not evaluated)`);
    expect([units(assessment), assessment.problems]).toEqual([all, []]);
  });

  it("reads one commit, and no unit but the one that changed", async () => {
    const { discovery } = await change(files, { "prod/vpc/main.tf": "# edited\n" });
    expect(discovery).toMatchObject({ snapshots: 1, terragruntCalls: 1 });
  });
});

describe("a unit that can't be evaluated without credentials", () => {
  const secret = `${source}locals {
  secrets = yamldecode(sops_decrypt_file("\${get_repo_root()}/secrets/prod.yaml"))
  above   = try(read_terragrunt_config(find_in_parent_folders(local.secrets.name)), {})
  team    = read_terragrunt_config("\${get_repo_root()}/teams/\${local.secrets.team}.hcl")
}
include "common" {
  path = "\${get_repo_root()}/_envcommon/vpc.hcl"
}
`;
  const encrypted = 'a: ENC[AES256_GCM,data:aaaa,iv:bbbb,tag:cccc,type:str]\nsops:\n  version: "3.9.0"\n  mac: x\n';
  const files = {
    ...unit("prod/vpc", secret),
    ...unit("prod/db", source),
    "secrets/prod.yaml": encrypted,
    "secrets/dev.yaml": encrypted,
    "teams/red.hcl": "locals {}\n",
    "teams/blue.hcl": "locals {}\n",
    "_envcommon/vpc.hcl": 'locals {\n  note = file("note.txt")\n}\n',
    "_envcommon/note.txt": "a",
    "_envcommon/other.txt": "a",
  };
  it.each([
    ["the encrypted file", { "secrets/prod.yaml": `${encrypted}# edited\n` }],
    ["a file whose name comes out of the encrypted one", { "teams/blue.hcl": "locals { edited = true }\n" }],
    ["an included file", { "_envcommon/vpc.hcl": files["_envcommon/vpc.hcl"].replace("note ", "edited ") }],
    ["a file that an included file reads", { "_envcommon/note.txt": "b" }],
    ["what it finds above it by a name that only Terragrunt can tell", { "prod/env.hcl": "locals {}\n" }],
  ])("is affected by %s, marked as not evaluated", async (_what, edits) => {
    const assessment = await change(files, edits);
    expect([units(assessment), assessment.problems]).toEqual([["prod/vpc (not evaluated)"], []]);
  });

  it("is not affected by files that its text can't reach", async () => {
    const assessment = await change(files, {
      "secrets/dev.yaml": "edited\n",
      "other/env.hcl": "",
      "_envcommon/other.txt": "b",
    });
    expect([units(assessment), assessment.problems]).toEqual([[], []]);
  });

  it("is affected by any file that belongs to no unit when its text says nothing of the path", async () => {
    const command =
      '  file = run_cmd("--terragrunt-quiet", "aws", "ssm", "get-parameter", "--name", "file")\n  text = file(local.file)\n';
    const assessment = await change(
      { ...files, ...unit("prod/queue", `${source}locals {\n${command}}\n`) },
      { "notes/anything.txt": "new", "prod/db/main.tf": "# edited\n" },
    );
    expect([units(assessment), assessment.problems]).toEqual([["prod/db", "prod/queue (not evaluated)"], []]);
  });
});

describe("a unit that goes on without secrets that it can't read", () => {
  const secrets =
    'locals {\n  secrets = try(yamldecode(sops_decrypt_file(find_in_parent_folders("secrets.yaml"))), {})\n}\n';
  const asked = 'include "root" {\n  path   = find_in_parent_folders("root.hcl")\n  expose = true\n}\n';
  const vpc = (rest: string): Edits => unit("prod/vpc", `${source}${asked}${rest}`);
  const files = {
    "root.hcl": `${secrets}inputs = { token = local.secrets.token }\n`,
    "secrets.yaml": "a: 1\n",
    ...vpc("locals {\n  team = include.root.locals.secrets.team\n}\n"),
    ...unit("prod/db", source),
  };

  it("is not evaluated, instead of a problem for what they lack", async () => {
    for (const edits of [{ "prod/vpc/main.tf": "# edited\n" }, { "secrets.yaml": "a: 2\n" }]) {
      const assessment = await change(files, edits);
      expect([units(assessment), assessment.problems]).toEqual([["prod/vpc (not evaluated)"], []]);
    }
  });

  it.each([
    ["a local that is not there", "locals {\n  team = local.nowhere\n}\n"],
    ["a local of its root that is not there", "locals {\n  team = include.root.locals.nowhere\n}\n"],
    ["a missing bracket", "locals {\n  team = [\n}\n"],
  ])("is a problem for %s", async (_what, text) => {
    const assessment = await change(files, vpc(text));
    expect(assessment.problems).toMatchObject([{ kind: "not-evaluated", file: "prod/vpc/terragrunt.hcl" }]);
  });
});

it("a variable that nothing sets may say anything, so that a path made with it may be any that fits", async () => {
  const files = {
    ...unit("vpc", `${source}inputs = {\n  a = file("../data/\${get_env("SERVICE_TOKEN")}.txt")\n}\n`),
    "data/a.txt": "1",
    "data/b.yml": "1",
  };
  const assessment = await change(files, { "data/a.txt": "2" });
  expect(assessment.units[0]?.because[0]?.links).toEqual([{ relation: "may be read by", path: "vpc" }]);
  expect(units(await change(files, { "data/b.yml": "2" }))).toEqual([]);
});

it("a declared secret is there while units are evaluated, and its value is not", async () => {
  const token = 'locals {\n  token = get_env("SERVICE_TOKEN")\n  gone = get_env("UNDECLARED")\n}\n';
  const files = {
    ".pipelines/config.yml": 'environments:\n  all:\n    paths: ["**"]\n    secrets: [SERVICE_TOKEN]\n',
    ...unit("vpc", source + token.replace(/.*gone.*\n/, "")),
  };
  const declared = await change(files, { "vpc/main.tf": "# edited\n" });
  expect([units(declared), declared.problems]).toEqual([["vpc"], []]);
  const { problems, notices } = await change(files, { "vpc/terragrunt.hcl": source + token });
  expect([problems, notices]).toEqual([[], [expect.stringMatching(/UNDECLARED.*name secrets under `secrets`/)]]);
});

it("a file whose name only Terragrunt can tell may be any that fits, and the chain says so", async () => {
  const names = 'locals {\n  names = [for name in ["a"] : name]\n  text  = file("../data/${local.names[0]}.txt")\n}\n';
  const files = { ...unit("vpc", source + names), "data/a.txt": "1", "data/b.yml": "1" };
  const assessment = await change(files, { "data/a.txt": "2" });
  expect(assessment.units[0]?.because[0]?.links).toEqual([{ relation: "may be read by", path: "vpc" }]);
  expect(units(await change(files, { "data/b.yml": "2" }))).toEqual([]);
});

it("a script of the repository that a hook starts is read by the unit, also where a shell is given it", async () => {
  const hook = (name: string, execute: string): string =>
    `  before_hook "${name}" {\n    commands = ["apply"]\n    execute  = [${execute}]\n  }\n`;
  const hooks = `terraform {\n  source = "."\n${hook("a", '"${get_repo_root()}/scripts/a.sh"')}${hook("b", '"sh", "-c", "KEY=${get_env("KEY")} ${get_repo_root()}/scripts/b.sh start; true"')}}\n`;
  const files = { ...unit("vpc", hooks), "scripts/a.sh": "a\n", "scripts/b.sh": "a\n", "scripts/c.sh": "a\n" };
  for (const [script, affected] of [
    ["a", ["vpc"]],
    ["b", ["vpc"]],
    ["c", []],
  ] as const) {
    expect(units(await change(files, { [`scripts/${script}.sh`]: "b\n" }))).toEqual(affected);
  }
});

it("a script of the repository that run_cmd starts is read by the unit", async () => {
  const command = 'locals {\n  out = run_cmd("--terragrunt-quiet", "sh", "${get_repo_root()}/scripts/tool.sh")\n}\n';
  const files = { ...unit("vpc", source + command), "scripts/tool.sh": "echo a\n", "scripts/other.sh": "echo a\n" };
  expect(units(await change(files, { "scripts/tool.sh": "echo b\n" }))).toEqual(["vpc"]);
  expect(units(await change(files, { "scripts/other.sh": "echo b\n" }))).toEqual([]);
});
