import { expect, it } from "vitest";
import { makeRepository } from "./repository.ts";

const extra = (argument: string): string =>
  `terraform {\n  extra_arguments "more" {\n    commands = ["plan"]\n    ${argument}\n  }\n}\n`;
const hook = (command: string, more = ""): string =>
  `terraform {\n  before_hook "check" {\n    commands = ["plan"]\n    execute  = ${command}\n    ${more}\n  }\n}\n`;
const ROOT = "${get_repo_root()}";

it.each<[string, string, string[]]>([
  ["a pair of arguments", extra(`arguments = ["-var-file", "${ROOT}/common/a.tfvars", "-compact-warnings"]`), ["a"]],
  ["arguments that are joined", extra(`arguments = concat(["-no-color"], ["-var-file=../../common/a.tfvars"])`), ["a"]],
  [
    "arguments that a loop makes",
    extra(`arguments = [for n in ["a", "b"] : "-var-file=${ROOT}/common/\${n}.tfvars"]`),
    ["a", "b"],
  ],
  ["arguments by a format", extra(`arguments = formatlist("-var-file=%s", ["${ROOT}/common/b.tfvars"])`), ["b"]],
  [
    "files of a local list",
    `locals {\n  files = ["../../common/a.tfvars"]\n}\n${extra("required_var_files = local.files")}`,
    ["a"],
  ],
  [
    "files of a local in a file that is read, by the keys of a map",
    `locals {\n  shared = read_terragrunt_config("${ROOT}/shared.hcl")\n}\n${extra(`optional_var_files = [for k, v in local.shared.locals.files : "${ROOT}/common/\${v}.tfvars"]`)}`,
    ["b"],
  ],
  [
    "either side of a condition",
    extra(`optional_var_files = get_env("X", "") == "" ? ["../../common/a.tfvars"] : ["../../common/b.tfvars"]`),
    ["a", "b"],
  ],
  [
    "items of a local list by their place and by a splat",
    `locals {\n  one = ["../../common/a.tfvars", "../../common/other.tfvars"]\n  all = [{ path = "../../common/b.tfvars" }]\n}\n${extra("required_var_files = concat([local.one[0]], local.all[*].path)")}`,
    ["a", "b"],
  ],
  [
    "an item of a map by a key that only a run knows",
    `locals {\n  files = { x = "../../common/a.tfvars", y = "../../common/b.tfvars" }\n}\n${extra('required_var_files = [local.files[get_env("WHICH", "x")]]')}`,
    ["a", "b"],
  ],
  [
    "a text that is split",
    extra('required_var_files = split(",", "../../common/a.tfvars,../../common/b.tfvars")'),
    ["a", "b"],
  ],
  [
    "a text in which another is replaced",
    extra('required_var_files = [replace("../../common/X.tfvars", "X", "b")]'),
    ["b"],
  ],
  [
    "a nested list of pairs by a loop with a condition",
    extra('arguments = flatten([for n in ["a", "b"] : ["-var-file", "../../common/${n}.tfvars"] if n != ""])'),
    ["a", "b"],
  ],
  [
    "a script in a heredoc",
    hook(`["bash", "-c", <<-EOT\n      set -e\n      cd ${ROOT}/scripts\n      ./run.sh\n    EOT\n    ]`),
    ["run"],
  ],
  ["a script behind pushd", hook('["bash", "-c", "pushd ../../scripts && ./run.sh && popd"]'), ["run"]],
  ["a makefile that make is sent to", hook('["make", "-C", "../../scripts", "all"]'), ["make"]],
  ["a script that a hook starts elsewhere", hook('["./run.sh"]', 'working_dir = "../../scripts"'), ["run"]],
  ["a script behind a change of the folder", hook('["bash", "-c", "cd ../../scripts && ./run.sh"]'), ["run"]],
  ["a script that a joined list names", hook(`concat(["bash"], ["${ROOT}/scripts/run.sh"])`), ["run"]],
])("a file is read that is named by %s", async (_what, text, expected) => {
  const files = {
    a: "common/a.tfvars",
    b: "common/b.tfvars",
    other: "common/other.tfvars",
    run: "scripts/run.sh",
    make: "scripts/Makefile",
  };
  await using repository = await makeRepository({
    ...Object.fromEntries(Object.values(files).map((file) => [file, "# 1\n"])),
    "shared.hcl": 'locals {\n  files = { first = "b" }\n}\n',
    "live/unit/terragrunt.hcl": text,
    "live/unit/main.tf": "",
  });
  await repository.commit(Object.fromEntries(Object.values(files).map((file) => [file, "# 2\n"])));
  const assessment = await repository.assess();
  const read = assessment.units.flatMap(({ because }) => because.map(({ file }) => file));
  expect(read.toSorted()).toEqual(expected.map((name) => files[name as keyof typeof files]));
});
