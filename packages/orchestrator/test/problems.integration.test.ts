import type { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import type { Extent } from "../src/compare/units-to-evaluate.ts";
import { type Edits, makeRepository } from "./repository.ts";

async function change(files: Edits, edits: Edits, extent: Extent = "affected"): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess("pull_request", extent);
}
const units = (assessment: Assessment): string[] => assessment.units.map(({ path }) => path as string);
const brief = (problems: Assessment["problems"]) =>
  problems.map(({ path, units, file, line }) => ({
    at: `${file}:${line}`,
    units: units ?? (path === null ? [] : [path]),
  }));

const source = 'terraform {\n  source = "."\n}\n';
const include = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
const unit = (name: string, text = source): Edits => ({ [`${name}/terragrunt.hcl`]: text, [`${name}/main.tf`]: "" });
const many = Array.from({ length: 30 }, (_unused, index) => `app/u${String(index).padStart(2, "0")}`);
const BROKEN = "locals {\n  a = nothing()\n}\n";

describe("a problem in a shared file", () => {
  const files = { ...Object.assign({}, ...many.map((name) => unit(name, include))), "root.hcl": "locals {}\n" };

  it("is one problem with its place and its units, and costs a few calls of Terragrunt", async () => {
    const { problems, discovery, units: affected } = await change(files, { "root.hcl": BROKEN });
    expect(affected).toHaveLength(30);
    expect(problems).toMatchObject([{ kind: "not-evaluated", path: null, file: "root.hcl", line: 2, units: many }]);
    expect(problems[0]?.message).toMatch(/30 units: .*nothing.*`app\/u00`.* and 10 more/s);
    expect(discovery?.terragruntCalls).toBeLessThanOrEqual(2 + 12);
  });

  it("is one problem where Terragrunt says it of every unit alone", async () => {
    const { problems, discovery } = await change(files, { "root.hcl": "locals {\n}\nlocals {\n}\n" });
    expect(brief(problems)).toEqual([{ at: "root.hcl:3", units: many }]);
    expect(discovery?.terragruntCalls).toBeLessThanOrEqual(2 + 12);
  });

  it("that only some units have is not said of the others", async () => {
    const needs = 'locals {\n  a = read_terragrunt_config("own.hcl")\n}\n';
    const some = many.filter((_unused, index) => index % 3 !== 0);
    const own = Object.fromEntries(some.map((name) => [`${name}/own.hcl`, "locals {}\n"]));
    const { problems } = await change({ ...files, ...own }, { "root.hcl": needs });
    expect(brief(problems)).toEqual([{ at: "root.hcl:2", units: many.filter((name) => !some.includes(name)) }]);
  });
});

describe("a shared file that Terragrunt can't evaluate by itself", () => {
  // Its name makes it a unit for Terragrunt; only the units below it find the file.
  const root = 'locals {\n  all = yamldecode(file(find_in_parent_folders("all.yml")))\n}\n';
  const included = 'include "root" {\n  path = find_in_parent_folders()\n}\n';
  const mocks = 'dependency "b" {\n  config_path = "../u01"\n  mock_outputs = {\n    other = "x"\n  }\n}\n';
  const files = {
    ...Object.assign({}, ...many.map((name) => unit(name, included + source))),
    ...unit("app/u00", `${included}${source}${mocks}inputs = {\n  id = dependency.b.outputs.id\n}\n`),
    ...unit("app/u29", `${included}${source}inputs = nothing()\n`),
    "app/all.yml": "a: 1\n",
    "app/terragrunt.hcl": root,
  };

  it("is no problem of the units that include it; made-up outputs are none either; a unit's own is", async () => {
    const { problems, discovery, untouched } = await change(files, { "app/u00/main.tf": "# edited\n" }, "all");
    expect(problems).toEqual([]);
    expect(brief(untouched ?? [])).toEqual([{ at: "app/u29/terragrunt.hcl:7", units: ["app/u29"] }]);
    expect(discovery?.terragruntCalls).toBeLessThanOrEqual(2 + 2 * 12);
  });
});

