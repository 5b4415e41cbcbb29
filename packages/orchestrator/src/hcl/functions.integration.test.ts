import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { discoveryEnvironment } from "../discover/terragrunt/environment.ts";
import { startStsStandIn } from "../discover/terragrunt/sts-stand-in.ts";
import { EVALUATED_FUNCTIONS, evaluate, type Scope } from "./evaluate.ts";
import { type HclParser, loadHclParser } from "./parse.ts";

/**
 * The same expressions, evaluated here and by the real Terragrunt, in the places that a unit's expressions stand in.
 * What is said here has to be what Terragrunt says. Where that can't be told, `null` is right: of all but those marked
 * with `told: false` only when Terragrunt has an error.
 */
const CASES: readonly { readonly expression: string; readonly told?: false }[] = [
  ...[
    "get_repo_root()",
    "get_aws_account_id()",
    "get_terragrunt_dir()",
    "get_original_terragrunt_dir()",
    "get_parent_terragrunt_dir()",
    'get_parent_terragrunt_dir("root")',
    'get_parent_terragrunt_dir("account")',
    "get_path_from_repo_root()",
    "get_path_to_repo_root()",
    "path_relative_to_include()",
    'path_relative_to_include("root")',
    'path_relative_to_include("account")',
    "path_relative_from_include()",
    'path_relative_from_include("root")',
    'path_relative_from_include("account")',
    'find_in_parent_folders("account.hcl")',
    'find_in_parent_folders("root.hcl")',
    'find_in_parent_folders("gone.hcl", "fall/back.hcl")',
    'find_in_parent_folders("gone.hcl", "")',
    'find_in_parent_folders("prod/account.hcl")',
    'read_terragrunt_config(find_in_parent_folders("account.hcl")).locals.name',
    'read_terragrunt_config("${get_repo_root()}/prod/account.hcl").locals.deep.team',
    'read_terragrunt_config("${get_repo_root()}/values.hcl").inputs.stage',
    'dirname("/a/b/c.yml")',
    'dirname("c.yml")',
    'dirname("/")',
    'dirname("")',
    'dirname("a/b/")',
    'dirname("a//b")',
    'dirname("a/./b/../c")',
    'basename("/a/b/c.yml")',
    'basename("")',
    'basename("/")',
    'basename("a/b/")',
    'basename("a//")',
    'abspath("/a/../b")',
    'abspath("/a//b/")',
    'abspath("/")',
    'lower("ÀÉ-ÜSS")',
    'lower("PROD")',
    'upper("àé-prod-ÿ")',
    'upper("prod")',
    'trimspace("  a b\\t\\n")',
    'trimspace("\\u00a0a\\u3000")',
    'trimspace("\\ufeffa\\u180e")',
    'trimspace("\\u0085a\\u0085")',
    'tostring("x")',
    'replace("a.b.c", ".", "-")',
    'replace("a$b", "$b", "$1")',
    'replace("abc", "x", "y")',
    'get_env("STAGE")',
    'get_env("STAGE", "other")',
    'get_env("MISSING", "fall back")',
    'get_env("MISSING", "")',
    'get_env("EMPTY", "fall back")',
    'get_env("EMPTY")',
    'join("/", ["a", "b", "c"])',
    'join("", ["a", "b"])',
    'join("-", [])',
    'join("-", ["a"], [], ["b", "c"])',
    'join(", ", ["only"])',
    'format("%s/%s.yml", "a", "b")',
    'format("100%% of %s", "a")',
    'format("plain")',
    'format("%v", "a")',
    '"${get_env("STAGE")}-${lower("A")}"',
    '"$${literal}-%%{literal}"',
    'format("%s", join("/", ["x", upper("y")]))',
  ].map((expression) => ({ expression })),
  ...[
    'lower("İ")',
    'upper("ß-ŉ")',
    'lower("ΟΔΟΣ")',
    'get_env("constructor", "x")',
    'get_parent_terragrunt_dir("nobody")',
    'path_relative_to_include("nobody")',
    'path_relative_from_include("nobody")',
    "find_in_parent_folders()",
    'find_in_parent_folders("gone.hcl")',
    'read_terragrunt_config("${get_repo_root()}/gone.hcl").locals.name',
    'read_terragrunt_config("${get_repo_root()}/gone.hcl", { locals = { name = "default" } }).locals.name',
    'read_terragrunt_config("${get_repo_root()}/prod/account.hcl").locals.gone',
    'abspath("a")',
    'abspath("")',
    'get_env("MISSING")',
    'get_env("")',
    "join()",
    'join("-", concat(["a"], ["b"]))',
    'join("-", ["a", 1, true])',
    "tostring(1)",
    "tostring(true)",
    'replace("a1b", "/[0-9]/", "-")',
    'replace("abc", "", "-")',
    'replace("a/b", "/", "-")',
    'format("%d", "1")',
    'format("%d", "x")',
    'format("%5s|", "a")',
    'format("%q", "a")',
    'format("%s")',
    'format("%s", "a", "b")',
    'format("%[2]s%[1]s", "a", "b")',
    'format("%%%s%", "a")',
    'format("%#v", "a")',
    'lower(["A"])',
    'upper("a", "b")',
    'dirname("a", "b")',
    "trimspace()",
    'get_repo_root("extra")',
    'get_terragrunt_dir("extra")',
    'get_aws_account_id("extra")',
    'get_path_from_repo_root("extra")',
    'get_env("STAGE", "a", "b")',
    'find_in_parent_folders("account.hcl", "b", "c")',
  ].map((expression) => ({ expression, told: false }) as const),
];

const ACCOUNT = "111111111111";
const SAID_NOTHING = "<nothing>";
const list = (place: string): string =>
  CASES.map(({ expression }, index) => `  ${place}${index} = try(tostring(${expression}), "${SAID_NOTHING}")\n`).join(
    "",
  );
