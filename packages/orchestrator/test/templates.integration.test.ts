import type { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

async function push(files: Edits, edits: Edits): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess("push");
}
const runs = ({ units }: Assessment): string[] => units.map(({ path, action }) => `${action} ${path}`);
const problems = (assessment: Assessment): string[] => assessment.problems.map(({ message }) => message);

const copy = (kind: "unit" | "stack", source: string, path: string, rest = ""): string =>
  `${kind} "${path}" {\n  source = "${source}"\n  path   = "${path}"\n${rest}}\n`;
const BESIDE = "  no_dot_terragrunt_stack = true\n";
const LEAF = {
  "units/leaf/terragrunt.hcl": "inputs = { n = try(values.n, 0) }\n",
  "units/leaf/main.tf": 'variable "n" {}\n',
};
const RUNNING = { "running/vpc/terragrunt.hcl": "inputs = { n = 1 }\n", "running/vpc/main.tf": 'variable "n" {}\n' };

describe("what runs by itself", () => {
  it("goes on doing so when a stack copies the stack that it is", async () => {
    const assessment = await push(
      { ...LEAF, "dev/terragrunt.stack.hcl": copy("unit", "${get_repo_root()}/units/leaf", "leaf") },
      { "prod/terragrunt.stack.hcl": copy("stack", "../dev", "copy") },
    );
    expect([runs(assessment), problems(assessment)]).toEqual([
      ["apply prod/.terragrunt-stack/copy/.terragrunt-stack/leaf"],
      [],
    ]);
  });

  it("goes on doing so in a folder `stacks`, when only a stack beside it copies it", async () => {
    const files = {
      ...LEAF,
      "stacks/dev/terragrunt.stack.hcl": copy("unit", "${get_repo_root()}/units/leaf", "leaf", BESIDE),
      "stacks/prod/terragrunt.stack.hcl": copy("stack", "../dev", "copy"),
    };
    const assessment = await push(files, { "units/leaf/main.tf": 'variable "n" {\n  default = 1\n}\n' });
    expect([runs(assessment), problems(assessment)]).toEqual([
      ["apply stacks/dev/leaf", "apply stacks/prod/.terragrunt-stack/copy/leaf"],
      [],
    ]);
  });

  it("goes on doing so when a stack copies the unit, which then runs twice", async () => {
    const files = { ...RUNNING, "copies/terragrunt.stack.hcl": copy("unit", "../running/vpc", "vpc") };
    const changed = await push(files, { "running/vpc/main.tf": 'variable "n" {\n  default = 1\n}\n' });
    expect(runs(changed)).toEqual(["apply copies/.terragrunt-stack/vpc", "apply running/vpc"]);
    const gone = await push(files, {
      "running/vpc": null,
      "copies/terragrunt.stack.hcl": copy("unit", "../other/x", "x"),
      "other/x/terragrunt.hcl": "",
      "other/x/main.tf": "",
    });
    expect(runs(gone)).toContain("destroy running/vpc");
  });

  it("is not destroyed when a folder above it is copied, and that can't be generated", async () => {
    const assessment = await push(
      { ...LEAF, ...RUNNING, "running/more/terragrunt.stack.hcl": copy("unit", "../../units/leaf", "leaf") },
      { "copies/terragrunt.stack.hcl": copy("unit", "../running", "whole") },
    );
    expect(runs(assessment)).toEqual([]);
    expect(problems(assessment)).toEqual([expect.stringContaining("can't generate the stack")]);
  });

  it("is not destroyed when it becomes a template, and that is said", async () => {
    const assessment = await push(
      { ...LEAF, ...RUNNING, "dev/terragrunt.stack.hcl": copy("unit", "../units/leaf", "leaf") },
      {
        "running/vpc/terragrunt.hcl": "inputs = { n = values.n }\n",
        "dev/terragrunt.stack.hcl": copy("unit", "../units/leaf", "leaf", "  values = { n = values.n }\n"),
      },
    );
    expect(runs(assessment)).toEqual([]);
    expect(problems(assessment)).toEqual([
      expect.stringContaining("`running/vpc` ran by itself before"),
      expect.stringContaining("`dev/terragrunt.stack.hcl` ran by itself before"),
    ]);
  });

  it("is spoken of as a template neither where it lay in no environment, nor where environments are new", async () => {
    const files = {
      "blueprints/db/terragrunt.hcl": "",
      "blueprints/db/main.tf": "",
      "live/terragrunt.stack.hcl": copy("unit", "../blueprints/db", "db"),
    };
    const config = 'environments:\n  live:\n    paths: ["live/**"]\n';
    const assessment = await push(files, { ".pipelines/config.yml": config });
    expect(problems(assessment)).toEqual([]);
  });

  it("is not spoken of when it never made a unit, written as it is for the place of its copies", async () => {
    const values = "  values = { n = values.n }\n";
    const assessment = await push(
      {
        ...LEAF,
        "modules/x/main.tf": "",
        "shared/terragrunt.stack.hcl": copy("unit", "../modules/x", "nothing", "  no_validation = true\n"),
      },
      {
        "shared/terragrunt.stack.hcl": copy("unit", "${get_repo_root()}/units/leaf", "leaf", values),
        "live/terragrunt.stack.hcl": copy("stack", "../shared", "all", "  values = { n = 1 }\n"),
      },
    );
    expect(problems(assessment)).toEqual([]);
  });

  it("is what the environments say, where a text does not say", async () => {
    const files = {
      ".pipelines/config.yml": 'environments:\n  live:\n    paths: ["live/**", "running/**"]\n',
      "blueprints/db/terragrunt.hcl": "",
      "blueprints/db/main.tf": "",
      ...RUNNING,
      "live/terragrunt.stack.hcl": copy("unit", "../blueprints/db", "db") + copy("unit", "../running/vpc", "vpc"),
    };
    const assessment = await push(files, { "blueprints/db/main.tf": "# 1\n", "running/vpc/main.tf": "# 1\n" });
    expect([runs(assessment), problems(assessment)]).toEqual([
      ["apply live/.terragrunt-stack/db", "apply live/.terragrunt-stack/vpc", "apply running/vpc"],
      [],
    ]);
  });
});

