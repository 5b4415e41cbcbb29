import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookForEvidence } from "./look-for-evidence.ts";

let repository: string;
beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), "evidence-"));
});
afterEach(() => rm(repository, { recursive: true }));

const found = async (files: Readonly<Record<string, string>>) => {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(repository, file)), { recursive: true });
    await writeFile(join(repository, file), text);
  }
  return lookForEvidence(repository).map((one) =>
    [
      one.kind,
      one.kind === "required" ? one.constraint : one.binary,
      "place" in one ? `${one.place.file}:${one.place.line}` : "",
    ].join(" "),
  );
};
const lock = (...hosts: string[]) => hosts.map((host) => `provider "${host}/hashicorp/aws" {\n}\n`).join("");

describe("what a repository's files say", () => {
  it("version files of folders; that of the root names the tool for all, which is read elsewhere", async () => {
    expect(await found({ ".terraform-version": "1.11.4\n", "prod/.opentofu-version": "1.12.6\n" })).toEqual([
      "written opentofu prod/.opentofu-version:null",
    ]);
  });

  it("lock files of units, by the registry; those of others only where units have none", async () => {
    const other = { "bootstrap/.terraform.lock.hcl": lock("registry.terraform.io") };
    expect(await found(other)).toEqual(["written terraform bootstrap/.terraform.lock.hcl:1"]);
    expect(
      await found({
        "prod/vpc/terragrunt.hcl": "",
        "prod/vpc/.terraform.lock.hcl": lock("example.com", "registry.opentofu.org"),
        "prod/db/terragrunt.hcl": "",
        "prod/db/.terraform.lock.hcl": lock("example.com"),
      }),
    ).toEqual(["written opentofu prod/vpc/.terraform.lock.hcl:3"]);
  });

  it("a lock file with both registries is OpenTofu's", async () => {
    expect(await found({ ".terraform.lock.hcl": lock("registry.terraform.io", "registry.opentofu.org") })).toEqual([
      "written opentofu .terraform.lock.hcl:3",
    ]);
  });

  it("terraform_binary where Terragrunt reads it, and constraints, also of generated files", async () => {
    expect(
      await found({
        "root.hcl": [
          ...['terraform_binary = "/usr/local/bin/terraform"', 'terraform_version_constraint = ">= 1.5"'],
          ...['generate "versions" {', "  contents = <<EOF", 'terraform { required_version = "~> 1.9" }', "EOF", "}"],
        ].join("\n"),
        "dev/env.hcl": 'locals { terraform_binary = "tofu" }\n',
        "dev/root.hcl": 'terraform_binary = get_env("BINARY", "tofu")\n',
        "modules/a/versions.tf": 'terraform {\n  required_version = "${var.x}"\n}\n',
        "modules/b/versions.tf": 'terraform {\n  required_version = "1.11.4"\n}\n',
        "modules/c/main.tofu": "",
      }),
    ).toEqual([
      "set  dev/root.hcl:1",
      "required ${var.x} modules/a/versions.tf:2",
      "required 1.11.4 modules/b/versions.tf:2",
      "written opentofu modules/c/main.tofu:null",
      "set terraform root.hcl:1",
      "required >= 1.5 root.hcl:2",
      "required ~> 1.9 root.hcl:5",
    ]);
  });

  it("caches, what tools fetched, and whatever links lead to say nothing", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "elsewhere-"));
    await writeFile(join(elsewhere, "root.hcl"), 'terraform_binary = "tofu"\n');
    await symlink(elsewhere, join(repository, "linked"));
    await symlink(join(elsewhere, "root.hcl"), join(repository, "root.hcl"));
    await symlink("/dev/zero", join(repository, "main.tf"));
    const text = 'terraform_binary = "tofu"\n';
    expect(
      await found({
        "prod/.terragrunt-cache/x/root.hcl": text,
        ".terraform/modules/root.hcl": text,
        ".git/root.hcl": text,
        "huge.hcl": `${text}${"# x\n".repeat(300_000)}`,
      }),
    ).toEqual([]);
    await rm(elsewhere, { recursive: true });
  });
});
