import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { callerWorkflow } from "@pipelines/cli/init/caller-workflow";
import type { Names, StateStore } from "./stage.ts";

const root = resolve(import.meta.dirname, "..");
const example = join(root, "examples/infrastructure-live");

export const CALLER = ".github/workflows/pipelines.yml";
const CONFIGURATION = ".pipelines/config.yml";

/** The GitHub environment of the step about approvals and secrets, and the secret that its unit is given. */
export const GATE = "tryout-gate";
export const GATE_SECRET = "TRYOUT_SECRET";
/** What the values of that secret begin with, at each place. */
export const FROM = { repository: "from-the-repository-", environment: "from-the-environment-" } as const;

const FOLDER = '${get_env("STATE_FOLDER")}';

/** Brings the state of all units while configuration is read, since that is when outputs of dependencies are. */
const BRING = `locals {
  state   = run_cmd("--terragrunt-quiet", "bash", "\${get_repo_root()}/.tryout/state.sh", "get", "${FOLDER}")
`;

const KEEP = `
terraform {
  after_hook "keep_state" {
    commands     = ["apply", "destroy"]
    execute      = ["bash", "\${get_repo_root()}/.tryout/state.sh", "put", "${FOLDER}", path_relative_to_include()]
    run_on_error = true
  }
}
`;

/** The example's files, with what makes them run anywhere without a cloud, and a caller of the tool at a commit. */
export async function liveFiles(names: Names, state: StateStore, toolCommit: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(example, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.includes(".terragrunt-cache"))
      files[path.slice(example.length + 1)] = await readFile(path, "utf8");
  }
  const caller = callerWorkflow({ repository: `${names.owner}/${names.tool}`, ref: toolCommit }, "main");
  return {
    ...files,
    "root.hcl": `${(files["root.hcl"] ?? "").replace(/^locals \{\n/m, BRING)}${KEEP}`,
    ".tryout/state.sh": await readFile(join(import.meta.dirname, "state.sh"), "utf8"),
    [CALLER]: `${caller}      PIPELINES_APP_KEY: \${{ secrets.PIPELINES_APP_KEY }}\n`,
    [CONFIGURATION]: configuration(names, state),
  };
}

/** Where a runner has the state while it runs units. */
export const stateFolder = ({ live }: Names): string => `/tmp/${live}`;

function configuration(names: Names, { remote, secrets }: StateStore): string {
  const env = JSON.stringify({ STATE_FOLDER: stateFolder(names), TRYOUT_STATE_REMOTE: remote });
  const environment = (name: string, own: readonly string[], ...more: readonly string[]): string[] => [
    `  ${name}:`,
    `    paths: ["${name}/**"]`,
    `    env: ${env}`,
    `    secrets: ${JSON.stringify([...secrets, ...own])}`,
    ...more.map((line) => `    ${line}`),
  ];
  return `${[
    "deploy_branch: main",
    "jobs: { units_per_job: 1 }",
    "environments:",
    ...environment("dev", []),
    ...environment("prod", []),
    ...environment("many", []),
    ...environment("gate", secrets.length === 0 ? [] : [GATE_SECRET], `github_environment: ${GATE}`),
  ].join("\n")}\n`;
}

/** A unit of no account that keeps a text; \`seconds\` are how long its apply takes. */
export function unit(text: string, seconds = 0): string {
  return `include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "\${get_repo_root()}/.tryout/module"
}

inputs = {
  text    = ${text}
  seconds = ${seconds}
}
`;
}

/** What such units need beside them: the module, and an account and region that say nothing. */
export const unitSurroundings = (folder: string): Record<string, string> => ({
  [`${folder}/account.hcl`]: 'locals {\n  name = "tryout"\n  id   = "000000000000"\n}\n',
  [`${folder}/region.hcl`]: 'locals {\n  name = "nowhere"\n}\n',
  ".tryout/module/main.tf": `variable "text" { type = string }
variable "seconds" { type = number }
variable "account_name" { type = string }
variable "account_id" { type = string }
variable "region" { type = string }

resource "terraform_data" "this" {
  input = var.text

  provisioner "local-exec" {
    command = "sleep \${var.seconds}"
  }
}

output "text" {
  value = var.text
}
`,
});
