import type { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { explain } from "../src/explain/text.ts";
import { type Edits, makeRepository } from "./repository.ts";

async function push(files: Edits, edits: Edits): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess("push");
}
const runs = ({ units }: Assessment): string[] => units.map(({ path, action }) => `${action} ${path}`);
const copy = (kind: "unit" | "stack", source: string, path: string): string =>
  `${kind} "${path}" {\n  source = "${source}"\n  path   = "${path}"\n}\n`;
const LEAF = { "units/leaf/terragrunt.hcl": "", "units/leaf/main.tf": "# 1\n" };

describe("templates of scaffolding", () => {
  const TEMPLATE = '{{- if eq 1 .Count }}\ninputs = { a = "{{ .A }}" }\n{{- end }}\n';
  const files = {
    ".boilerplate/terragrunt.hcl": TEMPLATE,
    "modules/x/.boilerplate/terragrunt.hcl": `terraform {\n  source = "{{ .sourceUrl }}"\n}\n`,
    "modules/x/main.tf": "",
    "live/app/terragrunt.hcl": 'terraform {\n  source = "../../modules//x"\n}\n',
  };
  it.each<[string, Edits]>([
    [
      "changed",
      {
        ".boilerplate/terragrunt.hcl": `${TEMPLATE}# {{ .B }}\n`,
        "modules/x/.boilerplate/terragrunt.hcl": "{{ .C }}\n",
      },
    ],
    ["deleted", { ".boilerplate": null, "modules/x/.boilerplate": null }],
  ])("are no units, and can be %s", async (_what, edits) => {
    const assessment = await push(files, edits);
    expect([runs(assessment), assessment.problems]).toEqual([[], []]);
    expect(assessment.ignored).toContain(".boilerplate/terragrunt.hcl");
  });
});

describe("what a unit reads outweighs the ignore list", () => {
  const IGNORE = { ".pipelines/config.yml": 'ignore: ["**/*.md", "modules/**", "shared/**"]\n' };
  it.each<[string, Edits, Edits, string[]]>([
    [
      "the code of its module, and of a module that this calls",
      {
        "live/a/terragrunt.hcl": 'terraform {\n  source = "../../modules//a"\n}\n',
        "modules/a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
        "modules/b/main.tf": "",
      },
      { "modules/b/main.tf": "# 1\n" },
      ["apply live/a"],
    ],
    [
      "a file that the module's code names, and not a document beside it",
      {
        "live/a/terragrunt.hcl": 'terraform {\n  source = "../../modules//a"\n}\n',
        "live/b/terragrunt.hcl": 'terraform {\n  source = "../../modules//b"\n}\n',
        "modules/a/main.tf": 'locals {\n  text = file("${path.module}/text.md")\n}\n',
        "modules/a/text.md": "1\n",
        "modules/b/main.tf": "",
        "modules/b/text.md": "1\n",
      },
      { "modules/a/text.md": "2\n", "modules/b/text.md": "2\n" },
      ["apply live/a"],
    ],
    [
      "what its own file is a link to",
      { "live/a/terragrunt.hcl": { link: "../../shared/unit.hcl" }, "live/a/main.tf": "", "shared/unit.hcl": "" },
      { "shared/unit.hcl": "inputs = {}\n" },
      ["apply live/a"],
    ],
  ])("%s", async (_what, files, edits, expected) => {
    const assessment = await push({ ...IGNORE, ...files }, edits);
    expect([runs(assessment), assessment.problems]).toEqual([expected, []]);
  });
});

it.each(["main.tf", "main.tofu", "main.tf.json", "main.tofu.json"])(
  "a folder with %s is a unit, with another below it",
  async (name) => {
    const text = name.endsWith(".json") ? "{}\n" : "";
    const files = { "a/terragrunt.hcl": "", [`a/${name}`]: text, "a/b/terragrunt.hcl": "", "a/b/main.tf": "" };
    expect(runs(await push(files, { [`a/${name}`]: `${text}\n`, "a/b/main.tf": "# 1\n" }))).toEqual([
      "apply a",
      "apply a/b",
    ]);
  },
);