describe("a template", () => {
  it.each([
    ["asks for values without which it is nothing", "shared/leaf", "inputs = { n = values.n }\n"],
    ["goes on without values, in a catalogue's folder", "units/leaf", "inputs = { n = try(values.n, 0) }\n"],
  ])("that %s does not run when the stack that copied it goes", async (_what, folder, text) => {
    const assessment = await push(
      {
        [`${folder}/terragrunt.hcl`]: text,
        [`${folder}/main.tf`]: 'variable "n" {}\n',
        "live/terragrunt.stack.hcl": copy("unit", `../${folder}`, "leaf", "  values = { n = 1 }\n"),
      },
      { "live/terragrunt.stack.hcl": null, [`${folder}/main.tf`]: 'variable "n" {\n  default = 2\n}\n' },
    );
    expect([runs(assessment), problems(assessment)]).toEqual([["destroy live/.terragrunt-stack/leaf"], []]);
  });

  it("lies in the catalogue of a part of the repository, stacks in a folder `stacks` with it", async () => {
    const nothing = "locals {}\n";
    const assessment = await push(
      { "README.md": "" },
      {
        "infra/live/root.hcl": nothing,
        "infra/units/leaf/terragrunt.hcl": 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n',
        "infra/units/leaf/main.tf": "",
        "infra/stacks/one/terragrunt.stack.hcl": copy(
          "unit",
          '${find_in_parent_folders("units")}/leaf',
          "leaf",
          BESIDE,
        ),
        "infra/stacks/all/terragrunt.stack.hcl": copy("stack", '${find_in_parent_folders("stacks")}/one', "one"),
        "infra/live/terragrunt.stack.hcl": copy("stack", '${find_in_parent_folders("stacks")}/all', "all"),
      },
    );
    expect([runs(assessment), problems(assessment)]).toEqual([
      ["apply infra/live/.terragrunt-stack/all/.terragrunt-stack/one/leaf"],
      [],
    ]);
  });

  it("below a stack that runs does not keep it from being generated", async () => {
    const assessment = await push(LEAF, {
      "live/terragrunt.stack.hcl": copy("unit", "../units/leaf", "leaf"),
      "live/blueprint/terragrunt.stack.hcl": copy("unit", "../../units/leaf", "leaf", "  values = { n = values.n }\n"),
      "live/eu/terragrunt.stack.hcl": copy("unit", "../../units/leaf", "leaf"),
    });
    expect([runs(assessment), problems(assessment)]).toEqual([
      ["apply live/.terragrunt-stack/leaf", "apply live/eu/.terragrunt-stack/leaf"],
      [],
    ]);
  });
});