const including = (label: string): string =>
  `include "${label}" {\n  path = find_in_parent_folders("${label}.hcl")\n}\n`;

const FILES: Readonly<Record<string, string>> = {
  "root.hcl": `locals {\n  region = "eu"\n}\ninputs = {\n${list("included")}}\n`,
  "values.hcl": 'inputs = {\n  stage = "blue"\n}\n',
  "prod/account.hcl": 'locals {\n  name = "prod"\n  deep = { team = "a" }\n}\n',
  "shared/read.hcl": `locals {\n${list("read")}}\n`,
  "shared/deep/including.hcl": `${including("values")}locals {\n${list("reader")}}\n`,
  "none/deep/terragrunt.hcl": `inputs = {\n${list("none")}}\n`,
  "prod/eu/one/terragrunt.hcl": `${including("root")}inputs = {\n${list("one")}}\n`,
  "prod/eu/two/terragrunt.hcl": `${including("root")}${including("account")}inputs = {\n${list("two")}  shared = {\n    a = read_terragrunt_config("\${get_repo_root()}/shared/read.hcl").locals\n    b = read_terragrunt_config("\${get_repo_root()}/shared/deep/including.hcl").locals\n  }\n}\n`,
};
const VARIABLES = { STAGE: "green", EMPTY: "" };

/** Where expressions stand: the unit that is evaluated, the file, and what that file includes. */
const PLACES = [
  { place: "two", where: "in a unit with two includes", unit: "prod/eu/two", includes: ["root", "account"] },
  { place: "one", where: "in a unit with one include", unit: "prod/eu/one", includes: ["root"] },
  { place: "none", where: "in a unit without includes", unit: "none/deep", includes: [] },
  {
    place: "included",
    where: "in an included file",
    unit: "prod/eu/two",
    file: "root.hcl",
    includes: ["root", "account"],
  },
  { place: "read", where: "in a file that is read", unit: "prod/eu/two", file: "shared/read.hcl", includes: [] },
  {
    place: "reader",
    where: "in a file that is read and includes another",
    ...{ unit: "prod/eu/two", file: "shared/deep/including.hcl", includes: ["values"] },
  },
] as const;
type Place = (typeof PLACES)[number];
const PATHS: Readonly<Record<string, string>> = { root: "root.hcl", account: "prod/account.hcl", values: "values.hcl" };

const Texts = z.record(z.string(), z.unknown());
let folder: string;
let parse: HclParser;
const rendered = new Map<string, unknown>();

beforeAll(async () => {
  parse = await loadHclParser();
  folder = await realpath(await mkdtemp(join(tmpdir(), "pipelines-functions-")));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await using sts = await startStsStandIn();
  const env = {
    ...discoveryEnvironment(toolEnvironment(process.env), sts.url),
    ...{ ...VARIABLES, AWS_ACCESS_KEY_ID: `DISCOVERY${ACCOUNT}` },
  };
  await run("git", ["init", "--quiet"], { cwd: folder, env });
  for (const unit of new Set(PLACES.map((place) => place.unit))) {
    const args = ["render", "--json", "--no-color", "--log-level=error", `--working-dir=${join(folder, unit)}`];
    const ran = await run("terragrunt", args, { cwd: folder, env });
    expect(ran.stderr).toBe("");
    const { inputs } = z.object({ inputs: Texts }).parse(JSON.parse(ran.stdout));
    const { a, b } = Texts.parse(inputs["shared"] ?? {});
    // The included file is the same in every unit; what it says of the first one is compared.
    for (const [name, text] of Object.entries({ ...inputs, ...Texts.parse(a ?? {}), ...Texts.parse(b ?? {}) })) {
      if (!rendered.has(name)) rendered.set(name, text);
    }
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is said here, with the repository's folder in the place of the sign that stands for it. */
function here(expression: string, place: Place): string | null {
  const own = `${place.unit}/terragrunt.hcl`;
  const named = "file" in place ? place.file : own;
  const open = (path: string): Scope | null => {
    const text = FILES[path];
    if (text === undefined) return null;
    const included = path === "root.hcl";
    const terragruntFolder = included || path === own ? place.unit : dirname(path);
    const includes = new Map(path === named ? place.includes.map((label) => [label, `${PATHS[label]}`]) : []);
    const common = { env: VARIABLES, account: ACCOUNT, unknown: null, exists: (name: string) => name in FILES, open };
    return {
      file: path,
      body: parse(text),
      unitFolder: place.unit,
      originalFolder: place.unit,
      terragruntFolder,
      includes,
      included,
      ...common,
    };
  };
  const [scope, value] = [open(named), parse(`x = ${expression}\n`).attributes[0]?.value];
  if (scope === null || value === undefined) throw new Error(`${expression} is no expression`);
  return evaluate(value, scope)?.replaceAll("/@root", folder) ?? null;
}

describe.each(PLACES)("what functions answer $where is what Terragrunt says", (place) => {
  it.each(CASES.map(({ expression, told = true }, index) => ({ expression, told, index })))(
    "$expression",
    ({ expression, told, index }) => {
      const [ours, terragrunts] = [here(expression, place), rendered.get(`${place.place}${index}`)];
      expect(terragrunts).toEqual(expect.any(String));
      if (ours !== null) expect(ours).toBe(terragrunts);
      else if (told) expect(terragrunts).toBe(SAID_NOTHING);
    },
  );
});

it("every function that is evaluated has cases", () => {
  const named = new Set(CASES.flatMap(({ expression }) => [...expression.matchAll(/\w+(?=\()/g)].map(String)));
  expect(EVALUATED_FUNCTIONS.filter((name) => !named.has(name))).toEqual([]);
});
