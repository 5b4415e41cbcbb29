import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import { afterEach, describe, expect, it } from "vitest";
import { orchestrate, orchestratorEdges } from "./orchestrate.ts";

type Files = Record<string, string>;
type Event = "pull_request" | "push";

const ROOT: Files = {
  "root.hcl": 'locals { account = read_terragrunt_config(find_in_parent_folders("account.hcl")).locals }\n',
  "prod/account.hcl": 'locals { name = "prod" }\n',
  "_envcommon/vpc.hcl": 'terraform { source = "${get_repo_root()}/modules/vpc" }\n',
  "modules/vpc/main.tf": 'module "tags" { source = "../tags" }\n',
  "modules/tags/main.tf": "",
  "modules/tags/policy.json": "{}",
  "accounts.yml": 'prod:\n  id: "111111111111"\n  email: prod@example.com\n',
  "prod/vpc/terragrunt.hcl":
    'include "root" { path = find_in_parent_folders("root.hcl") }\ninclude "common" { path = "${get_repo_root()}/_envcommon/vpc.hcl" }\n',
  "prod/app/terragrunt.hcl":
    'include "root" { path = find_in_parent_folders("root.hcl") }\ndependency "vpc" { config_path = "../vpc" }\ninputs = { settings = file("settings.yml") }\n',
  "prod/app/settings.yml": "a: 1\n",
};

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** Assesses the change from `before` to `before` with `edits`; `null` removes a file. */
async function assess(edits: Record<string, string | null>, event: Event = "pull_request", before: Files = ROOT) {
  const folder = await mkdtemp(join(tmpdir(), "orchestrate-"));
  folders.push(folder);
  const git = async (...args: string[]): Promise<string> => {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    const ran = await run("git", [...identity, ...args], { cwd: folder, env: toolEnvironment(process.env) });
    if (ran.exitCode !== 0) throw new Error(ran.stderr);
    return ran.stdout.trim();
  };
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await git("init", "-q", "-b", "main");
  for (const [path, text] of Object.entries(before)) await write(path, text);
  await git("add", "-A");
  await git("commit", "-qm", "before");
  for (const [path, text] of Object.entries(edits)) {
    if (text === null) await rm(join(folder, path));
    else await write(path, text);
  }
  await git("add", "-A");
  await git("commit", "-qm", "after");
  const edges = await orchestratorEdges(folder, process.env);
  const wanted = { kind: "local", base: "HEAD~1", head: "HEAD", event } as const;
  const assessment = Assessment.parse(await orchestrate(edges, wanted));
  expect(await git("status", "--porcelain", "--ignored")).toBe("");
  return assessment;
}

const brief = ({ units }: Assessment): string[] => units.map((unit) => `${unit.action} ${unit.path} ${unit.status}`);

