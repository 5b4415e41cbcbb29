import type { Assessment } from "@pipelines/core/contracts/assessment";
import { beforeAll, describe, expect, it } from "vitest";
import { makeRepository } from "./repository.ts";

/**
 * One unit for each of Terragrunt's words that other tests do not have, all in one repository. `docs/terragrunt.md` says
 * what Pipelines does with a word, and names the test that has it.
 */
const ROOT = "${get_repo_root()}";
const read = (file: string): string => `file("${ROOT}/common/${file}")`;
const inputs = (value: string): string => `inputs = {\n  x = ${value}\n}\n`;
const locals = (...lines: string[]): string => `locals {\n${lines.join("\n")}\n}\n`;

/** A unit's text, and the files outside of its folder that it reads. */
const UNITS: Readonly<Record<string, readonly [text: string, ...reads: string[]]>> = {
  generate: [
    `generate "it" {
  path              = "it.tf"
  if_exists         = "overwrite"
  if_disabled       = "remove"
  comment_prefix    = "# "
  disable_signature = true
  disable           = false
  hcl_fmt           = false
  contents          = ${read("a.txt")}
}\n`,
    "common/a.txt",
  ],
  "generate-attribute": [
    `generate = {\n  it = { path = "it.tf", if_exists = "skip", contents = ${read("a.txt")} }\n}\n`,
    "common/a.txt",
  ],
  mark: [locals(`a = mark_as_read("${ROOT}/common/a.txt")`), "common/a.txt"],
  glob: [locals(`a = mark_glob_as_read("${ROOT}/common/*.txt")`), "common/a.txt", "common/linux.txt"],
  tfvars: [locals(`a = read_tfvars_file("${ROOT}/common/a.tfvars")`), "common/a.tfvars"],
  sops: [locals(`a = sops_decrypt_file("${ROOT}/common/sops.yml")`), "common/sops.yml"],
  command: [inputs(`get_terraform_command() == "plan" ? ${read("a.txt")} : ""`), "common/a.txt"],
  arguments: [inputs(`contains(get_terraform_cli_args(), "x") ? ${read("a.txt")} : ""`), "common/a.txt"],
  lists: [
    inputs(
      `concat(get_terraform_commands_that_need_input(), get_terraform_commands_that_need_locking(), get_terraform_commands_that_need_parallelism(), get_terraform_commands_that_need_vars(), [${read("a.txt")}])`,
    ),
    "common/a.txt",
  ],
  // What a function that is not evaluated here comes to may be any name.
  platform: [inputs(read("${get_platform()}.txt")), "common/a.txt", "common/linux.txt"],
  texts: [
    inputs(
      `startswith("ab", "a") && endswith("ab", "b") && strcontains("ab", "b") && constraint_check("1.0.0", ">= 1") && timecmp("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z") < 0 ? ${read("a.txt")} : ""`,
    ),
    "common/a.txt",
  ],
  retry: [
    locals("e = get_default_retryable_errors()", "s = get_terragrunt_source_cli_flag()") + inputs(read("a.txt")),
    "common/a.txt",
  ],
  working: [inputs(`fileexists("\${get_working_dir()}/x.yml") ? ${read("a.txt")} : ""`), "common/a.txt"],
  alias: [locals("a = get_aws_account_alias()") + inputs(read("a.txt")), "common/a.txt"],
  caller: [
    locals("a = get_aws_caller_identity_arn()", "b = get_aws_caller_identity_user_id()") + inputs(read("a.txt")),
    "common/a.txt",
  ],
  feature: [`feature "which" {\n  default = "a"\n}\n${inputs(read("${feature.which.value}.txt"))}`, "common/a.txt"],
  "feature-of-include": [
    `include "flags" {\n  path = "${ROOT}/shared/flags.hcl"\n}\n${inputs(read("${feature.which.value}.txt"))}`,
    "common/a.txt",
  ],
  expose: [
    `include "names" {\n  path           = "${ROOT}/shared/names.hcl"\n  expose         = true\n  merge_strategy = "no_merge"\n}\n${inputs(read("${include.names.locals.name}.txt"))}`,
    "common/a.txt",
  ],
  off: ['dependency "it" {\n  config_path = "../it"\n  enabled     = false\n}\n'],
  skip: ['dependency "it" {\n  config_path  = "../it"\n  skip_outputs = true\n}\n'],
  list: ['dependencies {\n  paths = ["../it"]\n}\n'],
  deep: [`include "more" {\n  path           = "${ROOT}/shared/more.hcl"\n  merge_strategy = "deep"\n}\n`],
  rest: [
    `download_dir                  = "${ROOT}/.cache"
prevent_destroy               = true
iam_role                      = "arn:aws:iam::111111111111:role/x"
iam_assume_role_duration      = 900
iam_assume_role_session_name  = "s"
iam_web_identity_token        = "x"
terraform_binary              = "tofu"
terraform_version_constraint  = ">= 1"
terragrunt_version_constraint = ">= 1"
engine {
  source  = "github.com/acme/engine"
  version = "v1"
  type    = "rpc"
  meta    = { a = ${read("a.txt")} }
}
catalog {
  urls             = ["github.com/acme/catalogue"]
  no_shell         = true
  no_hooks         = true
  default_template = "x"
}\n`,
    "common/a.txt",
  ],
  copy: [
    `terraform {
  source                   = "${ROOT}/modules//one"
  include_in_copy          = [".hidden"]
  exclude_from_copy        = ["notes"]
  copy_terraform_lock_file = false
}\n`,
    "modules/one/main.tf",
  ],
  hooks: [
    `terraform {
  error_hook "sorry" {
    commands        = ["plan"]
    execute         = ["${ROOT}/common/error.sh"]
    on_errors       = [".*"]
    suppress_stdout = true
  }
  after_hook "bye" {
    commands        = ["plan"]
    execute         = ["bash", "${ROOT}/common/after.sh"]
    if              = true
    run_on_error    = true
    suppress_stdout = true
  }
}\n`,
    "common/after.sh",
    "common/error.sh",
  ],
  state: [
    `remote_state {
  backend                         = "local"
  disable_init                    = true
  disable_dependency_optimization = true
  encryption                      = {}
  config                          = { path = ${read("a.txt")} }
  generate                        = { path = "backend.tf", if_exists = "overwrite" }
}\n`,
    "common/a.txt",
  ],
  errors: [
    `errors {\n  ignore "known" {\n    ignorable_errors = [".*x"]\n    message          = "m"\n    signals          = { a = ${read("a.txt")} }\n  }\n}\n`,
    "common/a.txt",
  ],
};
const FILES = {
  "common/a.txt": "# 1\n",
  "common/linux.txt": "# 1\n",
  "common/a.tfvars": "# 1\n",
  "common/sops.yml": "# 1\n",
  "common/after.sh": "# 1\n",
  "common/error.sh": "# 1\n",
  "modules/one/main.tf": "# 1\n",
  "modules/two/main.tf": "# 1\n",
};
const SHARED = {
  "shared/flags.hcl": 'feature "which" {\n  default = "a"\n}\n',
  "shared/names.hcl": 'locals {\n  name = "a"\n}\n',
  "shared/more.hcl": 'dependencies {\n  paths = ["../it"]\n}\n',
  "live/it/terragrunt.hcl": "",
  "live/it/main.tf": "",
};
const OWN = ["off", "skip", "list", "deep", "it"];
const touched = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, "# 2\n"]));

