import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { git, makePlayground, type Playground } from "../../demo/playground.ts";
import type { RunnerEvent } from "./act.ts";
import { RELEASE } from "./release.ts";

const command = resolve(import.meta.dirname, "../../packages/cli/src/main.ts");

/** Variables of a unit: what it stores, and what it needs to be applied. */
export const unit = (text: string, extra = ""): string =>
  `include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n${extra}\ninputs = {\n  text = ${JSON.stringify(text)}\n}\n`;

const dependsOn = (path: string): string => `\ndependency "other" {\n  config_path = "${path}"\n}\n`;

/** An apply of `needs:<file>` fails until the file is there; one of `slow:<file>` makes the file, then takes a while. */
const module = `variable "text" {
  type = string
}

resource "terraform_data" "this" {
  input = var.text

  provisioner "local-exec" {
    command = startswith(var.text, "slow:") ? "touch '\${trimprefix(var.text, "slow:")}'; sleep 6" : "true"
  }
}

resource "terraform_data" "needs" {
  input = var.text

  lifecycle {
    postcondition {
      condition     = !startswith(var.text, "needs:") || fileexists(trimprefix(self.output, "needs:"))
      error_message = "The thing that is needed is not there."
    }
  }
}

output "text" {
  value = var.text
}
`;

const root = (state: string): string => `remote_state {
  backend = "local"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    path = "${state}/\${path_relative_to_include()}/terraform.tfstate"
  }
}

terraform {
  source = "\${get_repo_root()}/modules/thing"
}
`;

/** A repository made from scratch: two environments, units without a cloud, and what `pipelines init` writes. */
export async function makeLiveRepository(folder: string): Promise<{ playground: Playground; init: string }> {
  const playground = await makePlayground(folder);
  const { clone, state } = playground;
  for (const name of [".pipelines", "_envcommon", "dev", "prod", "modules", "accounts.yml"]) {
    await rm(join(clone, name), { recursive: true });
  }
  const files = {
    "root.hcl": root(state),
    "modules/thing/main.tf": module,
    "dev/network/terragrunt.hcl": unit("network 1"),
    "prod/app/terragrunt.hcl": unit("app 1", dependsOn("../../dev/network")),
    // Long, so that its removal beside an added unit is not taken for a move.
    "prod/queue/terragrunt.hcl": unit("queue 1", `\nlocals {\n${"  # nothing like the other units\n".repeat(30)}}\n`),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(clone, path)), { recursive: true });
    await writeFile(join(clone, path), text);
  }
  const { stdout } = await execa(process.execPath, [
    command,
    "init",
    "--repo",
    clone,
    "--release",
    `${RELEASE.repository}@${RELEASE.ref}`,
  ]);
  return { playground, init: stdout };
}

export async function pushEvent(playground: Playground, before: string, after: string): Promise<RunnerEvent> {
  const payload = await playground.github.pushEvent(before, after);
  return { name: "push", payload, sha: after, ref: "refs/heads/main", headSha: after, headBranch: "main" };
}

export async function pullRequestEvent(playground: Playground, number: number): Promise<RunnerEvent> {
  return { name: "pull_request", ...(await playground.github.pullRequestEvent(number, "opened")) };
}

/** Somebody asks for units by hand, at the tip of the deploy branch. */
export async function dispatchEvent(
  playground: Playground,
  inputs: Readonly<Record<string, string>>,
): Promise<RunnerEvent> {
  const sha = await git(playground.clone, "ls-remote", playground.origin, "refs/heads/main");
  return branchEvent("workflow_dispatch", sha.slice(0, 40), { inputs, ref: "refs/heads/main" });
}

/** A schedule is due, at the tip of the deploy branch. */
export async function scheduleEvent(playground: Playground): Promise<RunnerEvent> {
  const sha = await git(playground.clone, "ls-remote", playground.origin, "refs/heads/main");
  return branchEvent("schedule", sha.slice(0, 40), { schedule: "0 5 * * 1-5" });
}

function branchEvent(name: "workflow_dispatch" | "schedule", sha: string, payload: object): RunnerEvent {
  return { name, payload, sha, ref: "refs/heads/main", headSha: sha, headBranch: "main" };
}

/** What a unit stored, `null` where it has no state or nothing in it. */
export async function stored(playground: Playground, path: string): Promise<string | null> {
  const text = await readFile(join(playground.state, path, "terraform.tfstate"), "utf8").catch(() => null);
  return text === null
    ? null
    : (/"output":\s*\{\s*"value":\s*"([^"]*)"|"outputs":\s*\{\s*"text":\s*\{\s*"value":\s*"([^"]*)"/
        .exec(text)
        ?.slice(1)
        .find((found) => found !== undefined) ?? null);
}