it.each<[string, Edits]>([
  ["a module that it calls", { "modules/b/main.tf": "# 1\n" }],
  ["a file that it names", { "data/x.json": "1\n" }],
])("code in JSON is read: %s", async (_what, edits) => {
  const files = {
    "live/a/terragrunt.hcl": 'terraform {\n  source = "../../modules//a"\n}\n',
    "modules/a/main.tf.json": JSON.stringify({
      module: { b: { source: "../b" } },
      locals: { x: '${jsondecode(file("${path.module}/../../data/x.json"))}' },
    }),
    "modules/b/main.tf": "",
    "data/x.json": "0\n",
  };
  expect(runs(await push(files, edits))).toEqual(["apply live/a"]);
});

it("says that nothing runs where the file of a stack is a link, whichever side changes", async () => {
  const files = {
    ...LEAF,
    "live/terragrunt.stack.hcl": { link: "../shared/net.hcl" },
    "shared/net.hcl": copy("unit", "../units/leaf", "a"),
  };
  const assessment = await push(files, { "shared/net.hcl": copy("unit", "../units/leaf", "b") });
  expect([runs(assessment), assessment.problems.map(({ file }) => file)]).toEqual([[], ["live/terragrunt.stack.hcl"]]);
  expect(assessment.problems[0]?.message).toContain("generates its units beside that file");
});

it("names the file of a stack in a stack that can't be generated", async () => {
  const assessment = await push(
    { ...LEAF, "catalog/net/terragrunt.stack.hcl": copy("unit", "${get_repo_root()}/units/leaf", "a") },
    {
      "live/terragrunt.stack.hcl": copy("stack", "../catalog/net", "net"),
      "catalog/net/terragrunt.stack.hcl": '\nunit "a" {\n  source = nothing.there\n  path   = "a"\n}\n',
    },
  );
  expect(assessment.problems.map(({ file, line }) => [file, line])).toEqual([["catalog/net/terragrunt.stack.hcl", 3]]);
});

it.each([
  ["of the stack that runs", "live/terragrunt.stack.hcl"],
  ["of a stack in a stack", "catalog/net/terragrunt.stack.hcl"],
])("names the file of an `autoinclude` that can't be written, %s", async (_what, file) => {
  const wrong =
    'unit "b" {\n  source = "${get_repo_root()}/units/leaf"\n  path   = "b"\n  autoinclude {\n    dependency "a" {\n      config_path = unit.nowhere.path\n    }\n  }\n}\n';
  const files = {
    ...LEAF,
    "live/terragrunt.stack.hcl": copy("stack", "../catalog/net", "net"),
    "catalog/net/terragrunt.stack.hcl": copy("unit", "${get_repo_root()}/units/leaf", "a"),
  };
  const assessment = await push(files, { [file]: (files[file as keyof typeof files] ?? "") + wrong });
  expect(assessment.problems.map((problem) => [problem.file, problem.line])).toEqual([[file, 10]]);
});

it("is never silent about a stack that runs, though what keeps it from being generated is ignored", async () => {
  const assessment = await push(
    { ".pipelines/config.yml": 'ignore: ["catalog/**"]\n', ...LEAF, "catalog/net/terragrunt.stack.hcl": "" },
    {
      "live/terragrunt.stack.hcl": copy("stack", "../catalog/net", "net"),
      "catalog/net/terragrunt.stack.hcl": '\nunit "a" {\n  source = nothing.there\n  path   = "a"\n}\n',
    },
  );
  expect(assessment.problems.map(({ file }) => file)).toEqual(["catalog/net/terragrunt.stack.hcl"]);
});

it("says once in the terminal what is wrong with many copies of a template", async () => {
  const assessment = await push(LEAF, {
    "units/leaf/terragrunt.hcl": "locals {\n  a = nothing.there\n}\n",
    "live/terragrunt.stack.hcl": ["a", "b", "c"].map((name) => copy("unit", "../units/leaf", name)).join(""),
  });
  const text = explain(assessment, { verbose: false, rest: "", commands: [], asides: [] });
  expect(text.match(/"nothing" is not defined/g)).toHaveLength(1);
  expect(text).toMatch(/and 2 more: /);
});
