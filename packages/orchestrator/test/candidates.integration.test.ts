import process from "node:process";
import { defaultConfiguration } from "@pipelines/core/configuration/read";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { openRepository } from "@pipelines/core/git/repository";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { describe, expect, it } from "vitest";
import { mentionsByText, type TextView, textViewOf } from "../src/discover/candidates/text-view.ts";
import { textsOf } from "../src/discover/checkout/texts.ts";
import { type DiscoveryEdges, openCommit } from "../src/discover/commit.ts";
import { commitEvaluator } from "../src/discover/evaluate-commit.ts";
import type { Snapshot } from "../src/discover/snapshot.ts";
import { discoveringTerragrunt } from "../src/discover/terragrunt/client.ts";
import { loadHclParser } from "../src/hcl/parse.ts";
import { type Edits, makeRepository } from "./repository.ts";

/** What the texts of a repository tell, beside what Terragrunt says when it evaluates all of it. */
async function bothViews(files: Edits): Promise<{ texts: TextView; terragrunt: Snapshot }> {
  await using repository = await makeRepository(files);
  const environment = toolEnvironment(process.env);
  const edges: DiscoveryEdges = {
    repository: openRepository(repository.folder, environment),
    parseHcl: await loadHclParser(),
    terragrunt: discoveringTerragrunt(),
    gitEnvironment: environment,
    toolEnvironment: environment,
    sources: { variables: {}, advice: "" },
  };
  const read = textsOf(edges.repository, edges.parseHcl);
  const head = CommitSha.parse(await repository.git("rev-parse", "HEAD"));
  await using commit = await openCommit(edges, read, head, defaultConfiguration(), "at once");
  const evaluator = await commitEvaluator(edges, commit, () => new Set());
  return { texts: textViewOf(commit, mentionsByText()), terragrunt: await evaluator.evaluate(null) };
}

/** What Terragrunt says and the texts do not: every line is a unit that a change would have missed. */
function missed({ texts, terragrunt }: { texts: TextView; terragrunt: Snapshot }): string[] {
  const readers = new Map<string, string[]>();
  for (const { path, reads, located } of terragrunt.facts.values()) {
    for (const file of new Set([...reads.keys(), ...located])) readers.set(file, [...(readers.get(file) ?? []), path]);
  }
  const lines = [...readers].flatMap(([file, units]) => {
    const told = texts.readersOf(new Set([file]));
    return units.filter((unit) => !told.has(unit)).map((unit) => `${unit} reads ${file}`);
  });
  for (const { path, dependencies } of terragrunt.facts.values()) {
    const told = texts.dependenciesOf(path);
    for (const dependency of dependencies) {
      if (told !== null && !told.includes(dependency)) lines.push(`${path} depends on ${dependency}`);
      if (!texts.dependentsOf(new Set([dependency])).has(path)) lines.push(`${path} is a dependent of ${dependency}`);
    }
  }
  const isSame = (unit: UnitPath): boolean => terragrunt.units.has(unit);
  return [
    ...lines,
    ...[...texts.units].filter((unit) => !isSame(unit as UnitPath)).map((unit) => `${unit} is no unit`),
  ];
}

const source = 'terraform {\n  source = "."\n}\n';
const root = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
const unit = (name: string, text: string): Edits => ({
  [`${name}/terragrunt.hcl`]: `${root}${source}${text}`,
  [`${name}/main.tf`]: "",
});
const locals = (text: string): string => `locals {\n  a = ${text}\n}\n`;

/** Units whose reads are hard to see in their texts, each with what its text says. */
const TRICKS: Readonly<Record<string, string>> = {
  "a file by a local": 'locals {\n  name = "data"\n  a    = file("${get_repo_root()}/shared/${local.name}.txt")\n}\n',
  "a file by a local of a local":
    'locals {\n  p = "${get_repo_root()}/shared"\n  q = "${local.p}/data.txt"\n  a = file(local.q)\n}\n',
  "a file by a choice": locals('file(get_env("NOBODY", "") == "" ? "${get_repo_root()}/shared/data.txt" : "x")'),
  "a file by a function": locals('file(replace("${get_repo_root()}/shared/DATA.txt", "DATA", "data"))'),
  "a file by a list": locals('file(join("/", [get_repo_root(), "shared", "data.txt"]))'),
  "a file by a format": locals('file(format("%s/shared/%s.txt", get_repo_root(), "data"))'),
  "a file with blanks in the call": locals('file  (  "${get_repo_root()}/shared/data.txt"  )'),
  "a file behind a comment in the call": locals('file(/* what */ "${get_repo_root()}/shared/data.txt")'),
  "a file in a heredoc": 'locals {\n  a = <<EOT\nx ${file("${get_repo_root()}/shared/data.txt")}\nEOT\n}\n',
  "a file as the key of an object": locals('{ (file("${get_repo_root()}/shared/data.txt")) = 1 }'),
  "a file in a for": locals('[for name in ["data"] : file("${get_repo_root()}/shared/${name}.txt")]'),
  "a file in a directive": locals('"%{ if true }${file("${get_repo_root()}/shared/data.txt")}%{ endif }"'),
  "a file with words that look like calls": locals('["file(", file("${get_repo_root()}/shared/data.txt"), ")"]'),
  "files by a pattern": locals('fileset("${get_repo_root()}/shared", "*.txt")'),
  "a template": locals('templatefile("${get_repo_root()}/shared/data.txt", {})'),
  "a configuration above": locals('read_terragrunt_config(find_in_parent_folders("env.hcl")).locals'),
  "a configuration above by a local":
    'locals {\n  n = "env.hcl"\n  a = read_terragrunt_config(find_in_parent_folders(local.n)).locals\n}\n',
  "a fallback": locals(
    'read_terragrunt_config(find_in_parent_folders("none.hcl", "${get_repo_root()}/shared/team.hcl")).locals',
  ),
  "a configuration that reads above itself": locals(
    'read_terragrunt_config("${get_repo_root()}/other/deep/reader.hcl").locals.env',
  ),
  "a configuration that reads beside itself": locals(
    'read_terragrunt_config("${get_repo_root()}/other/deep/beside.hcl").locals.note',
  ),
  "another unit as a configuration": locals(
    'read_terragrunt_config("${get_repo_root()}/live/with_include/terragrunt.hcl").inputs',
  ),
  "an include by its parent's folder":
    'include "c" {\n  path = "${dirname(find_in_parent_folders("root.hcl"))}/_envcommon/c.hcl"\n}\n',
  "a path from the include": 'locals {\n  a = file("${path_relative_from_include("root")}/shared/data.txt")\n}\n',
  "what is marked as read": locals('mark_as_read("${get_repo_root()}/shared/data.txt")'),
  "what a pattern marks as read": locals('mark_glob_as_read("${get_repo_root()}/shared/*.txt")'),
  "a script": locals('run_cmd("--terragrunt-quiet", "sh", "${get_repo_root()}/shared/run.sh")'),
  "generated text":
    'generate "x" {\n  path      = "x.tf"\n  if_exists = "overwrite"\n  contents  = file("${get_repo_root()}/shared/data.txt")\n}\n',
  "a var file":
    'terraform {\n  extra_arguments "v" {\n    commands           = ["plan"]\n    required_var_files = ["${get_repo_root()}/shared/x.tfvars"]\n  }\n}\n',
  "inputs alone": 'inputs = {\n  a = yamldecode(file("${get_repo_root()}/shared/data.yml"))\n}\n',
  "a place": locals('fileexists("${get_repo_root()}/shared/flag")'),
  "a dependency by a local":
    'locals {\n  d = "with_include"\n}\ndependency "x" {\n  config_path = "../${local.d}"\n}\n',
  "dependencies in a list": 'dependencies {\n  paths = ["../with_include", "${get_repo_root()}/live/plain"]\n}\n',
  "a dependency of an include": 'include "d" {\n  path = "${get_repo_root()}/_envcommon/d.hcl"\n}\n',
};