describe("orchestrating", () => {
  it("plans an added unit and plans the destroy of a deleted one at the base commit", async () => {
    const assessment = await assess({
      "prod/queue/terragrunt.hcl": ROOT["prod/app/terragrunt.hcl"] ?? "",
      "prod/queue/settings.yml": "",
      "prod/app/terragrunt.hcl": null,
      "prod/app/settings.yml": null,
    });
    expect(brief(assessment)).toEqual(["plan-destroy prod/app deleted", "plan prod/queue added"]);
    expect(assessment.units[0]?.at).toBe(assessment.comparison.base);
    expect(assessment.problems).toEqual([]);
  });

  it.each([
    ["a shared file", { "_envcommon/vpc.hcl": `${ROOT["_envcommon/vpc.hcl"]}# edited\n` }, ["plan prod/vpc affected"]],
    ["a file of a module that a module calls", { "modules/tags/policy.json": "[]" }, ["plan prod/vpc affected"]],
    [
      "an account file",
      { "prod/account.hcl": 'locals { name = "p" }\n' },
      ["plan prod/app affected", "plan prod/vpc affected"],
    ],
    ["a file in a unit's folder", { "prod/app/settings.yml": "a: 2\n" }, ["plan prod/app changed"]],
    ["documentation", { "prod/README.md": "hello\n" }, []],
  ])("finds who reads %s", async (_what, edits, expected) => {
    const assessment = await assess(edits);
    expect(brief(assessment)).toEqual(expected);
  });

  it("tells the chain from a changed file to a unit", async () => {
    const assessment = await assess({ "_envcommon/vpc.hcl": `${ROOT["_envcommon/vpc.hcl"]}# edited\n` });
    expect(assessment.units[0]?.because).toEqual([
      {
        change: "EnvCommonChanged",
        file: "_envcommon/vpc.hcl",
        links: [{ relation: "included by", path: "prod/vpc" }],
      },
    ]);
  });

  it("never takes a unit that terragrunt find swallows for deleted: a cycle is a problem with its path", async () => {
    const assessment = await assess({
      "prod/vpc/terragrunt.hcl": `${ROOT["prod/vpc/terragrunt.hcl"]}dependency "app" { config_path = "../app" }\n`,
    });
    expect(brief(assessment)).toEqual(["plan prod/vpc changed"]);
    expect(assessment.problems.map(({ kind }) => kind)).toContain("dependency-cycle");
    expect(assessment.problems.map(({ message }) => message).join()).toContain("prod/app → prod/vpc → prod/app");
  });

  it("names file and line of a unit that can't be evaluated, and goes on with the others", async () => {
    const assessment = await assess({
      "prod/vpc/terragrunt.hcl": "locals {\n  a =\n}\n",
      "prod/app/settings.yml": "a: 3\n",
    });
    expect(brief(assessment)).toEqual(["plan prod/app changed", "plan prod/vpc changed"]);
    expect(assessment.problems).toContainEqual(
      expect.objectContaining({ kind: "not-evaluated", path: "prod/vpc", file: "prod/vpc/terragrunt.hcl", line: 2 }),
    );
  });

  it("takes a dependency that names the configuration file for one on its unit", async () => {
    const app = (ROOT["prod/app/terragrunt.hcl"] ?? "").replace('"../vpc"', '"../vpc/terragrunt.hcl"');
    const before = { ...ROOT, "prod/app/terragrunt.hcl": app };
    const refused = await assess({ "prod/vpc/terragrunt.hcl": null }, "pull_request", before);
    expect(refused.problems).toMatchObject([{ kind: "refused-delete", path: "prod/vpc" }]);
    const both = await assess({ "root.hcl": `${ROOT["root.hcl"]}# edited\n` }, "push", before);
    expect(both.problems).toEqual([]);
    expect(both.jobs.flatMap(({ units }) => units)).toEqual([
      { path: "prod/app", after: ["prod/vpc"] },
      { path: "prod/vpc", after: [] },
    ]);
  });

  it("refuses the delete of a unit that another still depends on, and withholds it on push", async () => {
    const assessment = await assess({ "prod/vpc/terragrunt.hcl": null }, "push");
    expect(assessment.units).toMatchObject([{ action: "destroy", withheld: { by: "remaining-dependents" } }]);
    expect(assessment.problems).toMatchObject([{ kind: "refused-delete", path: "prod/vpc" }]);
    expect(assessment.jobs).toEqual([]);
  });

  it("proposes code for an account that accounts.yml gains, and runs nothing else for it", async () => {
    const assessment = await assess(
      { "accounts.yml": `${ROOT["accounts.yml"]}dev:\n  id: "222222222222"\n  email: dev@example.com\n` },
      "push",
    );
    expect(assessment.jobs).toMatchObject([
      { action: "provision-account", stage: 9, accounts: { added: [{ name: "dev" }] }, units: [] },
    ]);
    expect(assessment.units).toEqual([]);
  });

  it("does not take a root that is renamed for a deleted unit", async () => {
    const unit =
      'include { path = find_in_parent_folders() }\nterraform { source = "${get_repo_root()}/modules/tags" }\n';
    const before = { "terragrunt.hcl": "locals {}\n", "a/terragrunt.hcl": unit, "modules/tags/main.tf": "" };
    const assessment = await assess(
      {
        "terragrunt.hcl": null,
        "root.hcl": "locals {}\n",
        "a/terragrunt.hcl": unit.replace("find_in_parent_folders()", 'find_in_parent_folders("root.hcl")'),
      },
      "pull_request",
      before,
    );
    expect(brief(assessment)).toEqual(["plan a changed"]);
  });
});
