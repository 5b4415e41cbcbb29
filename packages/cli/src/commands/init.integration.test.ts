import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";

const actionlint = resolve(import.meta.dirname, "../../../../.tools/bin/actionlint");
const command = resolve(import.meta.dirname, "../main.ts");
const written = [".github/workflows/pipelines.yml", ".pipelines/config.yml"];
let repository: string;

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), "pipelines-init-"));
  await execa("git", ["init", "--quiet", "--initial-branch=trunk", repository]);
  await put("prod/eu-west-1/vpc/terragrunt.hcl", "");
  await put("accounts.yml", 'prod:\n  id: "222222222222"\n  email: aws@example.com\n');
});
afterEach(() => rm(repository, { recursive: true, force: true }));

const put = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(repository, path)), { recursive: true });
  await writeFile(join(repository, path), text);
};
const run = (...args: string[]) =>
  execa(process.execPath, [command, ...args, "--repo", repository], { cwd: tmpdir(), reject: false });
const init = () => run("init");
const texts = () => Promise.all(written.map((file) => readFile(join(repository, file), "utf8")));

test("init writes two files; a second time it changes nothing, and it never touches what a person wrote", async () => {
  const first = await init();
  expect(first.stderr).toBe("");
  expect(first.exitCode).toBe(0);
  for (const file of written) expect(first.stdout).toContain(`written  ${file}`);
  const before = await texts();
  expect(before[0]).toContain('branches: ["trunk"]');
  expect(before[1]).toContain('account: "prod", region: eu-west-1');
  const second = await init();
  for (const file of written) expect(second.stdout).toContain(`kept     ${file}`);
  expect(await texts()).toEqual(before);
  await put(".pipelines/config.yml", "deploy_branch: mine\n");
  await init();
  expect((await texts())[1]).toBe("deploy_branch: mine\n");
});

test("the workflow that init writes is one that actionlint has nothing to say about", async () => {
  await init();
  const { stdout, exitCode } = await execa(actionlint, [join(repository, ".github/workflows/pipelines.yml")], {
    reject: false,
  });
  expect([exitCode, stdout]).toEqual([0, ""]);
});

test("a file of accounts that can't be read is reported with its line, and nothing is written", async () => {
  await put("accounts.yml", "prod:\n  email: no id\n");
  const { stderr, exitCode } = await init();
  expect(exitCode).toBe(2);
  expect(stderr).toContain("accounts.yml:");
  await expect(texts()).rejects.toThrow();
});

test("what init writes is valid, and lists what it was not sure of", async () => {
  await put("dns/zone/terragrunt.hcl", "");
  await put("root.hcl", 'locals {\n  aws_region = "eu-west-1"\n}\n');
  const { stdout } = await init();
  expect(stdout).toContain("Not sure:");
  expect(stdout).toContain("`dns` holds units that lie beside the environments");
  const checked = await run("validate");
  expect(checked.exitCode).toBe(0);
  expect(checked.stdout).toMatch(/^The configuration can be used\. 2 units\.\n/);
});

test("what providers and workflows of the team say is read where no other file says it", async () => {
  await put("dev/app/terragrunt.hcl", "");
  await put(
    "dev/provider.tf",
    'provider "aws" {\n  region = "eu-west-2"\n  allowed_account_ids = ["481036251307"]\n}\n',
  );
  await put(".github/workflows/plan.yml", "env:\n  TF_VERSION: 1.12.2\n");
  const { stdout } = await init();
  expect(stdout).toContain("Terraform: `tools.terraform` has 1.12.2, which .github/workflows/plan.yml:2 installs.");
  const [, configuration] = await texts();
  expect(configuration).toContain('aws: { account: "481036251307", region: eu-west-2');
  expect(configuration).toContain('terraform: "1.12.2"');
});

test("a release that is none is refused before anything is written", async () => {
  const { exitCode, stderr } = await run("init", "--release", "acme/pipelines");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("acme/pipelines@v1");
  await expect(texts()).rejects.toThrow();
});

test("where nothing runs nothing is written, and it is said why", async () => {
  await rm(join(repository, "prod"), { recursive: true });
  await put("modules/vpc/main.tf", "");
  const code = await init();
  expect([code.exitCode, code.stdout]).toEqual([1, expect.stringContaining("Terraform code here and no unit")]);
  await put("units/vpc/terragrunt.hcl", "inputs = {\n  name = values.name\n}\n");
  const catalogue = await init();
  expect([catalogue.exitCode, catalogue.stdout]).toEqual([1, expect.stringContaining("as in a catalogue")]);
  await expect(texts()).rejects.toThrow();
});

test("a unit's file that is a link to one of the repository is read", async () => {
  await put("_shared/db.hcl", 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n');
  await mkdir(join(repository, "dev/db"), { recursive: true });
  await symlink("../../_shared/db.hcl", join(repository, "dev/db/terragrunt.hcl"));
  await init();
  expect((await texts())[1]).toContain('paths: ["dev/**"]');
});
