import type { Assessment } from "@pipelines/core/contracts/assessment";
import { expect, test } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

/** Configuration that asks for variables which nothing sets while changes are determined: secrets are never there. */
async function change(files: Edits, edits: Edits): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess();
}
const paths = ({ units }: Assessment): string[] => units.map(({ path }) => path);

const include = (name: string): string => `include "${name}" {\n  path = find_in_parent_folders("${name}.hcl")\n}\n`;
const FILES: Edits = {
  "root.hcl": 'locals {\n  token = get_env("TEAM_TOKEN")\n}\n',
  "common.hcl": "inputs = { size = 1 }\n",
  "modules/net/main.tf": "",
  "prod/net/terragrunt.hcl": `${include("root")}${include("common")}terraform {\n  source = "\${get_env("STAGE") == "x" ? "git::https://example.com/net.git" : "../../modules/net"}"\n}\n`,
  "prod/dns/terragrunt.hcl": `${include("root")}terraform {\n  source = "."\n}\n`,
};
const ENVIRONMENT = 'environments:\n  prod:\n    paths: ["**"]\n';

test("units that ask for variables that nothing sets are evaluated with stand-ins, which is said", async () => {
  const assessment = await change(FILES, { "common.hcl": "inputs = { size = 2 }\n" });
  expect([paths(assessment), assessment.problems]).toEqual([["prod/net"], []]);
  expect(assessment.notices.join()).toContain("`get_env` asks for `STAGE`, `TEAM_TOKEN` without a default");
});

test("a secret that an environment declares and a variable that it sets need no word", async () => {
  const config = `${ENVIRONMENT}    secrets: [TEAM_TOKEN]\n    env: { STAGE: prod }\n`;
  const assessment = await change({ ...FILES, ".pipelines/config.yml": config }, { "modules/net/main.tf": "# new\n" });
  expect([paths(assessment), assessment.problems, assessment.notices]).toEqual([["prod/net"], [], []]);
});

test("a path that a variable is a part of may be any that fits, where the value is not known", async () => {
  const files: Edits = {
    "stages/dev.hcl": "locals { size = 1 }\n",
    "stages/prod.hcl": "locals { size = 1 }\n",
    "other.hcl": "locals {}\n",
    "a/terragrunt.hcl":
      'locals {\n  stage = read_terragrunt_config("${get_repo_root()}/stages/${get_env("STAGE")}.hcl")\n}\nterraform {\n  source = "."\n}\n',
  };
  const touched = await change(files, { "stages/dev.hcl": "locals { size = 2 }\n" });
  expect(paths(touched)).toEqual(["a"]);
  const config = `${ENVIRONMENT}    env: { STAGE: prod }\n`;
  const known = { ...files, ".pipelines/config.yml": config };
  expect(paths(await change(known, { "stages/dev.hcl": "locals { size = 2 }\n" }))).toEqual([]);
  expect(paths(await change(known, { "stages/prod.hcl": "locals { size = 2 }\n" }))).toEqual(["a"]);
});

test("the same of a file of variables that an included root names from the unit's folder, where nothing is configured", async () => {
  const files: Edits = {
    "root.hcl": `locals {\n  stage = read_tfvars_file("../\${get_env("ENVIRONMENT")}_config.tfvars")\n}\n`,
    "live/staging_config.tfvars": "a = 1\n",
    "live/notes.tfvars": "a = 1\n",
    "live/a/terragrunt.hcl": `${include("root")}terraform {\n  source = "."\n}\n`,
  };
  const assessment = await change(files, { "live/staging_config.tfvars": "a = 2\n", "live/notes.tfvars": "a = 2\n" });
  expect([paths(assessment), assessment.problems, assessment.unmatched]).toEqual([
    ["live/a"],
    [],
    ["live/notes.tfvars"],
  ]);
  expect(assessment.units[0]?.because[0]?.links.at(-1)).toEqual({ relation: "may be read by", path: "live/a" });
});

test("a file of variables that an include names from the unit's folder may be any that fits, where the value is not known", async () => {
  const files: Edits = {
    "env/root.hcl":
      'locals {\n  config = jsondecode(read_tfvars_file("../../${get_env("STAGE")}_config.tfvars"))\n}\ninputs = local.config\n',
    "env/dev_config.tfvars": "size = 1\n",
    "env/prod_config.tfvars": "size = 1\n",
    "env/other.tfvars": "size = 1\n",
    "env/dev/a/terragrunt.hcl": `${include("root")}terraform {\n  source = "."\n}\n`,
  };
  expect(paths(await change(files, { "env/dev_config.tfvars": "size = 2\n" }))).toEqual(["env/dev/a"]);
  expect(paths(await change(files, { "env/other.tfvars": "size = 2\n" }))).toEqual([]);
  const known = { ...files, ".pipelines/config.yml": `${ENVIRONMENT}    env: { STAGE: dev }\n` };
  expect(paths(await change(known, { "env/dev_config.tfvars": "size = 2\n" }))).toEqual(["env/dev/a"]);
  expect(paths(await change(known, { "env/prod_config.tfvars": "size = 2\n" }))).toEqual([]);
});

test("a name that is put together is missed, then stood in for too, and what is done with the value may succeed", async () => {
  const files: Edits = {
    "root.hcl": `locals {
  stage = "prod"
  key   = base64decode(get_env("\${upper(local.stage)}_KEY"))
  port  = tonumber(get_env("\${upper(local.stage)}_PORT"))
  more  = yamldecode(file("\${get_repo_root()}/more.yml"))
}
`,
    "more.yml": "a: 1\n",
    "a/terragrunt.hcl": `${include("root")}terraform {\n  source = "."\n}\n`,
    "b/terragrunt.hcl": 'terraform {\n  source = "."\n}\n',
  };
  const assessment = await change(files, { "more.yml": "a: 2\n" });
  expect([paths(assessment), assessment.problems]).toEqual([["a"], []]);
  expect(assessment.notices.join()).toContain("`get_env` asks for `PROD_KEY`, `PROD_PORT` without a default");
});

test("names that never are the same end the attempts, and are a problem of the unit", async () => {
  const files: Edits = {
    "a/terragrunt.hcl": 'locals {\n  x = get_env("V${uuid()}")\n}\nterraform {\n  source = "."\n}\n',
    "a/main.tf": "",
  };
  const assessment = await change(files, { "a/main.tf": "# edited\n" });
  expect(paths(assessment)).toEqual(["a"]);
  expect(assessment.problems).toMatchObject([{ file: "a/terragrunt.hcl", line: 2 }]);
});
