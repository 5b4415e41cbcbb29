import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import type { LedgerUnit } from "@pipelines/core/contracts/ledger";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { openLedgerStore } from "@pipelines/core/ledger-ref/store";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { z } from "zod";
import { git, makePlayground, openPlayground, type Playground } from "../../demo/playground.ts";
import { type Beside, type PlayedRun, startPlay } from "./play.ts";

export type Files = Readonly<Record<string, string | null>>;

/** A small infrastructure-live repository whose main is applied, on a local GitHub. */
export type AttackedWorld = AsyncDisposable & {
  readonly playground: Playground;
  /** Pushes a change to main and answers the push's two commits. */
  push(message: string, files: Files): Promise<Push>;
  /** Opens a pull request with a change. */
  propose(branch: string, files: Files, base?: string): Promise<number>;
  merge(pullRequest: number): Promise<Push>;
  /** Begins the run of a push. */
  onPush(push: Push, beside?: Beside): Promise<PlayedRun>;
  /** Begins the run of a pull request as it is now. */
  onPullRequest(pullRequest: number, action: "opened" | "synchronize" | "edited"): Promise<PlayedRun>;
  /** Begins a run by hand, from main or another branch. */
  onDispatch(inputs: Readonly<Record<string, string>>, branch?: string): Promise<PlayedRun>;
  /** Begins a run that a line of the schedule starts. */
  onSchedule(line: string): Promise<PlayedRun>;
  /** What a unit's state says: the value of its one resource; `null` without it. */
  alive(unit: string): Promise<string | null>;
  ledgerOf(unit: string): Promise<LedgerUnit | null>;
  /** Up to which commit the ledger has changes determined. */
  determined(): Promise<string | null>;
  issues(): Promise<readonly { title: string; state: string; body: string }[]>;
  tip(): Promise<string>;
};

export type Push = { readonly before: string; readonly after: string };

/** A module of one resource, which takes its value from its file. An apply of the value `broken` fails. */
const MODULE = `variable "value" {}
variable "upstream" {
  default = ""
}
resource "terraform_data" "it" {
  input = var.value
  lifecycle {
    postcondition {
      condition     = self.output != "broken"
      error_message = "the cloud says no"
    }
  }
}
output "value" {
  value = terraform_data.it.output
}
`;

/** The files of a unit. @param more what its `terragrunt.hcl` says beside its value */
export function unit(path: string, value: string, more = ""): Record<string, string> {
  const inputs = `include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\ninputs = {\n  value = "${value}"\n}\n`;
  return { [`${path}/terragrunt.hcl`]: `${inputs}${more}`, [`${path}/main.tf`]: MODULE };
}

/** A unit that depends on another one. */
export function user(path: string, value: string, on: string): Record<string, string> {
  const dependency = `dependency "used" {\n  config_path = "\${get_repo_root()}/${on}"\n}\n`;
  const text = unit(path, value, dependency)[`${path}/terragrunt.hcl`] ?? "";
  const file = text.replace("inputs = {\n", "inputs = {\n  upstream = dependency.used.outputs.value\n");
  return { [`${path}/terragrunt.hcl`]: file, [`${path}/main.tf`]: MODULE };
}

export const CONFIGURATION = ".pipelines/config.yml";

/** A configuration of one environment. Without pull requests nothing is reviewed, and a destroy needs no plan. */
export const ONE_ENVIRONMENT = 'environments:\n  prod: { paths: ["**"] }\nreviewed_plan: "off"\n';

/** Keeps a state in a file of that name. */
export const stateAt = (name: string): string => `remote_state {
  backend = "local"
  config = {
    path = "@state@/${name}.tfstate"
  }
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite"
  }
}
`;

/** A unit's state is named after the unit, unless the unit says otherwise. */
const ROOT = stateAt("${path_relative_to_include()}");

/** Where the playgrounds of this process lie. Each test begins with a copy of what main looked like when applied. */
let home: Promise<string> | null = null;

/** Removes what the tests of this process left. */
export async function clearWorlds(): Promise<void> {
  if (home !== null) await rm(await home, { recursive: true, force: true, maxRetries: 3 });
  home = null;
}