describe("what a stack generates", () => {
  it("is the same in every checkout, whatever paths it holds", async () => {
    const files = {
      ...LEAF,
      "live/terragrunt.stack.hcl":
        "locals {\n  root = get_repo_root()\n}\n" +
        copy("unit", "${local.root}/units/leaf", "a", '  values = { config = "${get_repo_root()}/x", n = 1 }\n') +
        copy("unit", "../units/leaf", "b", "  values = { n = 2, beside = unit.a.path, me = get_terragrunt_dir() }\n"),
      "plain/terragrunt.hcl": "",
      "plain/main.tf": "",
    };
    expect(runs(await push(files, { "plain/main.tf": "# 1\n" }))).toEqual(["apply plain"]);
  });

  it("counts in place of what somebody committed", async () => {
    const stack = (n: number): string =>
      copy("unit", "../units/leaf", "a", `  values = { n = ${n} }\n`) + copy("unit", "../units/leaf", "b");
    const generated = "live/.terragrunt-stack/a";
    const files = {
      ...LEAF,
      "live/terragrunt.stack.hcl": stack(1),
      [`${generated}/terragrunt.hcl`]: LEAF["units/leaf/terragrunt.hcl"],
      [`${generated}/main.tf`]: LEAF["units/leaf/main.tf"],
      [`${generated}/terragrunt.values.hcl`]: "n = 7\n",
    };
    expect(runs(await push(files, { "live/terragrunt.stack.hcl": stack(2) }))).toEqual([`apply ${generated}`]);
    expect(runs(await push(files, { [`${generated}/terragrunt.values.hcl`]: "n = 8\n" }))).toEqual([]);
    expect(runs(await push(files, { [generated]: null }))).toEqual([]);
  });
});

it("names the template that a unit was copied from, and no other file of that name", async () => {
  const assessment = await push(
    {
      ...LEAF,
      "units/other/terragrunt.hcl": "inputs = { m = try(values.m, 0) }\n",
      "units/other/main.tf": "",
      "live/terragrunt.stack.hcl":
        copy("unit", '${find_in_parent_folders("units")}/leaf', "a") + copy("unit", "../units/other", "b"),
    },
    { "units/leaf/main.tf": "# 1\n", "units/other/main.tf": "# 1\n" },
  );
  expect(assessment.unmatched).toEqual([]);
  expect(
    assessment.changes
      .filter(({ files }) => files.some(({ path }) => path.startsWith("units/")))
      .map(({ files, units }) => [files[0]?.path, units]),
  ).toEqual([
    ["units/leaf/main.tf", ["live/.terragrunt-stack/a"]],
    ["units/other/main.tf", ["live/.terragrunt-stack/b"]],
  ]);
});

it("names the template behind a link, too", async () => {
  const assessment = await push(
    {
      ...LEAF,
      "catalog-link": { link: "units" },
      "live/terragrunt.stack.hcl": copy("unit", "../catalog-link/leaf", "a"),
    },
    { "units/leaf/main.tf": "# 1\n" },
  );
  expect([assessment.unmatched, runs(assessment)]).toEqual([[], ["apply live/.terragrunt-stack/a"]]);
});
