import type { Assessment } from "@pipelines/core/contracts/assessment";
import { expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

async function change(files: Edits, edits: Edits, mode: "pull_request" | "push"): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess(mode);
}
/** What runs, what does not and why, and what does not once it is merged. */
const told = (assessment: Assessment): string[] =>
  assessment.units.map(({ path, action, withheld, willBeWithheld }) =>
    withheld === undefined
      ? `${action} ${path}${willBeWithheld === undefined ? "" : `, then not: ${willBeWithheld.message}`}`
      : `${path} not: ${withheld.message}`,
  );
const unit = (exclude: string, more = ""): string =>
  `terraform {\n  source = "../mod"\n}\n${exclude === "" ? "" : `exclude {\n${exclude}\n}\n`}${more}`;
const dependsOn = (folder: string): string => `dependencies {\n  paths = ["../${folder}"]\n}\n`;

const MODULE = { "mod/main.tf": "# 1\n" };
const CHANGED = { "mod/main.tf": "# 2\n" };

it.each<[string, Edits, Record<"pull_request" | "push", string[]>]>([
  [
    "by its own block, from all",
    { "a/terragrunt.hcl": unit('if = true\nactions = ["all"]') },
    {
      pull_request: ["a not: The `exclude` block of `a` keeps it from `plan`."],
      push: ["a not: The `exclude` block of `a` keeps it from `apply`."],
    },
  ],
  [
    "by its own block, from applies alone",
    { "a/terragrunt.hcl": unit('if = true\nactions = ["apply"]\nno_run = true') },
    {
      pull_request: ["plan a, then not: The `exclude` block of `a` keeps it from `apply`."],
      push: ["a not: The `exclude` block of `a` keeps it from `apply`."],
    },
  ],
  [
    "by the block of a unit that depends on it",
    {
      "a/terragrunt.hcl": unit(""),
      "b/terragrunt.hcl": unit('if = true\nactions = ["plan"]\nexclude_dependencies = true', dependsOn("a")),
      "c/terragrunt.hcl": unit("", dependsOn("a")),
    },
    {
      pull_request: [
        "a not: The `exclude` block of `b` keeps its dependency `a` from `plan`, by `exclude_dependencies`.",
        "b not: The `exclude` block of `b` keeps it from `plan`.",
        "plan c",
      ],
      push: [
        "a not: The `exclude` block of `b` keeps its dependency `a` from `plan`, by `exclude_dependencies`.",
        "b not: The `exclude` block of `b` keeps it from `plan`.",
        "apply c",
      ],
    },
  ],
  [
    "by a feature and by what an included file says",
    {
      "root.hcl":
        'feature "off" {\n  default = true\n}\nexclude {\n  if      = feature.off.value\n  actions = ["all_except_output"]\n}\n',
      "a/terragrunt.hcl": unit("", 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n'),
      "b/terragrunt.hcl": unit('if = false\nactions = ["all"]'),
    },
    {
      pull_request: ["a not: The `exclude` block of `a` keeps it from `plan`.", "plan b"],
      push: ["a not: The `exclude` block of `a` keeps it from `apply`.", "apply b"],
    },
  ],
  [
    "by a file of filters",
    { ".terragrunt-filters": "!./a\n", "a/terragrunt.hcl": unit(""), "b/terragrunt.hcl": unit("") },
    {
      pull_request: ["a not: `a` is left out by `.terragrunt-filters`.", "plan b"],
      push: ["a not: `a` is left out by `.terragrunt-filters`.", "apply b"],
    },
  ],
  [
    "by a file of excludes in the folder that it lies in",
    {
      "live/.terragrunt-excludes": "# old\n{./a}\n",
      "live/a/terragrunt.hcl": unit("").replace("../mod", "../../mod"),
      "a/terragrunt.hcl": unit(""),
    },
    {
      pull_request: ["plan a", "live/a not: `live/a` is left out by `live/.terragrunt-excludes`."],
      push: ["apply a", "live/a not: `live/a` is left out by `live/.terragrunt-excludes`."],
    },
  ],
])("a unit that Terragrunt is told not to run does not: %s", async (_what, files, expected) => {
  for (const mode of ["pull_request", "push"] as const) {
    const assessment = await change({ ...MODULE, ...files }, CHANGED, mode);
    expect([told(assessment), assessment.problems]).toEqual([expected[mode], []]);
  }
});

it("is not destroyed when it is deleted, and what to do about it is said", async () => {
  const files = { ...MODULE, "a/terragrunt.hcl": unit('if = true\nactions = ["apply", "destroy"]') };
  const assessment = await change(files, { a: null }, "push");
  expect(told(assessment)).toEqual(["a not: The `exclude` block of `a` keeps it from `destroy`."]);
  expect(assessment.units[0]?.withheld?.next).toContain("Its resources stay");
});

it("says so when a file of filters can't be read", async () => {
  const assessment = await change(
    { ...MODULE, "a/terragrunt.hcl": unit("") },
    { ".terragrunt-filters": "!{a\n" },
    "push",
  );
  expect(assessment.problems).toEqual([
    expect.objectContaining({
      file: ".terragrunt-filters",
      message: expect.stringContaining("can't read which units"),
    }),
  ]);
});
