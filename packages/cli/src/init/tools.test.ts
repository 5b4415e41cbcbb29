import type { Evidence } from "@pipelines/core/evidence/choose-binary";
import { binaryOf } from "@pipelines/core/evidence/evidence-of";
import { OLDEST } from "@pipelines/core/terragrunt/oldest";
import { testedVersion } from "@pipelines/core/tools/tool";
import { type ReadText, wantedTools } from "@pipelines/core/versions/wanted-versions";
import { expect, test } from "vitest";
import { guessTools } from "./tools.ts";
import { versionsInWorkflows } from "./workflow-versions.ts";

const files =
  (texts: Record<string, string>): ReadText =>
  (file) =>
    texts[file] ?? null;
const guess = (
  texts: Record<string, string>,
  evidence: readonly Evidence[] = [],
  workflows: Record<string, string> = {},
) => {
  const wanted = wantedTools(files(texts));
  const named = wanted.binaries.map((one): Evidence => ({ kind: "named", binary: binaryOf(one), place: one.place }));
  return guessTools(wanted, [...named, ...evidence], versionsInWorkflows(new Map(Object.entries(workflows))));
};
const WORKFLOW = ".github/workflows/apply.yml";
const place = { file: "prod/vpc/.terraform.lock.hcl", line: 4 };
const terraform: Evidence = { kind: "written", binary: "terraform", place };
const opentofu: Evidence = { kind: "written", binary: "opentofu", place };
const required = (constraint: string): Evidence => ({
  kind: "required",
  constraint,
  place: { file: "versions.tf", line: 2 },
});

test("what files name is left to them", () => {
  const named = guess({
    ".tool-versions": `terragrunt ${testedVersion("terragrunt")}\nterraform ${testedVersion("terraform")}\n`,
  });
  expect(named).toEqual({ pins: [], steps: [], doubts: [], conflicts: [] });
});

test("a version that is too old is a step with its place, the oldest that will do, and the way there", () => {
  const { pins, steps } = guess({ ".terragrunt-version": "0.45.0\n", ".terraform-version": "1.3.9\n" });
  expect(pins).toEqual([]);
  expect(steps[0]).toMatch(/^Terragrunt 0\.45\.0 \(\.terragrunt-version:1\) is too old: Pipelines needs /);
  expect(steps[0]).toContain(`${OLDEST.terragrunt} or newer`);
  expect(steps[0]).toContain("https://");
  expect(steps[1]).toMatch(/^Terraform 1\.3\.9 \(\.terraform-version:1\) is too old/);
});

test("a version that is none, and somebody else's program, are steps", () => {
  const { steps } = guess({ "mise.toml": '[tools]\nterragrunt = "latest"\n"aqua:someone/opentofu" = "1.12.6"\n' });
  expect(steps).toEqual([
    expect.stringContaining("mise.toml:2 names no exact version of Terragrunt"),
    expect.stringContaining("mise.toml:3 names someone's opentofu"),
  ]);
});

test("lock files of Terraform never lead to OpenTofu: its version is a person's to name", () => {
  const { pins, steps } = guess({}, [terraform]);
  expect(pins.map(({ tool }) => tool)).toEqual(["terragrunt"]);
  expect(steps).toEqual([
    expect.stringMatching(
      /prod\/vpc\/\.terraform\.lock\.hcl:4 was written for Terraform, and no file names its version/,
    ),
  ]);
});

test("a constraint that leaves one version of Terraform names it, and one that is too old does not", () => {
  expect(guess({}, [terraform, required("= 1.11.4")]).pins).toContainEqual({ tool: "terraform", version: "1.11.4" });
  expect(guess({}, [terraform, required("= 1.5.7")]).pins.map(({ tool }) => tool)).not.toContain("terraform");
});

