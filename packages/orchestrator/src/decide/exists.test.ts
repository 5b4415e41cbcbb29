import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { expect, it } from "vitest";
import { snapshotOf } from "../../test/snapshots.ts";
import { existence } from "./exists.ts";

const older = {
  ...snapshotOf("a", { vpc: {}, "live/.terragrunt-stack/db": { generated: "1" } }),
  stacks: [
    {
      file: "live/terragrunt.stack.hcl",
      folder: "live",
      templates: [],
      copies: new Map(),
      reads: [],
      state: "generated" as const,
    },
  ],
};

it.each<[string, string, string[], boolean]>([
  ["its file is there", "vpc", ["vpc/terragrunt.hcl"], true],
  ["something of its folder is left", "vpc", ["vpc/main.tf"], true],
  ["its folder is a submodule now", "vpc", ["vpc"], true],
  ["it lies in a submodule", "team/vpc", ["team"], true],
  ["a submodule has a longer name", "team/vpc", ["team-a"], false],
  ["only a folder with a longer name is there", "vpc", ["vpc-old/terragrunt.hcl"], false],
  ["nothing of it is there", "vpc", ["db/terragrunt.hcl"], false],
  ["its stack is there", "live/.terragrunt-stack/db", ["live/terragrunt.stack.hcl"], true],
  ["its stack is gone", "live/.terragrunt-stack/db", ["live/other.hcl"], false],
])("whether a unit exists when %s", (_what, unit, files, exists) => {
  expect(existence(older, files)(UnitPath.parse(unit))).toBe(exists);
});
