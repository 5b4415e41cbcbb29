import { access, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

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

  it("warns beside the document of tools that the repository names and GitHub's run would refuse", async () => {
    await commit({ "b/terragrunt.hcl": unit, "b/main.tf": resource, ".terragrunt-version": "0.45.0\n" });
    const { stdout, stderr } = await pipelines("explain", "--repo", repository, "--base", "HEAD~1", "--json");
    expect(Assessment.parse(JSON.parse(stdout)).units).toHaveLength(1);
    expect(stderr).toMatch(/^warning: Terragrunt 0\.45\.0 \(\.terragrunt-version:1\) is too old: .*https:/m);
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
    expect(stdout).toContain("apply  a  main.tf");
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
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr.replaceAll(/^Reading the commits.*$/gm, "").trim()]).toEqual([0, ""]);
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

describe("pipelines explain, beside the comparison", () => {
  it("goes by the configuration that init has just written, also for commits that have none, and says so", async () => {
    await commit({ "a/main.tf": resource.replace("1", "2") });
    await mkdir(join(repository, ".pipelines"));
    await writeFile(join(repository, ".pipelines/config.yml"), 'environments:\n  live: { paths: ["a"] }\n');
    const { stdout, exitCode } = await pipelines("explain", "--repo", repository, "--base", "HEAD~1");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("live: 1 unit");
    expect(stdout).toMatch(/Commit \w{8} has no \.pipelines\/config\.yml: this goes by the one in your folder\./);
    expect(stdout).not.toContain("Not committed");

    await commit({ "a/main.tf": resource.replace("1", "3") });
    await commit({ "a/main.tf": resource.replace("1", "4") });
    await writeFile(join(repository, ".pipelines/config.yml"), 'environments:\n  other: { paths: ["a"] }\n');
    const committed = await pipelines("explain", "--repo", repository, "--base", "HEAD~1");
    expect(committed.stdout).toContain("live: 1 unit");
    expect(committed.stdout).toContain("Not committed, so not looked at: .pipelines/config.yml");
  });

  it("says where a command may read what no unit is known to read, and how to say so", async () => {
    const reads = `${unit}locals {\n  x = run_cmd("--terragrunt-quiet", "sh", "-c", "echo 1; ls")\n}\n`;
    await commit({ "a/terragrunt.hcl": reads, "policies/x.json": "{}" });
    await commit({ "policies/x.json": '{"a":1}' });
    const { stdout } = await pipelines("explain", "--repo", repository, "--base", "HEAD~1");
    expect(stdout).toContain("What `run_cmd` reads can't be seen (a/terragrunt.hcl:5)");
    expect(stdout).toContain('extra_reads: [{ files: ["policies/x.json"], units: ["…"] }]');
  });

  it("says nothing of commands that print what they are given, or what git knows of the repository", async () => {
    const prints = ['"echo", "1"', '"sh", "-c", "echo \'${1 + 1}\'"', '"git", "rev-parse", "--is-bare-repository"'];
    const locals = prints.map((command, at) => `  x${at} = run_cmd("--terragrunt-quiet", ${command})\n`).join("");
    await commit({ "a/terragrunt.hcl": `${unit}locals {\n${locals}}\n`, "policies/x.json": "{}" });
    await commit({ "policies/x.json": '{"a":1}' });
    const { stdout } = await pipelines("explain", "--repo", repository, "--base", "HEAD~1");
    expect(stdout).toContain("policies/x.json");
    expect(stdout).not.toContain("run_cmd");
  });

  it("does not say of the configuration that it was given that it was not looked at", async () => {
    await commit({ "a/main.tf": resource.replace("1", "2") });
    await mkdir(join(repository, ".pipelines"));
    const config = join(repository, ".pipelines/config.yml");
    await writeFile(config, 'environments:\n  live: { paths: ["a"] }\n');
    const { stdout } = await pipelines("explain", "--repo", repository, "--base", "HEAD~1", "--config", config);
    expect(stdout).toContain("live: 1 unit");
    expect(stdout).not.toContain("Not committed");
  });

  it("says what is not committed, so not looked at", async () => {
    await commit({ "a/main.tf": resource.replace("1", "2") });
    await writeFile(join(repository, "a/main.tf"), resource.replace("1", "3"));
    const { stdout } = await pipelines("explain", "--repo", repository, "--base", "HEAD~1");
    expect(stdout).toContain("Not committed, so not looked at: a/main.tf.");
  });
});

describe("pipelines", () => {
  it("shows the defaults of options as they are typed", async () => {
    const { stdout } = await pipelines("help", "init");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("(default: OWNER/pipelines@v1, to be filled in)");
  });

  it("has a version", async () => {
    const { version } = JSON.parse(await readFile(resolve(import.meta.dirname, "../../../package.json"), "utf8"));
    expect((await pipelines("--version")).stdout).toBe(version);
  });

  it.each(["explain", "plan", "validate", "status", "history", "init", "doctor"])(
    "shows examples of %s, and what its exit codes mean",
    async (name) => {
      const { stdout, exitCode } = await pipelines(name, "--help");
      expect(exitCode).toBe(0);
      expect(stdout).toContain(`Examples:\n  pipelines ${name}`);
      expect(stdout).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /);
    },
  );
});

