import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A git repository with a given number of units, as teams lay them out: environment, region, service. */
export type LiveRepository = AsyncDisposable & {
  readonly folder: string;
  commit(edits: Readonly<Record<string, string>>): Promise<void>;
};

const ENVIRONMENTS = ["dev", "stage", "prod"];
const REGIONS = ["eu-west-1", "us-east-1"];

/** Every tenth unit of a region is one that the nine after it depend on; all read the root, and a third `_envcommon`. */
export async function makeLiveRepository(units: number): Promise<LiveRepository> {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-bench-"));
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=bench", "-c", "user.email=bench@example.com", ...args], {
      cwd: folder,
      encoding: "utf8",
    });
  const commit = async (edits: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, text] of Object.entries(edits)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    git("add", "--all");
    git("commit", "--quiet", "--message", "change");
  };
  git("init", "--quiet", "--initial-branch", "main");
  await commit({
    ".pipelines/config.yml": `environments:\n${ENVIRONMENTS.map((name) => `  ${name}: { paths: ["${name}/**"] }\n`).join("")}`,
    "root.hcl": 'remote_state {\n  backend = "local"\n  config  = {}\n}\n',
    "_envcommon/service.hcl": 'inputs = { size = "small" }\n',
    "modules/service/main.tf": 'variable "size" { default = "small" }\n',
    ...Object.fromEntries(
      Array.from({ length: units }, (_, index) => [`${unitAt(index)}/terragrunt.hcl`, unitText(index)]),
    ),
  });
  return { folder, commit, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The path of a unit by its number. */
export function unitAt(index: number): string {
  const environment = ENVIRONMENTS[index % ENVIRONMENTS.length];
  const region = REGIONS[Math.floor(index / ENVIRONMENTS.length) % REGIONS.length];
  return `${environment}/${region}/service-${String(Math.floor(index / 6)).padStart(5, "0")}`;
}

function unitText(index: number): string {
  const number = Math.floor(index / 6);
  const needed = `service-${String(number - (number % 10)).padStart(5, "0")}`;
  return [
    'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}',
    index % 3 === 0 ? 'include "common" {\n  path = find_in_parent_folders("_envcommon/service.hcl")\n}' : "",
    'terraform {\n  source = "${get_repo_root()}/modules/service"\n}',
    number % 10 === 0 ? "" : `dependency "needed" {\n  config_path = "../${needed}"\n}`,
    "",
  ].join("\n");
}
