import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** How the texts of units look: all the same in thirds, or each one of its own, as in grown repositories. */
export const LAYOUTS = ["uniform", "distinct"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Files by path: a text writes one, `null` removes it with its folder. */
type Edits = Readonly<Record<string, string | null>>;

/** A git repository with a given number of units, as teams lay them out: environment, region, service. */
export type LiveRepository = AsyncDisposable & {
  readonly folder: string;
  /** The commit before there were units, and the one with all of them. */
  readonly empty: string;
  readonly full: string;
  /** Commits edits on top of the commit with all units, whatever was committed before; checks that out. */
  commit(edits: Edits): Promise<string>;
};

const ENVIRONMENTS = ["dev", "stage", "prod"];
const REGIONS = ["eu-west-1", "us-east-1"];

/**
 * Every tenth unit of a region is one that the nine after it depend on. All read the root; every twentieth includes a shared
 * file, and the one after it has a module of the repository.
 */
export async function makeLiveRepository(units: number, layout: Layout): Promise<LiveRepository> {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-bench-"));
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=bench", "-c", "user.email=bench@example.com", ...args], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  const commit = async (edits: Edits): Promise<string> => {
    for (const [path, text] of Object.entries(edits)) {
      const file = join(folder, path);
      if (text === null) await rm(dirname(file), { recursive: true });
      else {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    }
    git("add", "--all");
    git("commit", "--quiet", "--message", "change");
    return git("rev-parse", "HEAD");
  };
  git("init", "--quiet", "--initial-branch", "main");
  const empty = await commit({
    ".pipelines/config.yml": `environments:\n${ENVIRONMENTS.map((name) => `  ${name}: { paths: ["${name}/**"] }\n`).join("")}`,
  });
  const full = await commit({
    ...SHARED,
    ...Object.fromEntries(
      Array.from({ length: units }, (_, index) => [`${unitAt(index)}/terragrunt.hcl`, unitText(index, layout)]),
    ),
  });
  return {
    ...{ folder, empty, full },
    async commit(edits) {
      git("checkout", "--quiet", "--detach", "--force", full);
      return commit(edits);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const SHARED: Readonly<Record<string, string>> = {
  "root.hcl": 'remote_state {\n  backend = "local"\n  config  = {}\n}\n',
  "_envcommon/service.hcl": 'inputs = { size = "small" }\n',
  "modules/service/main.tf": 'variable "size" { default = "small" }\n',
  "modules/few/main.tf": 'variable "size" { default = "small" }\n',
};

/** The path of a unit by its number. */
export function unitAt(index: number): string {
  const environment = ENVIRONMENTS[index % ENVIRONMENTS.length];
  const region = REGIONS[Math.floor(index / ENVIRONMENTS.length) % REGIONS.length];
  return `${environment}/${region}/service-${String(Math.floor(index / 6)).padStart(5, "0")}`;
}

/** The text of a unit, with a mark that makes it another text. */
export function unitText(index: number, layout: Layout, mark = ""): string {
  const number = Math.floor(index / 6);
  const needed = `service-${String(number - (number % 10)).padStart(5, "0")}`;
  const inFew = index % 20 === 1;
  return [
    'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}',
    index % 20 === 0 ? 'include "common" {\n  path = find_in_parent_folders("_envcommon/service.hcl")\n}' : "",
    `terraform {\n  source = "${inFew ? "${get_repo_root()}/modules/few" : "git::https://example.com/modules.git//service?ref=v1.2.3"}"\n}`,
    number % 10 === 0 ? "" : `dependency "needed" {\n  config_path = "../${needed}"\n}`,
    layout === "distinct"
      ? `locals {\n  name_${index} = "service-${index}"\n}\ninputs = {\n  name = local.name_${index}\n  port = ${8000 + index}\n}`
      : "",
    mark,
    "",
  ].join("\n");
}

/** A stack of two units, by its values. */
export function stackFiles(value: string): Readonly<Record<string, string>> {
  const unit = (name: string): string =>
    `unit "${name}" {\n  source = "\${get_repo_root()}/templates/service"\n  path   = "${name}"\n  values = { size = "${value}" }\n}\n`;
  return {
    "prod/stack/terragrunt.stack.hcl": unit("api") + unit("db"),
    "templates/service/terragrunt.hcl":
      'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\nterraform {\n  source = "."\n}\ninputs = { size = values.size }\n',
    "templates/service/main.tf": 'variable "size" { default = "small" }\n',
  };
}
