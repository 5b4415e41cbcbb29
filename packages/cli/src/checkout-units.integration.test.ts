import { type HclParser, loadHclParser } from "@pipelines/orchestrator/hcl/parse";
import { beforeAll, expect, test } from "vitest";
import { unitsIn } from "./checkout-units.ts";

let parse: HclParser;
beforeAll(async () => {
  parse = await loadHclParser();
});

const LEAF = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
const found = (texts: Record<string, string>, more: readonly string[] = []) =>
  unitsIn(new Map(Object.entries(texts)), [...Object.keys(texts), ...more], parse);

test("a file that others include is no unit, however it is named to them", () => {
  const { units } = found({
    "terragrunt.hcl": 'terraform {\n  extra_arguments "x" {}\n}\n',
    "a/terragrunt.hcl": "include {\n  path = find_in_parent_folders()\n}\n",
    "_modules/vpc/terragrunt.hcl": LEAF,
    "b/terragrunt.hcl":
      'include "module" {\n  path = "${dirname(find_in_parent_folders("root.hcl"))}/_modules/vpc/terragrunt.hcl"\n}\n',
    "c/shared/terragrunt.hcl": LEAF,
    "c/x/terragrunt.hcl": 'include "s" {\n  path = "../shared/terragrunt.hcl"\n}\n',
  });
  expect(units).toEqual(["a", "b", "c/x"]);
});

test("a root that names no source is none, unless there is code beside it", () => {
  const texts = { "live/terragrunt.hcl": "locals {}\n", "live/a/terragrunt.hcl": LEAF };
  expect(found(texts).units).toEqual(["live/a"]);
  expect(found(texts, ["live/main.tf"]).units).toEqual(["live", "live/a"]);
});

test("what stacks copy is a template, and so is what needs their values", () => {
  const { units, templates } = found({
    "units/db/terragrunt.hcl": "inputs = {\n  size = values.size\n}\n",
    "parts/web/terragrunt.hcl": LEAF,
    "app/terragrunt.hcl": 'inputs = {\n  file = "values.yaml"\n}\n',
    "prod/terragrunt.stack.hcl": 'unit "web" {\n  source = "../parts/web"\n  path   = "web"\n}\n',
  });
  expect(units).toEqual(["app", "prod"]);
  expect(templates).toEqual(["parts/web", "units/db"]);
});
