import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Action } from "@pipelines/core/contracts/action";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { Execution } from "@pipelines/core/contracts/execution";
import type { Job } from "@pipelines/core/contracts/job";
import type { JobOutcome, UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { outcomeFolder } from "@pipelines/core/documents/layout";
import { openRepository } from "@pipelines/core/git/repository";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import { type ExecutorEdges, execute } from "../src/execute.ts";

/** What a test asks of one job; everything else has a plain value. */
export type Ask = {
  readonly action: Action;
  /** Paths, or a path with what it comes after. */
  readonly units: readonly (string | { readonly path: string; readonly after: readonly string[] })[];
  /** Default: the newest commit. */
  readonly at?: string;
  readonly base?: string;
  readonly added?: readonly string[];
  readonly environment?: string;
  readonly ref?: string;
  readonly attempt?: number;
  readonly pullRequest?: { readonly number: number; readonly headSha: string };
  readonly reviewedPlansFolder?: string;
  readonly superseded?: readonly { readonly path: string; readonly by: string }[];
  readonly mode?: "manual";
  /** The deploy branch, where the job's commit is an older one that a person named. */
  readonly tip?: string;
  readonly lockId?: string;
  readonly accounts?: Job["accounts"];
};

/** A run by hand at an older commit has that for its head, and says where the branch is. */
function commitsOf({ at, tip }: Ask, newest: string): { head: string; tip?: string } {
  return tip === undefined ? { head: newest } : { head: at ?? newest, tip };
}

/** A finished job with its texts. */
export type Finished = {
  readonly outcome: JobOutcome;
  /** The ends by unit. */
  readonly ends: Readonly<Record<string, UnitEnd>>;
  readonly order: readonly string[];
  unit(path: string): UnitOutcome;
  /** The text of a file that the outcome names. */
  text(file: string | undefined): Promise<string>;
  readonly folder: string;
};

/** A git repository of units with its state beside it, in a temporary folder. */
export type World = AsyncDisposable & {
  readonly folder: string;
  readonly repository: string;
  /** Where units keep their state: `<unit>.tfstate`. */
  readonly state: string;
  /** Where the documents of runs go. */
  readonly documents: string;
  /** Changes files and commits: a text writes a file, `null` deletes a file or folder. Answers the commit. */
  commit(files: Readonly<Record<string, string | null>>): Promise<CommitSha>;
  execution(ask: Ask): Promise<Execution>;
  /** Executes a job in this process. */
  run(ask: Ask, edges?: Partial<ExecutorEdges>): Promise<Finished>;
  /** Addresses and instances in a unit's state; empty without state. */
  stateOf(unit: string): Promise<Record<string, unknown[]>>;
};

const GIT = {
  PATH: process.env["PATH"] ?? "",
  GIT_AUTHOR_NAME: "Robin",
  GIT_AUTHOR_EMAIL: "robin@example.com",
  GIT_COMMITTER_NAME: "Robin",
  GIT_COMMITTER_EMAIL: "robin@example.com",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
};

/** Runs git and answers what it prints. */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const ran = await run("git", args, { cwd, env: GIT, timeoutMs: 30_000 });
  if (ran.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${ran.stderr}`);
  return ran.stdout.trim();
}

/** A unit's file. */
export function unitFile(
  options: { readonly dependencies?: readonly string[]; readonly mocks?: string; readonly body?: string } = {},
): string {
  const depth = (path: string): string => path.split("/").at(-1) ?? path;
  return [
    'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}',
    ...(options.dependencies ?? []).map(
      (path) =>
        `dependency "${depth(path)}" {\n  config_path = "\${get_repo_root()}/${path}"\n${options.mocks ?? ""}\n}`,
    ),
    ...(options.dependencies === undefined
      ? []
      : [
          `inputs = {\n  upstream = [${options.dependencies.map((path) => `dependency.${depth(path)}.outputs.value`)}]\n}`,
        ]),
    options.body ?? "",
  ].join("\n");
}

/** A module that passes a value on: its own name behind its upstreams'. */
export function passing(name: string): string {
  return `
variable "upstream" {
  type    = list(string)
  default = []
}
resource "terraform_data" "it" {
  input = join("+", concat(var.upstream, ["${name}"]))
}
output "value" {
  value = terraform_data.it.output
}
`;
}

/** A module whose apply fails. */
export const failing = `
resource "terraform_data" "it" {
  provisioner "local-exec" {
    command = "echo 'the cloud says no' >&2; exit 7"
  }
}
output "value" {
  value = terraform_data.it.id
}
`;

/** The files of a unit in its folder. */
export function unitAt(
  path: string,
  main: string,
  options: Parameters<typeof unitFile>[0] = {},
): Readonly<Record<string, string>> {
  return { [`${path}/terragrunt.hcl`]: unitFile(options), [`${path}/main.tf`]: main };
}

/** Makes a repository with a `root.hcl` that keeps state in files. */
export async function makeWorld(files: Readonly<Record<string, string>>): Promise<World> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "executor-")));
  const [repository, state, documents] = [join(folder, "repository"), join(folder, "state"), join(folder, "documents")];
  await Promise.all([repository, state, documents].map((path) => mkdir(path)));
  await git(repository, "init", "--quiet", "--initial-branch=main");
  let head = "";
  let runs = 0;
  const world: World = {
    folder,
    repository,
    state,
    documents,
    async commit(changes) {
      for (const [path, content] of Object.entries(changes)) {
        const file = join(repository, path);
        if (content === null) await rm(file, { recursive: true });
        else {
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, content);
        }
      }
      await git(repository, "add", "--all");
      await git(repository, "commit", "--quiet", "--allow-empty", "--message", "Change");
      head = await git(repository, "rev-parse", "HEAD");
      return CommitSha.parse(head);
    },
    async execution(ask) {
      runs += 1;
      const plans = ["plan", "plan-destroy", "preview-account"].includes(ask.action);
      return Execution.parse({
        version: 1,
        job: {
          id: `job-${runs}`,
          name: `Job ${runs}`,
          stage: 1,
          action: ask.action,
          at: ask.at ?? head,
          environment: ask.environment ?? "default",
          units: ask.units.map((unit) => (typeof unit === "string" ? { path: unit, after: [] } : unit)),
          changes: ["ModuleChanged"],
          ...(ask.accounts === undefined ? {} : { accounts: ask.accounts }),
          timeoutMinutes: 60,
        },
        comparison: {
          version: 1,
          mode: ask.mode ?? (plans ? "plan" : "apply"),
          ...(ask.lockId === undefined ? {} : { lockId: ask.lockId }),
          base: ask.base ?? null,
          ...commitsOf(ask, head),
          event: { name: plans ? "pull_request" : "push", ref: ask.ref ?? "refs/heads/main", actor: "robin" },
          deployBranch: "main",
          ...(ask.pullRequest === undefined
            ? {}
            : {
                pullRequest: { ...ask.pullRequest, headRef: "change", baseRef: "main", untrusted: false },
              }),
        },
        ...(ask.superseded === undefined ? {} : { superseded: ask.superseded }),
        addedUnits: ask.added ?? [],
        asksToStart: false,
        repositoryFolder: repository,
        configurationFile: null,
        folder: documents,
        attempt: ask.attempt ?? 1,
        reviewedPlansFolder: ask.reviewedPlansFolder ?? null,
        repository: "acme/infrastructure-live",
        runUrl: null,
        logUrl: null,
      });
    },
    async run(ask, edges = {}) {
      const execution = await world.execution(ask);
      const outcome = await execute(
        {
          repository: openRepository(repository, toolEnvironment(process.env)),
          environment: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
          pullRequests: null,
          earlier: { ends: new Map<UnitPath, UnitEnd>(), applies: new Set<UnitPath>() },
          stop: new AbortController().signal,
          progress: { started: () => undefined, ended: () => undefined },
          ...edges,
        },
        execution,
      );
      return finished(outcome, outcomeFolder(documents, execution.job.id, execution.attempt));
    },
    async stateOf(unit) {
      const text = await readFile(join(state, `${unit}.tfstate`), "utf8").catch(() => '{"resources":[]}');
      const { resources } = JSON.parse(text);
      return Object.fromEntries(
        resources.map((resource: { type: string; name: string; instances: unknown[] }) => [
          `${resource.type}.${resource.name}`,
          resource.instances,
        ]),
      );
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  await world.commit({
    "root.hcl": `remote_state {
  backend = "local"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    path = "${state}/\${path_relative_to_include()}.tfstate"
  }
}
`,
    ...files,
  });
  return world;
}

/** Puts an outcome and its texts side by side. */
export function finished(outcome: JobOutcome, folder: string): Finished {
  return {
    outcome,
    ends: Object.fromEntries(outcome.units.map(({ path, end }) => [path, end])),
    order: outcome.units.map(({ path }) => path),
    unit(path) {
      const found = outcome.units.find((unit) => unit.path === path);
      if (found === undefined) throw new Error(`no unit ${path} in ${JSON.stringify(outcome, null, 2)}`);
      return found;
    },
    text: async (file) => (file === undefined ? "" : readFile(join(folder, file), "utf8")),
    folder,
  };
}
