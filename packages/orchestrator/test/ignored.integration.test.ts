import { describe, expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

/** A catalogue of units beside those that run: `app` includes its template, and a stack is kept there as an example. */
const FILES: Edits = {
  ".pipelines/config.yml": 'ignore: ["**/*.md", "catalog/**"]\nenvironments: { live: { paths: ["live/**"] } }\n',
  "root.hcl": "locals {}\n",
  "catalog/app/terragrunt.hcl":
    'locals {\n  account = find_in_parent_folders("account.hcl")\n}\nterraform {\n  source = "."\n}\n',
  "catalog/app/main.tf": "",
  "catalog/db/terragrunt.hcl":
    'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\nterraform {\n  source = "."\n}\n',
  "catalog/db/main.tf": "",
  "catalog/all/terragrunt.stack.hcl": 'unit "gone" {\n  source = "../gone"\n  path   = "gone"\n}\n',
  "live/account.hcl": "locals {}\n",
  "live/app/terragrunt.hcl": 'include "template" {\n  path = "${get_repo_root()}/catalog/app/terragrunt.hcl"\n}\n',
  "live/app/main.tf": "",
  "live/db/terragrunt.hcl": 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n',
  "live/db/main.tf": "",
};

describe("a unit whose own configuration is on the ignore list", () => {
  it.each<[string, Edits, string[], string[]]>([
    ["its own edit", { "catalog/db/main.tf": "# edited\n" }, [], ["catalog/db/main.tf"]],
    [
      "its deletion",
      { "catalog/db/main.tf": null, "catalog/db/terragrunt.hcl": null },
      [],
      ["catalog/db/main.tf", "catalog/db/terragrunt.hcl"],
    ],
    [
      "a new one that can't be evaluated",
      { "catalog/x/terragrunt.hcl": "inputs = {\n" },
      [],
      ["catalog/x/terragrunt.hcl"],
    ],
    ["an edit of the root", { "root.hcl": "locals { edited = true }\n" }, ["live/db"], []],
    [
      "an edit of a template that a unit includes",
      { "catalog/app/terragrunt.hcl": `${FILES["catalog/app/terragrunt.hcl"]}# edited\n` },
      ["live/app"],
      [],
    ],
  ])("never runs, is no problem and takes nothing along: %s", async (_what, edits, affected, ignored) => {
    await using repository = await makeRepository(FILES);
    await repository.commit(edits);
    const assessment = await repository.assess("push");
    expect(assessment.units.map(({ path }) => path)).toEqual(affected);
    expect([assessment.problems, assessment.untouched ?? [], assessment.ignored]).toEqual([[], [], ignored]);
  });
});

it("copies that tools keep are no units and change none, also where somebody committed them", async () => {
  const unit = 'terraform {\n  source = "."\n}\n';
  await using repository = await makeRepository({ "app/terragrunt.hcl": unit, "app/main.tf": "" });
  await repository.commit({
    "app/.terragrunt-cache/a/b/terragrunt.hcl": unit,
    "app/.terragrunt-cache/a/b/main.tf": "",
    "app/.terraform/modules/m/terragrunt.hcl": unit,
  });
  const { units, problems, ignored } = await repository.assess("push");
  expect([units, problems]).toEqual([[], []]);
  expect(ignored).toHaveLength(3);
});