let assessment: Assessment;
let deleted: Assessment;
beforeAll(async () => {
  const units = Object.entries(UNITS).map(([name, [text]]) => [`live/${name}/terragrunt.hcl`, text]);
  const code = Object.keys(UNITS).filter((name) => name !== "copy");
  await using repository = await makeRepository({
    ...{ ...FILES, ...SHARED, ...Object.fromEntries(units) },
    ...Object.fromEntries(code.map((name) => [`live/${name}/main.tf`, ""])),
  });
  await repository.commit(touched([...Object.keys(FILES), ...OWN.map((name) => `live/${name}/main.tf`)]));
  assessment = await repository.assess("push");
  await repository.commit({ "live/it": null });
  deleted = await repository.assess("push");
});

describe("a word of Terragrunt", () => {
  it.each(Object.entries(UNITS).map(([name, [, ...reads]]) => ({ name, reads })))(
    "makes the unit `$name` read what it names",
    ({ name, reads }) => {
      const unit = assessment.units.find(({ path }) => path === `live/${name}`);
      const files = unit?.because.map(({ file }) => file).filter((file) => !file.startsWith(`live/${name}/`)) ?? [];
      expect(files.toSorted()).toEqual(reads);
    },
  );

  it("says on which units a unit depends, and with that in which order they run and what can't be deleted", () => {
    const after = assessment.units.filter(({ dependsOn }) => dependsOn.length > 0).map(({ path }) => path);
    expect(after).toEqual(["live/deep", "live/list", "live/skip"]);
    const message =
      "`live/it` can't be deleted while `live/deep`, `live/list`, `live/skip` use it. Remove the use first, or in the same change.";
    // The first user's dependency is written in what it includes.
    expect(deleted.problems).toMatchObject([{ file: "shared/more.hcl", line: 2, message }]);
  });

  it("is none of those that Pipelines calls wrong", () => {
    expect(assessment.problems).toEqual([]);
    expect(assessment.unmatched).toEqual(["modules/two/main.tf"]);
  });
});