/** A world whose main has these files and is applied. The first push of the same files is played once. */
export async function makeWorld(files: Record<string, string>): Promise<AttackedWorld> {
  home ??= mkdtemp(join(tmpdir(), "pipelines-attacks-"));
  const base = await home;
  const folder = join(base, "playground");
  const applied = join(base, createHash("sha256").update(JSON.stringify(files)).digest("hex"));
  const known = await readFile(join(applied, "applied"), "utf8").catch(() => null);
  if (known === null) {
    await using playground = await makePlayground(folder, async ({ clone, state }) => {
      for (const [path, text] of Object.entries(placed({ ...files, "root.hcl": ROOT }, state))) {
        await mkdir(dirname(join(clone, path)), { recursive: true });
        await writeFile(join(clone, path), text ?? "");
      }
    });
    const world = worldOn(playground);
    const after = await playground.push("main", "The first units", {});
    const run = await world.onPush({ before: "0".repeat(40), after });
    if (!(await run.finish())) throw new Error(`the first push was not applied:\n${await run.log()}`);
    await writeFile(join(folder, "applied"), String(run.id));
    await rm(applied, { recursive: true, force: true });
    await cp(folder, applied, { recursive: true });
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  await cp(applied, folder, { recursive: true });
  const playground = await openPlayground(folder);
  // The run that applied main was another GitHub's: this one knows it as ended, too.
  playground.github.startRun({ event: "push", headSha: "0".repeat(40), headBranch: "main" }).complete("success");
  return worldOn(playground);
}

/** Files with the folder of the states written in. */
function placed(files: Files, state: string): Files {
  const text = (content: string | null): string | null => content?.replaceAll("@state@", state) ?? null;
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, text(content)]));
}

const State = z.object({
  resources: z.array(z.object({ instances: z.array(z.object({ attributes: z.object({ output: z.unknown() }) })) })),
});
const Issues = z.array(
  z.object({ title: z.string(), state: z.string(), body: z.string(), pull_request: z.unknown().optional() }),
);

function worldOn(playground: Playground): AttackedWorld {
  const { github, origin } = playground;
  const tip = () => git(origin, "rev-parse", "refs/heads/main");
  const world: AttackedWorld = {
    playground,
    tip,
    async push(message, files) {
      const before = await tip();
      return { before, after: await playground.push("main", message, placed(files, playground.state)) };
    },
    async propose(branch, files, base = "main") {
      await playground.push(branch, `Change ${branch}`, placed(files, playground.state));
      const opened = await github.openPullRequest({ head: branch, base, title: branch, body: "", author: "robin" });
      return opened.number;
    },
    merge: (pullRequest) => github.mergePullRequest(pullRequest, { method: "squash" }),
    async onPush({ before, after }, beside) {
      const payload = await github.pushEvent(before, after);
      const at = { sha: after, ref: "refs/heads/main", headSha: after, headBranch: "main" };
      return startPlay(playground, { name: "push", payload, ...at }, beside);
    },
    async onPullRequest(pullRequest, action) {
      const { payload, ...at } = await github.pullRequestEvent(pullRequest, action);
      return startPlay(playground, { name: "pull_request", payload, ...at });
    },
    async onDispatch(inputs, branch = "main") {
      const sha = await git(origin, "rev-parse", `refs/heads/${branch}`);
      const payload = { inputs, ref: `refs/heads/${branch}` };
      const at = { sha, ref: `refs/heads/${branch}`, headSha: sha, headBranch: branch };
      return startPlay(playground, { name: "workflow_dispatch", payload, ...at });
    },
    async onSchedule(line) {
      const sha = await tip();
      const at = { sha, ref: "refs/heads/main", headSha: sha, headBranch: "main" };
      return startPlay(playground, { name: "schedule", payload: { schedule: line }, ...at });
    },
    async alive(path) {
      const text = await readFile(join(playground.state, `${path}.tfstate`), "utf8").catch(() => null);
      if (text === null) return null;
      const [resource] = State.parse(JSON.parse(text)).resources;
      const output = resource?.instances[0]?.attributes.output;
      return output === undefined ? null : String(z.object({ value: z.string() }).parse(output).value);
    },
    async ledgerOf(path) {
      await using store = await openLedgerStore(origin, toolEnvironment(process.env));
      return (await store.read()).ledger.units.get(UnitPath.parse(path)) ?? null;
    },
    async determined() {
      await using store = await openLedgerStore(origin, toolEnvironment(process.env));
      return (await store.read()).ledger.determined?.commit ?? null;
    },
    async issues() {
      const response = await fetch(`${github.url}/repos/${github.owner}/${github.repo}/issues?state=all&per_page=100`, {
        headers: { authorization: `Bearer ${github.token}` },
      });
      return Issues.parse(await response.json()).filter((issue) => issue.pull_request === undefined);
    },
    [Symbol.asyncDispose]: () => playground[Symbol.asyncDispose](),
  };
  return world;
}