test("without any word OpenTofu is named, and that is said to be unsure with what it would do", () => {
  const { pins, doubts } = guess({});
  expect(pins.map(({ tool }) => tool)).toEqual(["terragrunt", "opentofu"]);
  expect(doubts).toContainEqual(
    expect.stringMatching(/^Nothing says OpenTofu or Terraform: .*would change the state for good/),
  );
  expect(guess({}, [opentofu]).doubts.join("\n")).not.toMatch(/Nothing says OpenTofu or Terraform/);
});

test("evidence that is at odds is a step, and pins neither", () => {
  const { pins, steps } = guess({}, [required("~> 1.5.0")]);
  expect(pins.map(({ tool }) => tool)).toEqual(["terragrunt"]);
  expect(steps).toEqual([
    expect.stringMatching(/^OpenTofu or Terraform\? versions\.tf:2 asks for .*nothing is planned/),
  ]);
});

test("a name that lock files contradict is reported", () => {
  expect(guess({ ".opentofu-version": "1.12.6\n" }, [terraform]).conflicts).toEqual([
    expect.stringMatching(/^OpenTofu runs here .*but prod\/vpc\/\.terraform\.lock\.hcl:4 was written for Terraform/),
  ]);
});

test("what workflows install is pinned where no file says it, with its place, and is no reason to speak of OpenTofu", () => {
  const { pins, doubts, steps } = guess({}, [], {
    [WORKFLOW]: `env:\n  TG_VERSION: "v${testedVersion("terragrunt")}"\n  TF_VERSION: 1.12.2 # ours\n`,
  });
  expect(pins).toEqual([
    { tool: "terragrunt", version: testedVersion("terragrunt") },
    { tool: "terraform", version: "1.12.2" },
  ]);
  expect(doubts).toEqual([
    `Terragrunt: \`tools.terragrunt\` has ${testedVersion("terragrunt")}, which ${WORKFLOW}:2 installs.`,
    `Terraform: \`tools.terraform\` has 1.12.2, which ${WORKFLOW}:3 installs.`,
  ]);
  expect(steps).toEqual([]);
});

test("the version of Terraform that lock files ask for is that of the workflows", () => {
  const { pins, steps } = guess({}, [terraform], { [WORKFLOW]: "    terraform_version: 1.15.5\n" });
  expect(pins).toContainEqual({ tool: "terraform", version: "1.15.5" });
  expect(steps).toEqual([]);
});

test("a version of a workflow that is too old is a step with its place, and a newer one is pinned", () => {
  const { pins, steps, doubts } = guess({}, [opentofu], { [WORKFLOW]: "  TERRAGRUNT_VERSION: 1.0.6\n" });
  expect(pins).toContainEqual({ tool: "terragrunt", version: testedVersion("terragrunt") });
  expect(steps).toEqual([
    expect.stringMatching(/^Terragrunt 1\.0\.6, which \.github\/workflows\/apply\.yml:1 installs, is too old/),
  ]);
  expect(doubts.join("\n")).not.toContain("No file names a version of Terragrunt");
});

test("of workflows that differ most decide, and the others are said; a file of versions wins over all", () => {
  const workflows = Object.fromEntries(
    ["1.12.2", "1.13.0", "1.13.0"].map((version, at) => [`.github/workflows/${at}.yml`, `tf_version: ${version}\n`]),
  );
  const differing = guess({}, [], workflows);
  expect(differing.pins).toContainEqual({ tool: "terraform", version: "1.13.0" });
  expect(differing.doubts).toContainEqual(expect.stringContaining("Other workflows install 1.12.2."));
  expect(guess({ ".terraform-version": "1.14.0\n" }, [], workflows).pins.map(({ tool }) => tool)).toEqual([
    "terragrunt",
  ]);
});

test("workflows that install both OpenTofu and Terraform say nothing of which", () => {
  const { doubts } = guess({}, [], { [WORKFLOW]: "tf_version: 1.12.2\ntofu_version: 1.12.6\n" });
  expect(doubts).toContainEqual(expect.stringMatching(/^Nothing says OpenTofu or Terraform: /));
  expect(doubts).toContainEqual(expect.stringContaining("`tools.opentofu` has 1.12.6"));
});
