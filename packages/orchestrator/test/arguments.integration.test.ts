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
  ["a script that a hook starts elsewhere", hook('["./run.sh"]', 'working_dir = "../../scripts"'), ["run"]],
  ["a script behind a change of the folder", hook('["bash", "-c", "cd ../../scripts && ./run.sh"]'), ["run"]],
  ["a script that a joined list names", hook(`concat(["bash"], ["${ROOT}/scripts/run.sh"])`), ["run"]],
])("a file is read that is named by %s", async (_what, text, expected) => {
  const files = {
    a: "common/a.tfvars",
    b: "common/b.tfvars",
    other: "common/other.tfvars",
    run: "scripts/run.sh",
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
