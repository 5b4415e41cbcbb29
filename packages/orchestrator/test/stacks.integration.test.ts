import type { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

async function change(files: Edits, edits: Edits, mode: "pull_request" | "push" = "pull_request"): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess(mode);
}
const units = (assessment: Assessment): string[] => assessment.units.map(({ path, status }) => `${status} ${path}`);
const types = (assessment: Assessment): string[] => [...new Set(assessment.changes.map(({ type }) => type as string))];

const block = (kind: "unit" | "stack", name: string, source: string, rest = ""): string =>
  `${kind} "${name}" {\n  source = "${source}"\n  path   = "${name}"\n${rest}}\n`;
const CATALOG = {
  "catalog/vpc/terragrunt.hcl": 'terraform {\n  source = "."\n}\ninputs = { version = values.version }\n',
  "catalog/vpc/main.tf": 'variable "version_" {\n  default = 1\n}\n',
  "catalog/db/terragrunt.hcl": 'terraform {\n  source = "."\n}\n',
  "catalog/db/main.tf": "",
};
const vpc = (from: string, version = "1"): string =>
  block("unit", "vpc", from, `  values = { version = ${version} }\n`);

describe("a stack in a stack", () => {
  const files = {
    ...CATALOG,
    "catalog/network/terragrunt.stack.hcl": vpc("../../../catalog/vpc") + block("unit", "db", "../../../catalog/db"),
    "live/terragrunt.stack.hcl": block("stack", "eu", "../catalog/network") + block("unit", "top", "../catalog/db"),
  };
  const below = "live/.terragrunt-stack/eu/.terragrunt-stack";

  it("is generated to its units, which are added with it", async () => {
    const { "live/terragrunt.stack.hcl": live, ...rest } = files;
    const assessment = await change(rest, { "live/terragrunt.stack.hcl": live });
    expect(units(assessment)).toEqual([`added ${below}/db`, `added ${below}/vpc`, "added live/.terragrunt-stack/top"]);
    expect([types(assessment), assessment.problems, assessment.unmatched]).toEqual([["StackAdded"], [], []]);
  });

  it("affects only the inner unit that its edit changes", async () => {
    const inner = files["catalog/network/terragrunt.stack.hcl"].replace("version = 1", "version = 2");
    const assessment = await change(files, { "catalog/network/terragrunt.stack.hcl": inner });
    expect(units(assessment)).toEqual([`changed ${below}/vpc`]);
    expect(assessment.units[0]?.because.map(({ file }) => file)).toContain("catalog/network/terragrunt.stack.hcl");
    expect([types(assessment), assessment.problems, assessment.unmatched]).toEqual([["StackChanged"], [], []]);
  });

  it("is destroyed unit by unit when it is deleted, and what is left stays", async () => {
    const assessment = await change(
      files,
      { "live/terragrunt.stack.hcl": block("unit", "top", "../catalog/db") },
      "push",
    );
    expect(units(assessment)).toEqual([`deleted ${below}/db`, `deleted ${below}/vpc`]);
    expect(assessment.units.map(({ action, at }) => [action, at === assessment.comparison.base])).toEqual([
      ["destroy", true],
      ["destroy", true],
    ]);
    expect(types(assessment)).toContain("StackDeleted");
  });
});

