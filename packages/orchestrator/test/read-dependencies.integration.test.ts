import { expect, it } from "vitest";
import { makeRepository } from "./repository.ts";

const VPC = { "vpc/terragrunt.hcl": "", "vpc/main.tf": 'output "id" {\n  value = "v"\n}\n' };
const FRAGMENT = (path: string): string =>
  `dependency "vpc" {\n  config_path  = "${path}"\n  mock_outputs = { id = "m" }\n}\n`;
const READER =
  'locals {\n  vpc = read_terragrunt_config("../fragments/vpc.hcl")\n}\ninputs = { vpc = local.vpc.dependency.vpc.outputs.id }\n';

it.each([
  ["from the unit's own folder", "${get_original_terragrunt_dir()}/../vpc"],
  ["from the folder of the file", "../vpc"],
])("a dependency of a configuration that is read counts, named %s", async (_what, path) => {
  const files = {
    ...VPC,
    "fragments/vpc.hcl": FRAGMENT(path),
    "reader/terragrunt.hcl": READER,
    "reader/main.tf": 'variable "vpc" {}\n',
  };
  await using repository = await makeRepository(files);
  await repository.commit({ "vpc/main.tf": "# 1\n", "reader/main.tf": "# 1\n" });
  const both = await repository.assess();
  expect(both.units.map((unit) => [unit.path, unit.dependsOn])).toEqual([
    ["reader", ["vpc"]],
    ["vpc", []],
  ]);
  await repository.commit({ vpc: null });
  const gone = await repository.assess("push");
  expect(gone.problems.map(({ kind, message }) => [kind, message])).toEqual([
    ["refused-delete", expect.stringContaining("`vpc` can't be deleted while `reader` uses it")],
  ]);
  expect(gone.units.map((unit) => unit.withheld?.by)).toEqual(["remaining-dependents"]);
});

it("two units that read each other's configuration are no circle by that", async () => {
  const reads = (other: string, more: string): string =>
    `locals {\n  other = read_terragrunt_config("../${other}/terragrunt.hcl")\n}\n${more}`;
  await using repository = await makeRepository({
    ...VPC,
    "a/terragrunt.hcl": `${FRAGMENT("../vpc")}dependencies {\n  paths = ["../b"]\n}\n`,
    "a/main.tf": "",
    "b/terragrunt.hcl": reads("a", ""),
    "b/main.tf": "",
  });
  await repository.commit({ "a/main.tf": "# 1\n", "b/main.tf": "# 1\n", "vpc/main.tf": "# 1\n" });
  const assessment = await repository.assess();
  expect(assessment.problems).toEqual([]);
  expect(Object.fromEntries(assessment.units.map((unit) => [unit.path, unit.dependsOn]))).toEqual({
    a: ["b", "vpc"],
    b: ["vpc"],
    vpc: [],
  });
});

it("a stack that a unit depends on by its folder can't be deleted from under it", async () => {
  await using repository = await makeRepository({
    "units/leaf/terragrunt.hcl": "inputs = { n = try(values.n, 0) }\n",
    "units/leaf/main.tf": 'variable "n" {}\n',
    "live/net/terragrunt.stack.hcl": 'unit "a" {\n  source = "../../units/leaf"\n  path   = "a"\n}\n',
    "app/terragrunt.hcl": 'dependencies {\n  paths = ["../live/net"]\n}\n',
    "app/main.tf": "",
  });
  await repository.commit({ "app/main.tf": "# 1\n" });
  const changed = await repository.assess();
  expect(changed.units.map((unit) => unit.dependsOn)).toEqual([["live/net/.terragrunt-stack/a"]]);
  await repository.commit({ "live/net": null });
  const gone = await repository.assess("push");
  expect(gone.units.map((unit) => [unit.path, unit.withheld?.by])).toEqual([
    ["live/net/.terragrunt-stack/a", "remaining-dependents"],
  ]);
});