const SHARED: Edits = {
  "root.hcl": locals('try(read_terragrunt_config(find_in_parent_folders("account.hcl")).locals, {})'),
  "env.hcl": "locals {\n  v = 1\n}\n",
  "live/account.hcl": "locals {}\n",
  "shared/data.txt": "data",
  "shared/data.yml": "a: 1\n",
  "shared/team.hcl": "locals {}\n",
  "shared/x.tfvars": "",
  "shared/run.sh": "echo",
  "other/env.hcl": "locals {\n  v = 2\n}\n",
  "other/deep/reader.hcl": locals("1").replace(
    "a = 1",
    'env = read_terragrunt_config(find_in_parent_folders("env.hcl")).locals',
  ),
  "other/deep/beside.hcl": locals("1").replace("a = 1", 'note = file("note.txt")'),
  "other/deep/note.txt": "note",
  "_envcommon/c.hcl": locals('file("c.txt")'),
  "_envcommon/c.txt": "c",
  "_envcommon/d.hcl": 'dependency "y" {\n  config_path = "${get_terragrunt_dir()}/../plain"\n}\n',
  "modules/vpc/main.tf": 'module "tags" {\n  source = "../tags"\n}\n',
  "modules/tags/main.tf": 'locals {\n  a = file("${path.module}/../policies/a.json")\n}\n',
  "modules/policies/a.json": "{}",
  ...unit("live/plain", ""),
  ...unit(
    "live/with_include",
    'inputs = {\n  n = try(read_terragrunt_config(find_in_parent_folders("env.hcl")).locals.v, 0)\n}\n',
  ),
  "live/moduled/terragrunt.hcl": `${root}terraform {\n  source = "../..//modules/vpc"\n}\n`,
  "live/moduled-above/terragrunt.hcl": `${root}terraform {\n  source = "\${get_repo_root()}/modules//tags"\n}\n`,
};

describe("what the texts of units say", () => {
  it("is never less than what Terragrunt says that they read and depend on", async () => {
    const units = Object.entries(TRICKS).map(([name, text]) => unit(`live/${name.replaceAll(/[^a-z]/g, "-")}`, text));
    expect(missed(await bothViews(Object.assign({}, SHARED, ...units)))).toEqual([]);
  });

  it("is never less where roots are units' files, links lead elsewhere, and a text is broken", async () => {
    const rooted = "include {\n  path = find_in_parent_folders()\n}\n";
    const views = await bothViews({
      "terragrunt.hcl": locals("1"),
      "prod/terragrunt.hcl": locals('file("${get_repo_root()}/shared/data.txt")'),
      "prod/app/terragrunt.hcl": rooted + source,
      "prod/app/main.tf": "",
      "prod/db/terragrunt.hcl": `include "other" {\n  path = "../../terragrunt.hcl"\n}\n${source}`,
      "prod/db/main.tf": "",
      "dev/app/terragrunt.hcl": `${rooted}${source}locals {\n  b = file("\${get_repo_root()}/linked/data.txt")\n}\n`,
      "dev/app/main.tf": "",
      "dev/broken/terragrunt.hcl": `${source}locals {\n  a =\n}\n`,
      "dev/broken/main.tf": "",
      "dev/env.yml": "a: 1\n",
      "shared/data.txt": "data",
      linked: { link: "shared" },
    });
    expect(missed(views)).toEqual([]);
    expect([...views.terragrunt.units].toSorted()).toEqual(["dev/app", "dev/broken", "prod/app", "prod/db"]);
  });
});
