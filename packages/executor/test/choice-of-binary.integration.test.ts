import { delimiter, dirname } from "node:path";
import { run } from "@pipelines/core/process/run";
import { expect, test } from "vitest";
import { makeWorld, passing, unitAt } from "./world.ts";

const PATH = process.env["PATH"] ?? "";
const LOCK = 'provider "registry.terraform.io/hashicorp/null" {\n  version = "3.2.4"\n}\n';

/** A PATH on which both are, with one of them first. */
async function both(first: string): Promise<Record<string, string>> {
  const ran = await run("sh", ["-c", `command -v ${first}`], { cwd: "/", env: { PATH } });
  return { PATH: [dirname(ran.stdout.trim()), PATH].join(delimiter), HOME: process.env["HOME"] ?? "" };
}

test("lock files of Terraform lead to Terraform where OpenTofu is on the PATH as well", async () => {
  const environment = await both("tofu");
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    "a/.terraform.lock.hcl": LOCK,
  });
  const planned = await world.run({ action: "plan", units: ["a"] }, { environment });
  expect(planned.outcome.toolVersions.tofu).toMatch(/^terraform /);
});

test("where the named one is missing nothing is planned with the other one, and it is said which and why", async () => {
  const tofu = (await run("sh", ["-c", "command -v tofu"], { cwd: "/", env: { PATH } })).stdout.trim();
  await using world = await makeWorld({ ...unitAt("a", passing("a")), ".terraform-version": "1.11.4\n" });
  const environment = { PATH: await folderWithout(world.folder, tofu), HOME: process.env["HOME"] ?? "" };
  const { outcome } = await world.run({ action: "plan", units: ["a"] }, { environment });
  expect(outcome.failure).toMatch(
    /This repository is for Terraform: \.terraform-version:1 names it, and `terraform` is not on the PATH, where OpenTofu is/,
  );
});

test("a unit that names the other binary is refused before it is planned", async () => {
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    ...unitAt("b", passing("b")),
    ".opentofu-version": "1.12.6\n",
  });
  const text = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
  await world.commit({ "b/terragrunt.hcl": `${text}terraform_binary = "terraform"\n` });
  const { ends } = await world.run({ action: "plan", units: ["a", "b"] }, {});
  expect(ends).toMatchObject({
    a: { kind: "changed" },
    b: {
      kind: "failed",
      at: "plan",
      cause: {
        kind: "configuration",
        message: expect.stringContaining("`terraform_binary` of this unit is `terraform`, and this job runs `tofu`"),
      },
    },
  });
});

/** A PATH with OpenTofu, Terragrunt and Git alone. */
async function folderWithout(folder: string, tofu: string): Promise<string> {
  const bin = `${folder}/alone`;
  const made = await run(
    "sh",
    [
      "-c",
      'mkdir -p "$0" && ln -s "$1" "$0/tofu" && ln -s "$(command -v terragrunt)" "$0/" && ln -s "$(command -v git)" "$0/"',
      bin,
      tofu,
    ],
    { cwd: "/", env: { PATH } },
  );
  expect(made.exitCode).toBe(0);
  return [bin, "/usr/bin", "/bin"].join(delimiter);
}