describe("a stack", () => {
  const live = (version: string): string => vpc("../catalog/vpc", version) + block("unit", "db", "../catalog/db");

  it("that is deleted destroys its units", async () => {
    const assessment = await change(
      { ...CATALOG, "live/terragrunt.stack.hcl": live("1") },
      { "live/terragrunt.stack.hcl": null },
      "push",
    );
    expect(units(assessment)).toEqual(["deleted live/.terragrunt-stack/db", "deleted live/.terragrunt-stack/vpc"]);
    expect(types(assessment)).toEqual(["StackDeleted"]);
    expect(assessment.jobs.map(({ action }) => action)).toEqual(["destroy"]);
  });

  it("with a unit outside of .terragrunt-stack generates it there, and its edit affects it", async () => {
    const outside = (version: number): string =>
      `unit "vpc" {\n  source = "../catalog/vpc"\n  path   = "vpc"\n  no_dot_terragrunt_stack = true\n  values = { version = ${version} }\n}\n`;
    const files = { ...CATALOG, "live/terragrunt.stack.hcl": outside(1) };
    const edited = await change(files, { "live/terragrunt.stack.hcl": outside(2) });
    expect([units(edited), types(edited), edited.problems]).toEqual([["changed live/vpc"], ["StackChanged"], []]);
    const removed = await change(files, { "live/terragrunt.stack.hcl": block("unit", "db", "../catalog/db") });
    expect(units(removed)).toEqual(["added live/.terragrunt-stack/db", "deleted live/vpc"]);
  });

  it("whose own file did not change follows the file that its values come from", async () => {
    const values = 'locals {\n  shared = read_terragrunt_config("../shared.hcl").locals\n}\n';
    const files = {
      ...CATALOG,
      "shared.hcl": "locals {\n  version = 1\n  unused  = 1\n}\n",
      "live/terragrunt.stack.hcl": values + live("local.shared.version"),
    };
    const assessment = await change(files, { "shared.hcl": files["shared.hcl"].replace("version = 1", "version = 2") });
    expect(units(assessment)).toEqual(["changed live/.terragrunt-stack/vpc"]);
    expect(assessment.units[0]?.because.map(({ file }) => file)).toContain("shared.hcl");
    expect([assessment.unmatched, assessment.problems]).toEqual([[], []]);
    const unused = await change(files, { "shared.hcl": files["shared.hcl"].replace("unused  = 1", "unused  = 2") });
    expect([units(unused), unused.unmatched]).toEqual([[], ["shared.hcl"]]);
  });

  it("whose own file did not change follows the template of its unit", async () => {
    const files = { ...CATALOG, "live/terragrunt.stack.hcl": live("1") };
    const edited = await change(files, { "catalog/vpc/main.tf": "# edited\n" });
    expect([units(edited), types(edited)]).toEqual([["changed live/.terragrunt-stack/vpc"], ["StackChanged"]]);
    const removed = await change(files, { "catalog/db/main.tf": null });
    expect(units(removed)).toEqual(["changed live/.terragrunt-stack/db"]);
  });

  it("that can't be generated deletes none of its units either when somebody takes committed ones away", async () => {
    const committed = "live/.terragrunt-stack/vpc";
    const files = {
      ...CATALOG,
      "live/terragrunt.stack.hcl": vpc("../nowhere/vpc"),
      [`${committed}/terragrunt.hcl`]: "",
      [`${committed}/main.tf`]: "",
    };
    const assessment = await change(files, { [committed]: null }, "push");
    expect(units(assessment)).toEqual([]);
    expect(assessment.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("can't generate the stack"),
    ]);
  });

  it("that is deleted and can't be generated as it was is a problem: what it made is left", async () => {
    const stack = { "live/terragrunt.stack.hcl": vpc("../nowhere/vpc") };
    const assessment = await change({ ...CATALOG, ...stack }, { "live/terragrunt.stack.hcl": null }, "push");
    const message = expect.stringMatching(
      /^`live` is deleted, and nothing that it made is destroyed: Terragrunt can't/,
    );
    expect([units(assessment), assessment.problems]).toEqual([
      [],
      [expect.objectContaining({ file: "live/terragrunt.stack.hcl", message })],
    ]);
  });

  it("that can't be generated any more is a problem with its line, and never deletes its units", async () => {
    const files = { ...CATALOG, "live/terragrunt.stack.hcl": live("1"), "app/terragrunt.hcl": "", "app/main.tf": "" };
    const broken = await change(
      files,
      {
        "live/terragrunt.stack.hcl": `${live("1")}locals {\n  a = nothing()\n}\n`,
        "catalog/db/main.tf": null,
        "app/main.tf": "# edited\n",
      },
      "push",
    );
    expect(units(broken)).toEqual(["changed app"]);
    expect(broken.problems).toMatchObject([
      { kind: "not-evaluated", file: "live/terragrunt.stack.hcl", line: 11, path: null },
    ]);
    const gone = await change(files, { "catalog/db/main.tf": null, "catalog/db/terragrunt.hcl": null }, "push");
    expect(units(gone)).toEqual([]);
    const message = expect.stringMatching(/its units are not known: failed to fetch \.\.\/catalog\/db /);
    expect(gone.problems).toMatchObject([
      { kind: "not-evaluated", file: "live/terragrunt.stack.hcl", line: 7, message },
    ]);
  });

  it("is a problem at the block whose source can't be taken, also of a stack that it copies", async () => {
    const nested = {
      ...CATALOG,
      "catalog/net/terragrunt.stack.hcl": block("unit", "vpc", "${get_repo_root()}/catalog/vpc", "  values = values\n"),
      "live/terragrunt.stack.hcl": block("stack", "eu", "../catalog/net", "  values = { version = 1 }\n"),
    };
    const told = async (edits: Edits): Promise<unknown[]> =>
      (await change(nested, edits)).problems.map(({ file, line }) => [file, line]);
    const twice = (source: string): string =>
      block("unit", "db", "${get_repo_root()}/catalog/db") + block("unit", "no", source);
    expect(await told({ "catalog/net/terragrunt.stack.hcl": twice("${get_repo_root()}/catalog/none") })).toEqual([
      ["catalog/net/terragrunt.stack.hcl", 6],
    ]);
    const stack = nested["live/terragrunt.stack.hcl"];
    expect(await told({ "live/terragrunt.stack.hcl": stack + twice("../catalog/none") })).toEqual([
      ["live/terragrunt.stack.hcl", 11],
    ]);
    expect(await told({ "live/terragrunt.stack.hcl": stack + twice("../catalog"), "catalog/x.tf": "" })).toEqual([
      ["live/terragrunt.stack.hcl", 11],
    ]);
  });
});

