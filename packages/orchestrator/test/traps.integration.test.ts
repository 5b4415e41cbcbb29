import type { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

/** What real history does that a naive tool gets wrong, each by the smallest repository that shows it. */
async function change(files: Edits, edits: Edits): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess();
}
const units = (assessment: Assessment): string[] => assessment.units.map(({ path, status }) => `${status} ${path}`);

const source = 'terraform {\n  source = "."\n}\n';
const include = (file: string): string => `include "root" {\n  path = find_in_parent_folders("${file}")\n}\n`;

describe("real history", () => {
  it("1: a nearer file shadows the root; creating, deleting or renaming it re-roots the units below", async () => {
    const files = {
      "root.hcl": "",
      "prod/vpc/terragrunt.hcl": include("root.hcl"),
      "prod/vpc/main.tf": "",
      "dev/vpc/terragrunt.hcl": include("root.hcl"),
      "dev/vpc/main.tf": "",
    };
    expect(units(await change(files, { "prod/root.hcl": "" }))).toEqual(["affected prod/vpc"]);
    expect(units(await change({ ...files, "prod/root.hcl": "" }, { "prod/root.hcl": null }))).toEqual([
      "affected prod/vpc",
    ]);
    expect(
      units(await change({ ...files, "prod/root.hcl": "" }, { "prod/root.hcl": null, "prod/base.hcl": "" })),
    ).toEqual(["affected prod/vpc"]);
  });

  it("2: a deleted shared file affects those who read it at the parent commit", async () => {
    const read = 'locals {\n  tags = try(read_terragrunt_config("../tags.hcl").locals, {})\n}\n';
    const files = {
      "prod/tags.hcl": "locals {}\n",
      "prod/vpc/terragrunt.hcl": `${source}${read}`,
      "prod/vpc/main.tf": "",
      "prod/db/terragrunt.hcl": source,
      "prod/db/main.tf": "",
    };
    expect(units(await change(files, { "prod/tags.hcl": null }))).toEqual(["affected prod/vpc"]);
  });

  it("3: relative paths have three bases: the file that holds the call, the unit, and what lies above the unit", async () => {
    const files = {
      "root.hcl": 'locals {\n  note = file("notes/note.txt")\n  own  = read_terragrunt_config("own.hcl")\n}\n',
      "notes/note.txt": "a",
      "prod/notes/note.txt": "not this one",
      "prod/vpc/terragrunt.hcl": include("root.hcl"),
      "prod/vpc/own.hcl": "locals {}\n",
      "prod/vpc/main.tf": "",
    };
    expect(units(await change(files, { "notes/note.txt": "b" }))).toEqual(["affected prod/vpc"]);
    expect(units(await change(files, { "prod/notes/note.txt": "b" }))).toEqual([]);
  });

  it("4: get_env in a path or a source takes the environment's variables", async () => {
    const files = {
      ".pipelines/config.yml": 'environments:\n  all:\n    paths: ["**"]\n    env: { STAGE: green }\n',
      "vpc/terragrunt.hcl":
        'terraform {\n  source = "../modules/${get_env("STAGE")}"\n}\nlocals {\n  data = file("../data/${get_env("STAGE")}.txt")\n}\n',
      "modules/green/main.tf": "",
      "modules/blue/main.tf": "",
      "data/green.txt": "a",
      "data/blue.txt": "a",
    };
    const green = await change(files, { "modules/green/main.tf": "# edited\n" });
    expect(units(green)).toEqual(["affected vpc"]);
    expect(green.problems).toEqual([]);
    expect(units(await change(files, { "data/green.txt": "b" }))).toEqual(["affected vpc"]);
    expect(units(await change(files, { "modules/blue/main.tf": "# edited\n", "data/blue.txt": "b" }))).toEqual([]);
  });

  it("5: reads that nobody can see are caught by a configured rule", async () => {
    const files = {
      ".pipelines/config.yml": 'extra_reads:\n  - { files: ["scripts/**"], units: ["vpc"] }\n',
      "vpc/terragrunt.hcl": `${source}locals {\n  out = run_cmd("--terragrunt-quiet", "sh", "-c", "echo hidden")\n}\n`,
      "vpc/main.tf": "",
      "db/terragrunt.hcl": source,
      "db/main.tf": "",
      "scripts/tool.sh": "a",
    };
    const assessment = await change(files, { "scripts/tool.sh": "b" });
    expect(units(assessment)).toEqual(["affected vpc"]);
    expect(assessment.units[0]?.because[0]?.links).toEqual([{ relation: "configured as read by", path: "vpc" }]);
  });

  it("6: a source pinned to a git ref ignores edits of the module and notices edits of the file that holds the ref", async () => {
    const files = {
      "ref.txt": "v1",
      "modules/vpc/main.tf": "",
      "vpc/terragrunt.hcl": 'terraform {\n  source = "git::../..//modules/vpc?ref=${file("../ref.txt")}"\n}\n',
    };
    expect(units(await change(files, { "modules/vpc/main.tf": "# edited\n" }))).toEqual([]);
    expect(units(await change(files, { "ref.txt": "v2" }))).toEqual(["affected vpc"]);
  });

  it("7: modules call siblings with ../x, and not everything before // counts", async () => {
    const files = {
      "modules/vpc/main.tf": 'module "tags" {\n  source = "../tags"\n}\n',
      "modules/tags/main.tf": "",
      "modules/tags/data/policy.json": "{}",
      "modules/other/main.tf": "",
      "vpc/terragrunt.hcl": 'terraform {\n  source = "../modules//vpc"\n}\n',
    };
    expect(units(await change(files, { "modules/tags/data/policy.json": "[]" }))).toEqual(["affected vpc"]);
    expect(units(await change(files, { "modules/other/main.tf": "# edited\n" }))).toEqual([]);
  });

  it("8: units lie in folders of other units, and a unit moves into a subfolder of itself", async () => {
    const files = {
      "app/terragrunt.hcl": source,
      "app/main.tf": "",
      "app/db/terragrunt.hcl": source,
      "app/db/main.tf": "",
    };
    expect(units(await change(files, { "app/db/main.tf": "# edited\n" }))).toEqual(["changed app/db"]);
    const moved = await change(
      { "app/terragrunt.hcl": source, "app/main.tf": "# code\n" },
      {
        "app/terragrunt.hcl": null,
        "app/main.tf": null,
        "app/eu/terragrunt.hcl": source,
        "app/eu/main.tf": "# code\n",
      },
    );
    expect(units(moved)).toEqual(["deleted app", "added app/eu"]);
  });

  it("9: paths hold spaces; a renamed file that is no unit and a renamed folder are a delete and an add", async () => {
    const files = {
      "my apps/the app/terragrunt.hcl": `${source}locals {\n  a = file("a b.txt")\n}\n`,
      "my apps/the app/a b.txt": "1",
      "my apps/the app/main.tf": "",
      "lists/x y.txt": "1",
    };
    expect(units(await change(files, { "my apps/the app/a b.txt": "2" }))).toEqual(["changed my apps/the app"]);
    const renamed = await change(files, {
      "my apps/the app/terragrunt.hcl": null,
      "my apps/the app/a b.txt": null,
      "my apps/the app/main.tf": null,
      "apps/app/terragrunt.hcl": files["my apps/the app/terragrunt.hcl"],
      "apps/app/a b.txt": "1",
      "apps/app/main.tf": "",
    });
    expect(units(renamed)).toEqual(["added apps/app", "deleted my apps/the app"]);
  });

  it("10: a root renamed from terragrunt.hcl to root.hcl is no deleted unit", async () => {
    const files = {
      "terragrunt.hcl": "locals {}\n",
      "vpc/terragrunt.hcl": "include {\n  path = find_in_parent_folders()\n}\n",
      "vpc/main.tf": "",
    };
    const assessment = await change(files, {
      "terragrunt.hcl": null,
      "root.hcl": "locals {}\n",
      "vpc/terragrunt.hcl": include("root.hcl"),
    });
    expect(units(assessment)).toEqual(["changed vpc"]);
  });

  it("11: a delete that leaves a dependency dangling is refused by name, and runs at the parent commit with its module", async () => {
    const files = {
      "modules/db/main.tf": "",
      "db/terragrunt.hcl": 'terraform {\n  source = "../modules/db"\n}\n',
      "app/terragrunt.hcl": `${source}dependency "db" {\n  config_path = "../db"\n}\n`,
      "app/main.tf": "",
    };
    const assessment = await change(files, { "db/terragrunt.hcl": null, "modules/db/main.tf": null });
    expect(units(assessment)).toEqual(["deleted db"]);
    expect(assessment.units[0]?.at).toBe(assessment.comparison.base);
    expect(assessment.problems).toContainEqual(
      expect.objectContaining({ kind: "refused-delete", message: expect.stringContaining("app") }),
    );
  });

  it("12: one file has many reasons: every unit once, with all its reasons", async () => {
    const files = {
      "root.hcl": "",
      "common.hcl": "",
      "vpc/terragrunt.hcl": `${include("root.hcl")}include "common" {\n  path = "../common.hcl"\n}\n`,
      "vpc/main.tf": "",
    };
    const assessment = await change(files, {
      "root.hcl": "# edited\n",
      "common.hcl": "# edited\n",
      "vpc/main.tf": "# edited\n",
    });
    expect(units(assessment)).toEqual(["changed vpc"]);
    expect(assessment.units[0]?.because.map(({ file }) => file).toSorted()).toEqual([
      "common.hcl",
      "root.hcl",
      "vpc/main.tf",
    ]);
    expect(assessment.jobs.flatMap((job) => job.units)).toHaveLength(1);
  });

  it("13: an optional lookup with a default reads another file once a nearer one is added", async () => {
    const lookup =
      'locals {\n  path = find_in_parent_folders("env.hcl", "none")\n  env  = try(read_terragrunt_config(local.path).locals, {})\n}\n';
    const files = { "prod/vpc/terragrunt.hcl": `${source}${lookup}`, "prod/vpc/main.tf": "" };
    expect(units(await change(files, { "prod/env.hcl": "locals {}\n" }))).toEqual(["affected prod/vpc"]);
  });

  it("14: a broken unit is named with file and line, the others are not dropped", async () => {
    const files = { "vpc/terragrunt.hcl": source, "vpc/main.tf": "", "db/terragrunt.hcl": source, "db/main.tf": "" };
    const assessment = await change(files, {
      "vpc/terragrunt.hcl": "terraform {\n  source =\n}\n",
      "db/main.tf": "# edited\n",
    });
    expect(units(assessment)).toContain("changed db");
    expect(units(assessment).join()).not.toContain("deleted");
    expect(assessment.problems).toMatchObject([{ path: "vpc", file: "vpc/terragrunt.hcl", line: 2 }]);
  });

  it("15: inputs lie outside the infrastructure folder, and a .tf is read as a configuration", async () => {
    const files = {
      "envs/prod.env": "A=1\n",
      "shared/versions.tf": "locals {\n  version = 1\n}\n",
      "shared/unrelated.tf": "",
      "infrastructure/vpc/terragrunt.hcl": `${source}locals {\n  env = file("\${get_repo_root()}/envs/prod.env")\n  v   = read_terragrunt_config("\${get_repo_root()}/shared/versions.tf")\n}\n`,
      "infrastructure/vpc/main.tf": "",
    };
    expect(units(await change(files, { "envs/prod.env": "A=2\n" }))).toEqual(["affected infrastructure/vpc"]);
    expect(units(await change(files, { "shared/versions.tf": "locals {\n  version = 2\n}\n" }))).toEqual([
      "affected infrastructure/vpc",
    ]);
    expect(units(await change(files, { "shared/unrelated.tf": "# edited\n" }))).toEqual([]);
  });

  it("16: editing a stack file affects only the generated units whose content changed", async () => {
    const stack = (version: number): string =>
      ["a", "b"]
        .map(
          (name) =>
            `unit "${name}" {\n  source = "../catalog/unit"\n  path   = "${name}"\n  values = { version = ${name === "a" ? version : 1} }\n}\n`,
        )
        .join("");
    const files = {
      "catalog/unit/terragrunt.hcl": 'terraform {\n  source = "."\n}\ninputs = { version = values.version }\n',
      "catalog/unit/main.tf": 'variable "version_" {\n  default = 1\n}\n',
      "live/terragrunt.stack.hcl": stack(1),
    };
    const assessment = await change(files, { "live/terragrunt.stack.hcl": stack(2) });
    expect(units(assessment)).toEqual(["changed live/.terragrunt-stack/a"]);
    expect(new Set(assessment.changes.map(({ type }) => type))).toEqual(new Set(["StackChanged"]));
    expect(assessment.units[0]?.because.map(({ file }) => file)).toContain("live/terragrunt.stack.hcl");
    expect(assessment.unmatched).toEqual([]);
  });

  it("beyond the list: a configuration that only the inputs read, which Terragrunt does not say", async () => {
    const files = {
      "vpc/terragrunt.hcl": `${source}inputs = {\n  a = read_terragrunt_config("../a.hcl").locals.b.locals.c\n}\n`,
      "vpc/main.tf": "",
      "a.hcl": 'locals {\n  b = read_terragrunt_config("${get_repo_root()}/b.hcl")\n}\n',
      "b.hcl": "locals {\n  c = 1\n}\n",
    };
    expect(units(await change(files, { "a.hcl": `${files["a.hcl"]}# edited\n` }))).toEqual(["affected vpc"]);
    expect(units(await change(files, { "b.hcl": "locals {\n  c = 2\n}\n" }))).toEqual(["affected vpc"]);
  });

  it("beyond the list: a file whose place alone counts matters when it appears, and not when it is edited", async () => {
    const files = {
      "live/prod/vpc/terragrunt.hcl": `${source}inputs = {\n  up = dirname(find_in_parent_folders("here.hcl"))\n  on = fileexists("../flag")\n}\n`,
      "live/prod/vpc/main.tf": "",
      "here.hcl": "",
    };
    expect(units(await change(files, { "live/here.hcl": "" }))).toEqual(["affected live/prod/vpc"]);
    expect(units(await change(files, { "live/prod/flag": "" }))).toEqual(["affected live/prod/vpc"]);
    expect(units(await change(files, { "here.hcl": "# edited\n" }))).toEqual([]);
  });
});
