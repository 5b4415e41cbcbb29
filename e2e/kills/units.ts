import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AttackedWorld, Files } from "../attacks/world.ts";

/** Two environments, so that a run has jobs in two stages of applies and one of destroys. */
export const CONFIGURATION_FILE = {
  ".pipelines/config.yml":
    'environments:\n  dev: { paths: ["dev/**"] }\n  prod: { paths: ["prod/**"] }\nreviewed_plan: "off"\n',
};

/** What each unit depends on. One of them goes with the change, and what used it does so no more. */
const UNITS = {
  "dev/net": [],
  "dev/app": ["dev/net"],
  "dev/db": ["dev/net"],
  "dev/cache": [],
  "prod/net": ["dev/net"],
  "prod/app": ["prod/net", "prod/old"],
  "prod/db": ["prod/net"],
  "prod/queue": ["prod/db"],
  "prod/cache": [],
  "prod/old": [],
} as const;

export const GOES = "prod/old";
export const ALL = Object.keys(UNITS);
export const STAY = ALL.filter((path) => path !== GOES);

/** Makes its thing in three parts of a second, and writes down when it begins. */
const MODULE = `variable "value" {}
variable "upstream" {
  default = []
}
resource "terraform_data" "it" {
  input            = var.value
  triggers_replace = var.value
  provisioner "local-exec" {
    command = "echo \${var.value} >> @state@/$UNIT.made && sleep 0.3"
  }
}
output "value" {
  value = terraform_data.it.output
}
`;

/** The files of all units with a value. @param left units that there are no more */
export function unitsWith(value: string, left: readonly string[] = []): Record<string, string> {
  const files = Object.entries(UNITS)
    .filter(([path]) => !left.includes(path))
    .map(([path, on]) =>
      filesOf(
        path,
        value,
        on.filter((used) => !left.includes(used)),
      ),
    );
  return Object.assign({}, ...files);
}

function filesOf(path: string, value: string, on: readonly string[]): Record<string, string> {
  const dependencies = on.map(
    (used, index) => `dependency "d${index}" {\n  config_path = "\${get_repo_root()}/${used}"\n}\n`,
  );
  const upstream = on.map((_, index) => `dependency.d${index}.outputs.value`).join(", ");
  const include = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
  return {
    [`${path}/terragrunt.hcl`]: `${include}${dependencies.join("")}inputs = {\n  value    = "${value}"\n  upstream = [${upstream}]\n}\n`,
    [`${path}/main.tf`]: MODULE.replace("$UNIT", path.replace("/", "-")),
  };
}

/** The change: each unit that stays has a new value, and one goes. */
export function changeTo(value: string): Files {
  return { ...unitsWith(value, [GOES]), [`${GOES}/terragrunt.hcl`]: null, [`${GOES}/main.tf`]: null };
}

/** How often a unit's thing was begun to be made, with one value. */
export async function timesMade({ playground }: AttackedWorld, path: string, value: string): Promise<number> {
  const file = join(playground.state, `${path.replace("/", "-")}.made`);
  const lines = await readFile(file, "utf8").catch(() => "");
  return lines.split("\n").filter((line) => line === value).length;
}

/** How many units have begun to make their thing with a value. */
export async function begunWith(world: AttackedWorld, value: string): Promise<number> {
  const times = await Promise.all(ALL.map((path) => timesMade(world, path, value)));
  return times.filter((made) => made > 0).length;
}