describe("units of stacks that move keep what they created", () => {
  const files = {
    ...CATALOG,
    "live/terragrunt.stack.hcl": vpc("../catalog/vpc") + block("unit", "db", "../catalog/db"),
  };
  const held = (assessment: Assessment): string[] =>
    assessment.units.flatMap(({ action, path, withheld, movedWith }) =>
      action === "destroy"
        ? [`${path}: ${withheld?.by ?? "destroyed"}${movedWith === undefined ? "" : ` → ${movedWith}`}`]
        : [],
    );

  it("when the stack's file moves", async () => {
    const stack = files["live/terragrunt.stack.hcl"];
    const moved = await change(
      files,
      { "live/terragrunt.stack.hcl": null, "prod/terragrunt.stack.hcl": stack },
      "push",
    );
    expect(held(moved)).toEqual([
      "live/.terragrunt-stack/db: move → prod/.terragrunt-stack/db",
      "live/.terragrunt-stack/vpc: move → prod/.terragrunt-stack/vpc",
    ]);
    expect(moved.jobs.map(({ action }) => action)).toEqual(["apply"]);
  });

  it("when a unit gets another path in its stack, while one that is really gone is destroyed", async () => {
    const moved = block("unit", "db", "../catalog/db").replace('path   = "db"', 'path   = "data/db"');
    const assessment = await change(files, { "live/terragrunt.stack.hcl": moved }, "push");
    expect(held(assessment)).toEqual([
      "live/.terragrunt-stack/db: move → live/.terragrunt-stack/data/db",
      "live/.terragrunt-stack/vpc: destroyed",
    ]);
  });

  it("when a stack takes a plain unit over", async () => {
    const plain = { ...CATALOG, "live/db/terragrunt.hcl": 'terraform {\n  source = "../../catalog/db"\n}\n' };
    const assessment = await change(
      plain,
      { "live/db/terragrunt.hcl": null, "live/terragrunt.stack.hcl": block("unit", "db", "../catalog/db") },
      "push",
    );
    expect(held(assessment)).toEqual(["live/db: move → live/.terragrunt-stack/db"]);
  });
});

it("more than a thousand units that move, each with an edit, are all held", async () => {
  const body = (index: number, edit: string): string =>
    `inputs = {\n  n = ${index}\n${"  # a line that stays\n".repeat(8)}  v = "${edit}"\n}\n`;
  const all = Array.from({ length: 1100 }, (_unused, index) => index);
  const at = (folder: string, edit: string): Edits =>
    Object.fromEntries(all.map((index) => [`${folder}/u${index}/terragrunt.hcl`, body(index, edit)]));
  const gone: Edits = Object.fromEntries(all.map((index) => [`old/u${index}/terragrunt.hcl`, null]));
  const assessment = await change(at("old", "1"), { ...gone, ...at("new", "2") }, "push");
  const destroys = assessment.units.filter(({ action }) => action === "destroy");
  expect(destroys).toHaveLength(1100);
  expect(destroys.filter(({ withheld }) => withheld?.by !== "move")).toEqual([]);
});
