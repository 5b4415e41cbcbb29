import type { Assessment } from "@pipelines/core/contracts/assessment";
import { expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

const LEAF = {
  "catalog/leaf/terragrunt.hcl": "inputs = { n = try(values.n, 0) }\n",
  "catalog/leaf/main.tf": 'variable "n" {}\n',
  "catalog/more/terragrunt.stack.hcl":
    'unit "deep" {\n  source = "${get_repo_root()}/catalog/leaf"\n  path   = "deep"\n  values = values\n}\n',
};
async function change(files: Edits, edits: Edits): Promise<Assessment> {
  await using repository = await makeRepository({ ...LEAF, ...files });
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess();
}
const told = ({ units, problems }: Assessment): string[] => [
  ...units.map(({ status, path }) => `${status} ${path}`),
  ...problems.map(({ file, message }) => `${file}: ${message}`),
];
const unit = (name: string, ...lines: string[]): string =>
  `unit "${name}" {\n  source = "\${get_repo_root()}/catalog/leaf"\n  path   = "${name}"\n${lines.join("\n")}\n}\n`;

it("a file that a stack includes makes units like the stack's own", async () => {
  const files = {
    "shared/units.stack.hcl": unit("shared"),
    "live/terragrunt.stack.hcl": `include "shared" {\n  path = "../shared/units.stack.hcl"\n}\n${unit("own")}`,
  };
  const edit = { "shared/units.stack.hcl": unit("shared", "  values = { n = 2 }") };
  expect(told(await change(files, edit))).toEqual(["changed live/.terragrunt-stack/shared"]);
});

it.each(["mutable = true", "update_source_with_cas = true", "no_validation = true"])(
  "a unit and a stack with `%s` are generated as ever",
  async (line) => {
    const stack = `stack "more" {\n  source = "\${get_repo_root()}/catalog/more"\n  path   = "more"\n  values = {}\n  ${line}\n}\n`;
    const assessment = await change({}, { "live/terragrunt.stack.hcl": unit("it", `  ${line}`) + stack });
    expect(told(assessment)).toEqual([
      "added live/.terragrunt-stack/it",
      "added live/.terragrunt-stack/more/.terragrunt-stack/deep",
    ]);
  },
);

it("a unit depends on what `autoinclude` says, and reads what is read there", async () => {
  const auto = (more = ""): string =>
    unit("a") +
    unit(
      "b",
      '  autoinclude {\n    dependency "a" {\n      config_path  = unit.a.path\n      mock_outputs = {}\n    }',
      `    inputs = { x = file("\${get_repo_root()}/common/x.txt")${more} }\n  }`,
    );
  const files = { "common/x.txt": "1\n", "live/terragrunt.stack.hcl": auto() };
  // Terragrunt reads the file when it generates the unit, so that the unit itself differs.
  const assessment = await change(files, { "common/x.txt": "2\n" });
  expect(told(assessment)).toEqual(["changed live/.terragrunt-stack/b"]);
  expect(assessment.units[0]?.dependsOn).toEqual(["live/.terragrunt-stack/a"]);
  const edited = await change(files, { "live/terragrunt.stack.hcl": auto(", y = 1") });
  expect(told(edited)).toEqual(["changed live/.terragrunt-stack/b"]);
});