describe("a word that is an experiment of Terragrunt", () => {
  const experiments = (names: string): Record<string, string> => ({
    ".pipelines/config.yml": `environments: { it: { paths: ["**"], env: { TG_EXPERIMENT: "${names}" } } }\n`,
  });
  const assess = async (text: string, more: Record<string, string> = {}): Promise<Assessment> => {
    const files = { ...FILES, ...SHARED, ...more, "live/a/terragrunt.hcl": text, "live/a/main.tf": "" };
    await using repository = await makeRepository(files);
    await repository.commit(touched(["live/a/main.tf"]));
    return await repository.assess();
  };
  const told = ({ problems }: Assessment): (string | number | null)[][] =>
    problems.map(({ file, line, message }) => [file, line, message]);

  it("and that Terragrunt refuses is a problem with Terragrunt's reason; with the experiment it works", async () => {
    const text = `${locals('m = deep_merge({ name = "a" }, {})')}${inputs(read("${local.m.name}.txt"))}`;
    expect(told(await assess(text))).toEqual([
      ["live/a/terragrunt.hcl", 2, expect.stringContaining("requires the 'deep-merge' experiment")],
    ]);
    expect(told(await assess(text, experiments("deep-merge")))).toEqual([]);
  });

  it.each(["for_each = toset([])", "count = 2"])(
    "and that does nothing yet is a problem of the dependency that has it: `%s`",
    async (expansion) => {
      const text = `dependency "it" {\n  expansion {\n    ${expansion}\n  }\n  config_path = "../it"\n}\n`;
      const reason = expect.stringContaining("`expansion` block is an experiment of Terragrunt");
      expect(told(await assess(text))).toEqual([["live/a/terragrunt.hcl", 3, reason]]);
    },
  );

  it("and that does nothing yet keeps a stack from being generated", async () => {
    const block = (kind: "unit" | "stack"): string =>
      `${kind} "it" {\n  expansion {\n    count = 2\n  }\n  source = "../it"\n  path   = "it"\n}\n`;
    for (const kind of ["unit", "stack"] as const) {
      await using repository = await makeRepository({ ...SHARED });
      await repository.commit({ "live/all/terragrunt.stack.hcl": block(kind) });
      expect(told(await repository.assess())).toEqual([
        ["live/all/terragrunt.stack.hcl", null, expect.stringContaining("requires the 'block-iteration' experiment")],
      ]);
    }
  });
});