describe("Ctrl-C", () => {
  it("says at once what is waited for, ends it the second time, and leaves nothing behind", async () => {
    await commit({ "b/terragrunt.hcl": unit, "b/main.tf": resource });
    const tools = join(repository, ".git/tools");
    await mkdir(tools);
    const started = join(tools, "started");
    const deaf = `#!/bin/sh\n[ "$1" = --version ] && { echo "terragrunt version v1.1.6"; exit; }\ntrap "" INT TERM\ntouch ${started}\nwhile :; do sleep 0.1; done\n`;
    await writeFile(join(tools, "terragrunt"), deaf, { mode: 0o755 });
    const running = execa(process.execPath, [command, "explain", "--repo", repository, "--base", "HEAD~1"], {
      ...{ cwd: tmpdir(), reject: false },
      env: { PATH: `${tools}:${process.env["PATH"] ?? ""}` },
    });
    let said = "";
    running.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
    });
    await vi.waitFor(() => access(started), { timeout: 30_000 });
    running.kill("SIGINT");
    await vi.waitFor(() => expect(said).toMatch(/Stopping: waiting for terragrunt find \(\d+ s\)/), {
      timeout: 10_000,
    });
    running.kill("SIGINT");
    const { exitCode, stdout, stderr } = await running;
    expect([exitCode, stdout]).toEqual([130, ""]);
    expect(stderr).toContain("Nothing was changed.");
    expect((await git("worktree", "list")).stdout.split("\n")).toHaveLength(1);
  });
});

describe("pipelines plan", () => {
  it("plans what is not committed as well, says so first, and leaves branch, index and files as they are", async () => {
    await git("checkout", "--quiet", "-b", "change");
    await writeFile(join(repository, "a/main.tf"), `${resource}output "edited" {\n  value = 1\n}\n`);
    await mkdir(join(repository, "new"));
    await writeFile(join(repository, "new/terragrunt.hcl"), unit);
    await writeFile(join(repository, "new/main.tf"), resource);
    const before = (await git("status", "--porcelain")).stdout;
    const { stdout, stderr, exitCode } = await pipelines("plan", "--repo", repository, "--base", "main");
    expect(stderr).toMatch(/^Planned with what is not committed: a\/main.tf, new\/main.tf, new\/terragrunt.hcl\.\n/);
    expect(stdout).toContain("edited");
    expect(stdout).toContain("📝 to apply  new  default  +1");
    expect(exitCode).toBe(0);
    expect((await git("status", "--porcelain")).stdout).toBe(before);
    expect((await git("log", "--oneline", "main..change")).stdout).toBe("");
  });

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
