import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const command = resolve(import.meta.dirname, "../src/main.ts");
let repository: string;

const git = (...args: string[]) =>
  execa("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: repository });
const pipelines = (...args: string[]) => execa(process.execPath, [command, ...args], { cwd: tmpdir(), reject: false });

async function commit(files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(repository, path)), { recursive: true });
    await writeFile(join(repository, path), content);
  }
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "files");
}

const unit = 'terraform {\n  source = "."\n}\n';
const resource = 'resource "terraform_data" "one" {\n  input = "1"\n}\n';

beforeEach(async () => {
  repository = await realpath(await mkdtemp(join(tmpdir(), "pipelines-cli-")));
  await git("init", "--quiet", "--initial-branch=main");
  await commit({ "a/terragrunt.hcl": unit, "a/main.tf": resource });
});
afterEach(() => rm(repository, { recursive: true, force: true }));

describe("pipelines explain", () => {
  it("prints exactly one JSON document, for a repository without any configuration, and writes nothing into it", async () => {
    await commit({ "b/terragrunt.hcl": unit, "b/main.tf": resource });
    const { stdout, exitCode } = await pipelines(
      "explain",
      "--repo",
      repository,
      "--base",
      "HEAD~1",
      "--head",
      "HEAD",
      "--json",
    );
    expect(exitCode).toBe(0);
    const assessment = Assessment.parse(JSON.parse(stdout));
    expect(assessment.units).toMatchObject([{ path: "b", status: "added", action: "plan", environment: "default" }]);
    expect(assessment.jobs).toHaveLength(1);
    expect((await git("status", "--porcelain", "--ignored")).stdout).toBe("");
  });

  it("applies what a push changes, and says so to people", async () => {
    await commit({ "a/main.tf": resource.replace("1", "2") });
    const { stdout, exitCode } = await pipelines(
      "explain",
      "--repo",
      repository,
      "--base",
      "HEAD~1",
      "--event",
      "push",
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain("ModuleChanged");
    expect(stdout).toContain("a/main.tf");
    expect(stdout).toContain("Apply · default");
  });

  it("prints the document and exits 1 when a unit can't be determined", async () => {
    await commit({ "b/terragrunt.hcl": 'include "root" {\n  path = find_in_parent_folders("gone.hcl")\n}\n' });
    const { stdout, exitCode } = await pipelines("explain", "--repo", repository, "--base", "HEAD~1", "--json");
    expect(exitCode).toBe(1);
    expect(Assessment.parse(JSON.parse(stdout)).problems).toMatchObject([{ path: "b", file: "b/terragrunt.hcl" }]);
  });

  it.each([
    ["a revision that the clone does not have", ["--base", "nowhere"], "nowhere"],
    ["a folder that is no repository", ["--base", "HEAD", "--repo", tmpdir()], "not in a git repository"],
    ["a folder that does not exist", ["--base", "HEAD", "--repo", "/does/not/exist"], "ENOENT"],
    ["a missing option", [], "--base"],
    ["an unknown event", ["--base", "HEAD", "--event", "merge"], "pull_request, push"],
    ["an unknown option", ["--base", "HEAD", "--bse", "x"], "--base"],
  ])("exits 2 and names %s", async (_what, args, message) => {
    const { stdout, stderr, exitCode } = await pipelines("explain", "--repo", repository, ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
  });

  it("ends as it would when its reader closes the pipe", async () => {
    await commit({ "b/terragrunt.hcl": unit, "b/main.tf": resource });
    const running = pipelines("explain", "--repo", repository, "--base", "HEAD~1");
    running.stdout.destroy();
    expect(await running).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("exits 2 at a configuration that can't be read, with file and line", async () => {
    await commit({ ".pipelines/config.yml": "deploy_branch: main\nenviroments: {}\n", "a/main.tf": "" });
    const { stderr, exitCode } = await pipelines(
      "explain",
      "--repo",
      repository,
      "--base",
      "HEAD~1",
      "--event",
      "push",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain(".pipelines/config.yml:2: unknown key `enviroments`; did you mean `environments`?");
  });
});

describe("pipelines plan", () => {
  it("plans the checked-out branch against the deploy branch and shows the report, leaving the repository clean", async () => {
    await git("checkout", "--quiet", "-b", "change");
    await commit({ "a/main.tf": `${resource}\noutput "secret" {\n  sensitive = true\n  value = "hunter22"\n}\n` });
    const { stdout, stderr, exitCode } = await pipelines("plan", "--repo", repository, "--base", "main");
    expect(stdout).toContain('resource "terraform_data" "one"');
    expect(stdout).toContain("📝 to apply  a  default  +1");
    expect(stdout).not.toContain("hunter22");
    expect(stderr).toContain("a (changed");
    expect(exitCode).toBe(0);
    expect((await git("status", "--porcelain", "--ignored")).stdout).toBe("");
  });

  it.each([
    ["is destroyed by the merge", "allow", "🛑 Merging destroys 1 resource", "🗑️ to destroy  b  all  −1"],
    ["stays, by policy", "deny", "✅ Merging changes no resources; 1 unit stays", "✋ stays  b  all  −1"],
  ])("says of a removed unit that it %s", async (_what, destroy, headline, row) => {
    const state = join(repository, ".git", "b.tfstate");
    await writeFile(state, JSON.stringify(STATE));
    await commit({
      ".pipelines/config.yml": `environments:\n  all: { paths: ["**"], destroy: ${destroy} }\n`,
      "b/terragrunt.hcl": unit,
      "b/main.tf": `terraform {\n  backend "local" {\n    path = "${state}"\n  }\n}\n${resource}`,
    });
    await git("checkout", "--quiet", "-b", "change");
    await git("rm", "--quiet", "-r", "b");
    await commit({ "README.md": "b is gone" });
    const { stdout, exitCode } = await pipelines("plan", "--repo", repository, "--base", "main");
    expect(stdout).toContain(`${headline}\n`);
    expect(stdout).toContain(row);
    expect(stdout.includes("set `environments.all.destroy` to `allow`")).toBe(destroy === "deny");
    expect(exitCode).toBe(0);
  });
});

/** A state with the one resource of a unit. */
const STATE = {
  ...{ version: 4, terraform_version: "1.12.0", serial: 1, lineage: "b", outputs: {} },
  resources: [
    {
      ...{ mode: "managed", type: "terraform_data", name: "one" },
      provider: 'provider["terraform.io/builtin/terraform"]',
      instances: [
        {
          schema_version: 0,
          attributes: {
            ...{ id: "1", triggers_replace: null },
            input: { type: "string", value: "1" },
            output: { type: "string", value: "1" },
          },
        },
      ],
    },
  ],
};
