import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, repositoryPath, type Scope } from "./evaluate.ts";
import { type HclParser, loadHclParser } from "./parse.ts";

let parse: HclParser;
beforeAll(async () => {
  parse = await loadHclParser();
});

const FILES: Readonly<Record<string, string>> = {
  "root.hcl": 'locals {\n  region = "eu"\n}\ninputs = {\n  stage = "blue"\n}\n',
  "prod/account.hcl": 'locals {\n  name = "prod"\n  deep = { team = "a" }\n}\n',
};

/** Evaluates one expression in a unit `prod/eu/vpc` that includes `root.hcl`. */
function path(expression: string, locals = ""): string | null {
  const includes = new Map([["root", "root.hcl"]]);
  const open = (file: string): Scope | null => {
    const text = file === "prod/eu/vpc/terragrunt.hcl" ? `locals {\n${locals}\n}\nx = ${expression}\n` : FILES[file];
    if (text === undefined) return null;
    const included = file === "root.hcl";
    return {
      file,
      body: parse(text),
      unitFolder: "prod/eu/vpc",
      originalFolder: "prod/eu/vpc",
      terragruntFolder: "prod/eu/vpc",
      includes,
      included,
      env: { STAGE: "green" },
      account: "111111111111",
      unknown: null,
      exists: (name) => FILES[name] !== undefined,
      open,
    };
  };
  const scope = open("prod/eu/vpc/terragrunt.hcl");
  const value = scope?.body.attributes[0]?.value;
  const text = scope === null || value === undefined ? null : evaluate(value, scope);
  return text === null ? null : repositoryPath(text, "prod/eu/vpc");
}

describe("paths that HCL makes", () => {
  it.each([
    ['"data.yml"', "prod/eu/vpc/data.yml"],
    ['"../data.yml"', "prod/eu/data.yml"],
    ['"${get_repo_root()}/data.yml"', "data.yml"],
    ['"${get_terragrunt_dir()}/../data.yml"', "prod/eu/data.yml"],
    ['"${get_parent_terragrunt_dir("root")}/data.yml"', "data.yml"],
    ['find_in_parent_folders("account.hcl")', "prod/account.hcl"],
    ['find_in_parent_folders("gone.hcl", "fallback.hcl")', "prod/eu/vpc/fallback.hcl"],
    ['"${dirname(find_in_parent_folders("account.hcl"))}/data.yml"', "prod/data.yml"],
    ['"${get_repo_root()}/${get_env("STAGE")}.yml"', "green.yml"],
    ['"${get_repo_root()}/${get_env("MISSING", "none")}.yml"', "none.yml"],
    ['"${get_repo_root()}/${path_relative_to_include("root")}.yml"', "prod/eu/vpc.yml"],
    ['"${get_repo_root()}/${include.root.locals.region}.yml"', "eu.yml"],
    ['"${get_repo_root()}/${include.root.inputs.stage}.yml"', "blue.yml"],
    ['join("/", [get_repo_root(), "a", "b.yml"])', "a/b.yml"],
    ['format("%s/%s.yml", get_repo_root(), "c")', "c.yml"],
    ['"${get_repo_root()}/${get_aws_account_id()}.yml"', "111111111111.yml"],
    ['"${get_repo_root()}/$${literal}.yml"', "${literal}.yml"],
    ['"a ${get_env("STAGE")} ${get_env("STAGE")}  b.yml"', "prod/eu/vpc/a green green  b.yml"],
    ['"${get_env("STAGE")} ${get_env("STAGE")} "', "prod/eu/vpc/green green "],
    ['" ${get_env("STAGE")}.yml"', "prod/eu/vpc/ green.yml"],
    ['" a.yml"', "prod/eu/vpc/ a.yml"],
    ['"a.yml "', "prod/eu/vpc/a.yml "],
    ['" "', "prod/eu/vpc/ "],
  ])("%s is %s", (expression, expected) => {
    expect(path(expression)).toBe(expected);
  });

  it("follow locals, also those of a configuration that is read", () => {
    const locals =
      'account = read_terragrunt_config(find_in_parent_folders("account.hcl"))\nname = local.account.locals.name';
    expect(path('"${get_repo_root()}/${local.name}.yml"', locals)).toBe("prod.yml");
    expect(path('"${get_repo_root()}/${local.account.locals.deep.team}.yml"', locals)).toBe("a.yml");
  });

  it.each([
    ['"${dependency.vpc.outputs.id}.yml"'],
    ['"${run_cmd("whoami")}.yml"'],
    ['"${local.self}.yml"'],
    ['"/etc/passwd"'],
    ['"../../../../outside.yml"'],
    ['get_env("MISSING")'],
  ])("%s can't be told, or leaves the repository", (expression) => {
    expect(path(expression, "self = local.self")).toBeNull();
  });
});
