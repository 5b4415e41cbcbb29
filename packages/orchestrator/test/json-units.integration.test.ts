import type { Assessment } from "@pipelines/core/contracts/assessment";
import { expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

const FILES = {
  "mod/main.tf": 'variable "n" {\n  default = 0\n}\noutput "n" {\n  value = var.n\n}\n',
  "common.hcl": "locals {}\n",
  "live/json/terragrunt.hcl.json": JSON.stringify({
    terraform: { source: "../../mod" },
    include: { common: { path: '${find_in_parent_folders("common.hcl")}' } },
    inputs: { n: 1 },
  }),
  "live/hcl/terragrunt.hcl":
    'terraform {\n  source = "tfr:///some/module/x?version=1.0.0"\n}\ndependency "json" {\n  config_path  = "../json"\n  mock_outputs = { n = 5 }\n}\ninputs = { n = dependency.json.outputs.n }\n',
  "other/terragrunt.hcl": "",
  "other/main.tf": "",
};
const ABOUT = "`live/json/terragrunt.hcl.json`, which this change";

async function assess(files: Edits, edits: Edits): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess("push");
}
const problems = (assessment: Assessment): string[] => assessment.problems.map(({ message }) => message);

it.each<[string, Edits, string]>([
  ["is edited", { "live/json/terragrunt.hcl.json": "{}" }, "touches"],
  ["is deleted", { "live/json": null, "live/hcl": null }, "deletes"],
  ["has a module that changes", { "mod/main.tf": "# 1\n" }, "touches"],
  ["includes a file that changes", { "common.hcl": "locals { a = 1 }\n" }, "touches"],
])("a unit in JSON that %s is never passed over in silence", async (_what, edits, what) => {
  const assessment = await assess(FILES, edits);
  expect(problems(assessment)).toEqual([expect.stringContaining(`${ABOUT} ${what}`)]);
  expect(assessment.units.map(({ path }) => path)).not.toContain("live/json");
});

it("is nothing to speak of where nothing touches it, and a unit may depend on it", async () => {
  const edits = { "live/hcl/terragrunt.hcl": `${FILES["live/hcl/terragrunt.hcl"]}# 1\n`, "other/main.tf": "# 1\n" };
  const assessment = await assess(FILES, edits);
  expect([assessment.units.map(({ path }) => path), problems(assessment), assessment.untouched]).toEqual([
    ["live/hcl", "other"],
    [],
    undefined,
  ]);
});

it("keeps the unit that it depends on from being destroyed", async () => {
  const text = JSON.stringify({
    dependency: { v: { config_path: "../v" } },
    inputs: { n: "${dependency.v.outputs.n}" },
  });
  const files = { "v/terragrunt.hcl": "", "v/main.tf": "", "j/terragrunt.hcl.json": text, "j/main.tf": "" };
  const assessment = await assess(files, { v: null });
  expect(assessment.units.map(({ path, withheld }) => [path, withheld?.by])).toEqual([["v", "remaining-dependents"]]);
  expect(assessment.problems).toContainEqual(
    expect.objectContaining({ kind: "refused-delete", file: "j/terragrunt.hcl.json" }),
  );
});

it("becomes a unit when it is written as HCL", async () => {
  const assessment = await assess(FILES, {
    "live/json/terragrunt.hcl.json": null,
    "live/json/terragrunt.hcl": 'terraform {\n  source = "../../mod"\n}\n',
  });
  expect([assessment.units.map(({ path, action }) => `${action} ${path}`), problems(assessment)]).toEqual([
    ["apply live/json"],
    [],
  ]);
});

it("is left alone on the ignore list", async () => {
  const files = { ...FILES, ".pipelines/config.yml": 'ignore: ["live/json/**"]\n' };
  expect(problems(await assess(files, { "live/json/terragrunt.hcl.json": "{}" }))).toEqual([]);
});

it("beside the same unit in HCL is a problem: Terragrunt finds the one and runs the other", async () => {
  const files = { "u/terragrunt.hcl": "", "u/main.tf": "", "v/terragrunt.hcl": "", "v/main.tf": "" };
  await using repository = await makeRepository(files);
  await repository.commit({ "u/terragrunt.hcl.json": "{}", "v/main.tf": "# 1\n" });
  const assessment = await repository.assess();
  expect(problems(assessment)).toEqual([expect.stringContaining("`u/terragrunt.hcl.json` stands beside")]);
  expect(assessment.jobs.flatMap(({ units }) => units.map(({ path }) => path))).toEqual(["v"]);
});
