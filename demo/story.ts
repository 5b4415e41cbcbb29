import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { app, git, type Playground } from "./playground.ts";
import { type Progress, playWorkflow, type WorkflowRun } from "./workflow.ts";

/** The story that the demo tells and the end-to-end test checks, one chapter after the other. */
export type Chapter = {
  readonly title: string;
  readonly run: (playground: Playground, progress: Progress) => Promise<string>;
};

const us = "prod/us-east-1";
const eu = "prod/eu-west-1";
const workers = "dev/eu-west-1/workers";

const replicaUnit = `include "root" {
  path = find_in_parent_folders("root.hcl")
}

include "envcommon" {
  path = "\${get_repo_root()}/_envcommon/network.hcl"
}

inputs = {
  zones = 1
}
`;

/** A unit that reads what the app has; `app` is that unit's own text, whose root it shares. */
const queueUnit = (app: string): string => `${app.slice(0, app.indexOf("\n}\n") + 3)}
terraform {
  source = "\${get_repo_root()}/modules/queue"
}

dependency "app" {
  config_path = "../app"

  mock_outputs                            = { url = "https://not-yet-known.example.com" }
  mock_outputs_allowed_terraform_commands = ["validate", "plan"]
}

inputs = {
  app_url = dependency.app.outputs.url
}
`;

/** Plays the workflow for a pull request as it is now. */
export async function planned(
  playground: Playground,
  pullRequest: number,
  action: "opened" | "synchronize",
  progress: Progress,
): Promise<WorkflowRun> {
  const { payload, sha, ref, headSha, headBranch } = await playground.github.pullRequestEvent(pullRequest, action);
  return playWorkflow(playground, { name: "pull_request", payload, sha, ref, headSha, headBranch }, progress);
}

/** Plays the workflow for a push of `before..after` to main. */
export async function pushed(
  playground: Playground,
  before: string,
  after: string,
  progress: Progress,
): Promise<WorkflowRun> {
  const payload = await playground.github.pushEvent(before, after);
  return playWorkflow(
    playground,
    { name: "push", payload, sha: after, ref: "refs/heads/main", headSha: after, headBranch: "main" },
    progress,
  );
}

/** Merges a pull request and plays the workflow for the push. */
export async function merged(playground: Playground, pullRequest: number, progress: Progress): Promise<WorkflowRun> {
  const { before, after } = await playground.github.mergePullRequest(pullRequest, { method: "squash" });
  return pushed(playground, before, after, progress);
}

/** A pull request of one change, planned. */
async function proposed(
  playground: Playground,
  progress: Progress,
  change: { branch: string; title: string; files: Readonly<Record<string, string | null>> },
): Promise<number> {
  await playground.push(change.branch, change.title, change.files);
  const opened = await playground.github.openPullRequest({
    ...{ head: change.branch, base: "main", title: change.title, body: "", author: "robin" },
  });
  await planned(playground, opened.number, "opened", progress);
  return opened.number;
}

/** What `pipelines status` prints of the units that are due, or that nothing is. */
export async function dueUnits(playground: Playground): Promise<readonly string[]> {
  const command = resolve(import.meta.dirname, "../packages/cli/src/main.ts");
  const { stdout } = await execa(process.execPath, [command, "status", "--json", "--repo", playground.clone], {
    reject: false,
  });
  return Status.parse(JSON.parse(stdout)).units.flatMap(({ unit, due }) =>
    due === undefined ? [] : [`${unit} (${due.why})`],
  );
}

const Status = z.object({
  units: z.array(z.object({ unit: z.string(), due: z.object({ why: z.string() }).optional() })),
});