describe("a unit that was broken before", () => {
  const files = {
    ...unit("good"),
    ...unit("bad", source + BROKEN),
    ...unit("worse", `${include}${source}`),
    ...unit("round/a", `${source}dependency "b" {\n  config_path = "../b"\n}\n`),
    ...unit("round/b", `${source}dependency "a" {\n  config_path = "../a"\n}\n`),
    ...unit("lonely", `${source}dependency "x" {\n  config_path = "../gone"\n}\n`),
    "root.hcl": 'locals {\n  a = read_terragrunt_config("shared/a.hcl")\n}\n',
    "notes/a.txt": "",
  };

  it.each<[string, Edits, string[]]>([
    ["another unit", { "good/main.tf": "# edited\n" }, ["good"]],
    ["a file that nobody reads", { "notes/a.txt": "edited" }, []],
    ["a new unit", unit("new"), ["new"]],
  ])(
    "and that a change of %s does not touch is a notice where every unit is looked at, and the run goes on",
    async (_what, edits, expected) => {
      const assessment = await change(files, edits, "all");
      expect([units(assessment), assessment.problems]).toEqual([expected, []]);
      expect(brief(assessment.untouched ?? [])).toEqual([
        { at: "bad/terragrunt.hcl:5", units: ["bad"] },
        { at: "root.hcl:2", units: ["worse"] },
        { at: "round/a/terragrunt.hcl:5", units: ["round/a", "round/b"] },
        { at: "lonely/terragrunt.hcl:5", units: ["lonely"] },
      ]);
      expect(assessment.notices).toContainEqual(
        expect.stringMatching(/^5 units can't .* `bad`, `lonely`, `round\/a`, `round\/b`, `worse`\..*explain/),
      );
    },
  );

  it("is told where every unit is looked at and nothing has changed", async () => {
    await using repository = await makeRepository(files);
    const query = { kind: "local", base: "HEAD", head: "HEAD", event: "pull_request" } as const;
    expect((await repository.assess(query)).notices).toEqual(["Nothing to do: the two commits hold the same files."]);
    const { units: affected, untouched } = await repository.assess(query, "all");
    expect(affected).toEqual([]);
    expect(brief(untouched ?? [])).toContainEqual({ at: "bad/terragrunt.hcl:5", units: ["bad"] });
  });

  it("and that a change does not touch is not looked at in the run of that change", async () => {
    const assessment = await change(
      { ...files, ...unit("late", `${include}${source}`) },
      { "good/main.tf": "# edited\n" },
    );
    expect([units(assessment), assessment.problems]).toEqual([["good"], []]);
    // What calls a function that nobody knows may read anything, so that it is looked at.
    expect(brief(assessment.untouched ?? [])).toEqual([{ at: "bad/terragrunt.hcl:5", units: ["bad"] }]);
  });

  it.each<[string, Edits, string[], string[]]>([
    ["a file in its folder", { "bad/main.tf": "# edited\n" }, ["bad"], ["bad"]],
    ["a shared file that it reads", { "root.hcl": `${files["root.hcl"]}# edited\n` }, ["worse"], ["worse"]],
    ["its problem", { "bad/terragrunt.hcl": source + BROKEN.replace("nothing", "nobody") }, ["bad"], ["bad"]],
    ["one unit of its circle", { "round/a/main.tf": "# edited\n" }, ["round/a"], ["round/a"]],
  ])("and that a change of %s touches is a problem", async (_what, edits, affected, broken) => {
    const assessment = await change(files, edits);
    expect(units(assessment)).toEqual(expect.arrayContaining(affected));
    expect(brief(assessment.problems).flatMap((problem) => problem.units)).toEqual(broken);
  });

  it("in a way that leaves open what it reads is touched by shared files on its way to the root", async () => {
    const unclear = unit("prod/unclear", `${source}locals {\n  a =\n}\n`);
    const assessment = await change({ ...files, ...unclear }, { "prod/env.yml": "new" });
    expect(brief(assessment.problems).flatMap((problem) => problem.units)).toEqual(["prod/unclear"]);
  });

  it("and is mended by a change is as well as any other", async () => {
    const assessment = await change(files, { "bad/terragrunt.hcl": source });
    expect([units(assessment), assessment.problems]).toEqual([["bad"], []]);
  });
});

it("a unit that a change breaks from afar is a problem: the file it reads lies in another unit's folder", async () => {
  const reader = `${source}locals {\n  a = read_terragrunt_config("../other/shared.hcl").locals.a\n}\n`;
  const files = { ...unit("reader", reader), ...unit("other"), "other/shared.hcl": "locals {\n  a = 1\n}\n" };
  const assessment = await change(files, { "other/shared.hcl": "locals {\n  b = 1\n}\n" });
  expect(units(assessment)).toEqual(["other", "reader"]);
  expect(brief(assessment.problems)).toEqual([{ at: "reader/terragrunt.hcl:5", units: ["reader"] }]);
});
