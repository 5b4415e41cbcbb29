import { describe, expect, it } from "vitest";
import type { BinaryName } from "../tools/tool.ts";
import { chooseBinary, type Evidence } from "./choose-binary.ts";

const place = (file: string, line: number | null = 1) => ({ file, line });
const named = (binary: BinaryName): Evidence => ({ kind: "named", binary, place: place("mise.toml", 3) });
const configured = (binary: BinaryName | null, file = "root.hcl"): Evidence => ({
  kind: "set",
  by: "terraform_binary",
  binary,
  place: place(file, 7),
});
const written = (binary: BinaryName, file = "prod/vpc/.terraform.lock.hcl"): Evidence => ({
  kind: "written",
  binary,
  place: place(file, 4),
});
const required = (constraint: string): Evidence => ({ kind: "required", constraint, place: place("versions.tf", 2) });
const present = (binary: BinaryName): Evidence => ({ kind: "on the path", binary });

describe("OpenTofu or Terraform", () => {
  it.each<[string, Evidence[], BinaryName, string]>([
    ["a file names it", [named("terraform"), present("opentofu")], "terraform", "mise.toml:3 names it"],
    [
      "a file names both, and a Terragrunt file sets one",
      [named("opentofu"), named("terraform"), configured("terraform"), written("terraform")],
      "terraform",
      "root.hcl:7 sets terraform_binary to Terraform",
    ],
    [
      "a file names both, and the lock files are of one",
      [named("opentofu"), named("terraform"), written("terraform")],
      "terraform",
      "prod/vpc/.terraform.lock.hcl:4 was written for Terraform",
    ],
    [
      "version files of folders name one of them",
      [written("terraform", "prod/vpc/.terraform-version"), present("opentofu")],
      "terraform",
      "prod/vpc/.terraform-version:4 names Terraform for its folder alone",
    ],
    [
      "a file names both, and nothing else says which",
      [named("opentofu"), named("terraform"), present("terraform")],
      "opentofu",
      "mise.toml:3 names both, and nothing else says which",
    ],
    [
      "lock files are of one, and the machine has the other",
      [written("terraform"), written("terraform", "b/.terraform.lock.hcl"), present("opentofu")],
      "terraform",
      "prod/vpc/.terraform.lock.hcl:4 was written for Terraform",
    ],
    [
      "an expression sets it, and the lock files are of one",
      [configured(null), written("opentofu")],
      "opentofu",
      "was written for OpenTofu",
    ],
    ["the machine has one", [present("terraform"), present("opentofu")], "terraform", "it is on the PATH"],
    [
      "the machine's Terraform may be of any version",
      [required("~> 1.5.0"), present("terraform")],
      "terraform",
      "it is on the PATH",
    ],
    ["a constraint allows OpenTofu", [required(">= 1.5")], "opentofu", "nothing says which, and none is on the PATH"],
    [
      "neither of them meets a constraint",
      [required(">= 99"), present("opentofu")],
      "opentofu",
      "nothing says which, and it is on the PATH",
    ],
    ["there is nothing", [], "opentofu", "nothing says which, and none is on the PATH"],
  ])("%s", (_what, evidence, binary, reason) => {
    expect(chooseBinary(evidence)).toEqual({
      kind: "chosen",
      binary,
      reason: expect.stringMatching(binary === "opentofu" ? /^OpenTofu: / : /^Terraform: /),
      doubts: [],
    });
    expect(chooseBinary(evidence)).toMatchObject({ reason: expect.stringContaining(reason) });
  });

  it.each<[string, Evidence[], string, string]>([
    [
      "lock files of both",
      [written("opentofu"), written("terraform", "dev/db/.terraform.lock.hcl")],
      "prod/vpc/.terraform.lock.hcl:4 was written for OpenTofu, and dev/db/.terraform.lock.hcl:4 was written for Terraform",
      "dev/db/.terraform.lock.hcl",
    ],
    [
      "Terragrunt files of both",
      [configured("terraform"), configured("opentofu", "dev/root.hcl"), written("terraform")],
      "root.hcl:7 sets terraform_binary to Terraform, and dev/root.hcl:7 sets terraform_binary to OpenTofu",
      "dev/root.hcl",
    ],
    [
      "an expression alone",
      [configured(null), present("opentofu")],
      "root.hcl:7 sets terraform_binary to neither of them by name",
      "root.hcl",
    ],
    [
      "a constraint that OpenTofu does not meet",
      [required(">= 1.3"), required("~> 1.5.0")],
      "versions.tf:2 asks for `~> 1.5.0`, which OpenTofu 1.12.6 is not",
      "versions.tf",
    ],
    [
      "a constraint that only a newer Terraform meets",
      [required(">= 1.14"), present("opentofu")],
      "versions.tf:2 asks for `>= 1.14`, which OpenTofu 1.12.6 is not",
      "versions.tf",
    ],
  ])("%s: a person has to say", (_what, evidence, message, file) => {
    expect(chooseBinary(evidence)).toEqual({
      kind: "undecided",
      message: expect.stringContaining(message),
      place: expect.objectContaining({ file }),
    });
    expect(chooseBinary(evidence)).toMatchObject({ message: expect.stringContaining(".terraform-version") });
  });

  it.each<[string, Evidence[], string]>([
    [
      "the name of one and lock files of the other",
      [named("opentofu"), written("terraform"), written("terraform", "b/.terraform.lock.hcl")],
      "OpenTofu runs here (mise.toml:3 names it), but prod/vpc/.terraform.lock.hcl:4 was written for Terraform, as 1 more does",
    ],
    [
      "the name of one, while a Terragrunt file sets the other",
      [named("opentofu"), configured("terraform")],
      "but root.hcl:7 sets terraform_binary to Terraform;",
    ],
    [
      "a Terragrunt file that sets one, and lock files of the other",
      [configured("opentofu"), written("terraform")],
      "OpenTofu runs here (root.hcl:7 sets terraform_binary to OpenTofu), but prod/vpc/.terraform.lock.hcl:4",
    ],
  ])("%s: it is done, and never silently", (_what, evidence, message) => {
    expect(chooseBinary(evidence)).toMatchObject({
      kind: "chosen",
      doubts: [{ message: expect.stringContaining(message) }],
    });
  });
});
