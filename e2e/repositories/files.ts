import type { Files } from "./play.ts";

export const INCLUDE = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';

/** A module of one resource, which passes what it is given on. */
export const MODULE = `variable "n" {
  default = "0"
}
resource "terraform_data" "it" {
  input = var.n
}
output "n" {
  value = terraform_data.it.output
}
`;

/** A unit with that module. @param more what its `terragrunt.hcl` says beside its root */
export function unit(path: string, more = "", module = MODULE): Files {
  return { [`${path}/terragrunt.hcl`]: INCLUDE + more, [`${path}/main.tf`]: module };
}

/** A template of such a unit, to which a stack gives its value. */
export const LEAF = unit("units/leaf", 'inputs = { n = try(values.n, "0") }\n');

/** A block of a stack. */
export function block(kind: "unit" | "stack", path: string, source: string, ...more: readonly string[]): string {
  const lines = [`source = "${source}"`, `path   = "${path}"`, ...more].map((line) => `  ${line}\n`);
  return `${kind} "${path.replaceAll("/", "_")}" {\n${lines.join("")}}\n`;
}

/** A source of the team's own, named from the repository's root. */
export const own = (path: string): string => `\${get_repo_root()}/@here@/${path}`;

/** Where stacks in stacks generate a unit. */
export const below = (folder: string, ...names: readonly string[]): string =>
  [folder, ...names.map((name) => `.terragrunt-stack/${name}`)].join("/");

/** A dependency block. */
export const dependency = (name: string, ...more: readonly string[]): string =>
  `dependency "${name}" {\n  config_path = "../${name}"\n${more.map((line) => `  ${line}\n`).join("")}}\n`;