export const story: readonly Chapter[] = [
  {
    title: "main is applied for the first time",
    async run(playground, progress) {
      const head = await playground.push("main", "The infrastructure of two accounts", {});
      const run = await pushed(playground, "0".repeat(40), head, progress);
      return `${run.jobs.length} jobs, ${run.status}`;
    },
  },
  {
    title: "a pull request adds a unit, changes one, deletes one, and edits a shared file and a stack",
    async run(playground, progress) {
      const settings = "replicas: 3\nimage: registry.example.com/app:1.5.0\n";
      const common = (await git(playground.clone, "show", "origin/main:_envcommon/network.hcl")).replace(
        "zones = 2",
        "zones = 3",
      );
      const stack = await git(playground.clone, "show", `origin/main:${workers}/terragrunt.stack.hcl`);
      const [reports = ""] = stack.replace("every day", "every hour").split('\n\nunit "cleanup"');
      await playground.push("network-in-three-zones", "Three zones, a second network, no queue, hourly reports", {
        [`${us}/app/settings.yml`]: settings,
        [`${us}/queue`]: null,
        [`${eu}/network-replica/terragrunt.hcl`]: replicaUnit,
        "_envcommon/network.hcl": `${common}\n`,
        [`${workers}/terragrunt.stack.hcl`]: `${reports}\n`,
      });
      const opened = await playground.github.openPullRequest({
        head: "network-in-three-zones",
        base: "main",
        title: "Networks in three zones",
        body: "The queue is not used any more.",
        author: "robin",
      });
      await planned(playground, opened.number, "opened", progress);
      await playground.push("network-in-three-zones", "A fourth replica", {
        [`${us}/app/settings.yml`]: settings.replace("3", "4"),
      });
      await playground.github.updateHead(opened.number);
      const run = await planned(playground, opened.number, "synchronize", progress);
      return `#${opened.number}: planned twice into one comment, ${run.status}`;
    },
  },
  {
    title: "it is merged: applied in dependency order, then the removed unit is destroyed",
    async run(playground, progress) {
      const run = await merged(playground, 1, progress);
      return run.status;
    },
  },
  {
    title: "a merge whose apply fails opens an issue; the fix closes it",
    async run(playground, progress) {
      const change = async (branch: string, title: string, image: string): Promise<number> => {
        await playground.push(branch, title, { [`dev/eu-west-1/app/settings.yml`]: `replicas: 3\nimage: ${image}\n` });
        const opened = await playground.github.openPullRequest({
          head: branch,
          base: "main",
          title,
          body: "",
          author: "robin",
        });
        await planned(playground, opened.number, "opened", progress);
        return opened.number;
      };
      const broken = await change("new-image", "A new image for dev", "registry.example.com/app:broken");
      const failed = await merged(playground, broken, progress);
      const fix = await change("right-image", "The image that exists", "registry.example.com/app:1.6.0");
      const fixed = await merged(playground, fix, progress);
      return `#${broken} ${failed.status}, #${fix} ${fixed.status}`;
    },
  },
  {
    title: "an account is added: a pull request with its code is opened",
    async run(playground, progress) {
      const accounts = await git(playground.clone, "show", "origin/main:accounts.yml");
      await playground.push("account-stage", "A staging account", {
        "accounts.yml": `${accounts}\nstage:\n  id: "333333333333"\n  email: aws+stage@example.com\n`,
      });
      const opened = await playground.github.openPullRequest({
        head: "account-stage",
        base: "main",
        title: "A staging account",
        body: "",
        author: "robin",
      });
      await planned(playground, opened.number, "opened", progress);
      const run = await merged(playground, opened.number, progress);
      return `#${opened.number} ${run.status}`;
    },
  },
  {
    title: "an apply is skipped because another one failed; the fix is merged, and both are applied",
    async run(playground, progress) {
      const app = "dev/eu-west-1/app/settings.yml";
      const queue = await git(playground.clone, "show", "origin/main:dev/eu-west-1/app/terragrunt.hcl");
      const broken = await proposed(playground, progress, {
        ...{ branch: "queue-for-dev", title: "A queue for dev, and a new image" },
        files: {
          [app]: "replicas: 4\nimage: registry.example.com/app:broken\n",
          "dev/eu-west-1/queue/terragrunt.hcl": queueUnit(queue),
        },
      });
      const failed = await merged(playground, broken, progress);
      const before = await dueUnits(playground);
      const fix = await proposed(playground, progress, {
        ...{ branch: "image-that-exists", title: "The image that exists" },
        files: { [app]: "replicas: 4\nimage: registry.example.com/app:1.7.0\n" },
      });
      const fixed = await merged(playground, fix, progress);
      const after = await dueUnits(playground);
      const said = (units: readonly string[]): string =>
        units.length === 0 ? "nothing is due" : `due: ${units.join(", ")}`;
      return `#${broken} ${failed.status}, ${said(before)}; #${fix} ${fixed.status}, ${said(after)}`;
    },
  },
  {
    title: "accounts are requested: the factory makes them, and their code, planned by itself, is merged and applied",
    async run(playground, progress) {
      const configuration = await git(playground.clone, "show", "origin/main:.pipelines/config.yml");
      const setUp = await proposed(playground, progress, {
        ...{ branch: "accounts-by-request", title: "Accounts by request" },
        files: {
          ...(await filesBelow(resolve(import.meta.dirname, "../examples/accounts"))),
          ".pipelines/config.yml": `${withManagement(configuration)}\n`,
        },
      });
      await merged(playground, setUp, progress);
      const request = await proposed(playground, progress, {
        ...{ branch: "two-accounts", title: "Accounts for qa and for trying things out" },
        files: {
          "_new-account-requests/qa.yml": "email: aws+qa@example.com\n",
          "_new-account-requests/sandbox.yml": "email: aws+sandbox@example.com\n",
        },
      });
      const made = await merged(playground, request, progress);
      const run = await mergedAccounts(playground, progress);
      return `#${request} ${made.status}, ${run}`;
    },
  },
];

/** The environment of the account that makes the others, and the unit that does it. */
function withManagement(configuration: string): string {
  const environment = `environments:\n  management:\n    paths: ["management/**"]\n`;
  const [, state = ""] = /^( {4}env: .*\n)/m.exec(configuration) ?? [];
  return `${configuration.replace("environments:\n", `${environment}${state}`)}\naccounts:\n  factory_unit: management/global/account-factory`;
}

async function filesBelow(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files
    .map((file) => join(file.parentPath, file.name))
    .filter((path) => path !== join(folder, "README.md"));
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path, "utf8")] as const)),
  );
}

/** The pull request of all accounts: an App opened it, so GitHub starts its run; a person merges it. */
async function mergedAccounts(playground: Playground, progress: Progress): Promise<string> {
  const opened = [...playground.github.state.issues.values()].find(
    ({ title, state, user }) => title.startsWith("Add the account") && state === "open" && user.login === app.login,
  );
  if (opened === undefined) return "no App has proposed an account";
  await playground.github.updateHead(opened.number);
  const plan = await planned(playground, opened.number, "synchronize", progress);
  const run = await merged(playground, opened.number, progress);
  return `#${opened.number} “${opened.title}” planned ${plan.status}, applied ${run.status}`;
}
