import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";

const command = resolve(import.meta.dirname, "../main.ts");
let repository: string;

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), "pipelines-validate-"));
  await execa("git", ["init", "--quiet", repository]);
  await put(
    "root.hcl",
    'locals {\n  team = get_env("TEAM")\n  # get_env("COMMENT")\n  stage = get_env("STAGE", "x")\n}\n',
  );
  await put("terragrunt.hcl", "locals {}\n");
  await put("prod/vpc/terragrunt.hcl", 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n');
  await put("dev/stack/terragrunt.stack.hcl", 'unit "a" {\n  source = "../../catalog/a"\n  path = "a"\n}\n');
  await put("catalog/a/terragrunt.hcl", 'terraform {\n  source = "."\n}\n');
  await put("accounts.yml", 'prod:\n  id: "222222222222"\n');
});
afterEach(() => rm(repository, { recursive: true, force: true }));

const put = async (path: string, text: string | Uint8Array): Promise<void> => {
  await mkdir(dirname(join(repository, path)), { recursive: true });
  await writeFile(join(repository, path), text);
};
const validate = (...args: string[]) =>
  execa(process.execPath, [command, "validate", "--repo", repository, ...args], { cwd: tmpdir(), reject: false });

const GOOD =
  'environments:\n  prod:\n    paths: ["prod/**"]\n    aws: { account: prod, region: eu-west-1, plan_role: p, apply_role: a }\n    env: { TEAM: x }\n  dev:\n    paths: ["dev/**"]\n    secrets: [TEAM]\n';

test("a repository without a configuration, and one whose configuration fits, are valid", async () => {
  expect((await validate()).stdout).toContain(
    "There is no .pipelines/config.yml: all units are in one environment. 2 units.",
  );
  await put(".pipelines/config.yml", GOOD);
  const { stdout, exitCode } = await validate("--list");
  expect(exitCode).toBe(0);
  expect(stdout.split("\n")).toEqual([
    "unit       environment  plan role           apply role",
    "dev/stack  dev          (the runner's own)  (the runner's own)",
    "prod/vpc   prod         p                   a",
    "",
    "The configuration can be used. 2 units.",
    "Terragrunt was not asked whether it can evaluate them: `pipelines explain --base HEAD --all` asks.",
  ]);
});

test("errors end with 1, warnings alone do not, and each has its place", async () => {
  await put(
    ".pipelines/config.yml",
    GOOD.replace("account: prod", "account: prd").replace("    secrets: [TEAM]\n", ""),
  );
  const broken = await validate();
  expect(broken.exitCode).toBe(1);
  expect(broken.stdout.split("\n")).toEqual([
    ".pipelines/config.yml:4: error: `environments.prod.aws.account` names no account: `prd`; did you mean `prod`?",
    'root.hcl:2: warning: `get_env("TEAM")` has no default, and nothing sets it: add it to `env` or `secrets` of `environments.dev`',
    "1 error, 1 warning",
  ]);
  await put(".pipelines/config.yml", GOOD.replace("    secrets: [TEAM]\n", ""));
  expect((await validate()).exitCode).toBe(0);
});

test("a variable that a file beside the units asks for is said of the units that read it, through others as well", async () => {
  await put("_shared/state.hcl", 'locals {\n  bucket = get_env("BUCKET")\n}\n');
  await put("_shared/unused.hcl", 'locals {\n  nothing = get_env("NOBODY")\n}\n');
  await put(
    "_shared/app.hcl",
    'locals {\n  state = read_terragrunt_config("${get_repo_root()}/_shared/state.hcl")\n}\n',
  );
  await put("prod/app/terragrunt.hcl", 'include "app" {\n  path = "../../_shared/app.hcl"\n}\n');
  await put(".pipelines/config.yml", GOOD);
  expect((await validate()).stdout.split("\n")).toEqual([
    '_shared/state.hcl:2: warning: `get_env("BUCKET")` has no default, and nothing sets it: add it to `env` or `secrets` of `environments.prod`',
    "1 warning",
  ]);
});

test("a file in UTF-16 as Windows writes it, and one that is no YAML, are told without a library's words", async () => {
  await put(".pipelines/config.yml", Buffer.from(`\uFEFF${GOOD}`, "utf16le"));
  const utf16 = await validate("--list");
  expect([utf16.exitCode, utf16.stdout]).toEqual([
    1,
    ".pipelines/config.yml:1: error: the file is written in UTF-16; save it as UTF-8\n1 error",
  ]);
  await put("other.yml", "environments: [\n");
  const other = await validate("--config", join(repository, "other.yml"));
  expect(other.exitCode).toBe(1);
  expect(other.stdout).toContain("other.yml:");
  expect((await validate("--config", "gone.yml")).exitCode).toBe(2);
});

test("templates of accounts are no units, wherever they lie", async () => {
  await put(".pipelines/config.yml", `${GOOD}accounts: { templates: templates/account }\n`);
  await put("templates/account/baseline/terragrunt.hcl", 'include "root" {}\n');
  await put(".pipelines/templates/root/roles/{{ account.name }}/terragrunt.hcl", 'include "root" {}\n');
  const { stdout } = await validate("--list");
  expect(stdout).toContain("The configuration can be used. 2 units.");
});
