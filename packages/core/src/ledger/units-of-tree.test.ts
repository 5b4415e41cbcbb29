import { expect, it } from "vitest";
import { unit } from "../../test/ledger.ts";
import { unitsOfTree } from "./units-of-tree.ts";

it.each([
  ["prod/vpc", true, true],
  ["prod/json", true, true],
  [".", true, true],
  ["prod", false, false],
  ["prod/vpc/nested", false, false],
  ["team/vpc", false, true],
  ["stacks/net", false, true],
  ["stacks/net/.terragrunt-stack/vpc", false, true],
])("%s is there: %s, may be there: %s", (path, has, mayHave) => {
  const tree = unitsOfTree([
    ...["terragrunt.hcl", "prod/vpc/terragrunt.hcl", "prod/vpc/nested/root.hcl", "prod/json/terragrunt.hcl.json"],
    "stacks/net/terragrunt.stack.hcl",
    // A submodule is one entry, whatever it holds.
    "team",
  ]);
  expect([tree.has(unit(path)), tree.mayHave(unit(path))]).toEqual([has, mayHave]);
});
