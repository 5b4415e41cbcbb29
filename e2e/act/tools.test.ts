import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { sumOf, wantedVersions } from "../../actions/tools/install.mjs";

const program = resolve(import.meta.dirname, "../../actions/tools/install.mjs");
const from = (files: Readonly<Record<string, string>>) => wantedVersions((file) => files[file] ?? null);

describe("which versions a repository asks for", () => {
  it.each([
    [
      "mise.toml",
      '[env]\nterragrunt = "9.9.9"\n[tools]\nterragrunt = "1.1.3" # why\nopentofu = { version = "1.12.6", os = ["linux"] }\n',
    ],
    [
      ".mise.toml",
      '[tools]\n"aqua:gruntwork-io/terragrunt" = "v1.1.3"\n"ubi:opentofu/opentofu" = ["1.12.6", "1.11.0"]\n',
    ],
    [".tool-versions", "# tools\nnodejs 24.0.0\nterragrunt 1.1.3 1.0.0\nopentofu 1.12.6 # this one\n"],
    [".pipelines/config.yml", 'deploy_branch: main\ntools: { terragrunt: "1.1.3", opentofu: 1.12.6 }\n'],
    [
      ".pipelines/config.yml",
      "tools:\n  # both\n  terragrunt: 1.1.3\n\n  opentofu: '1.12.6'\njobs: { terragrunt: 9.9.9 }\n",
    ],
  ])("%s", (file, text) => {
    expect(from({ [file]: text })).toEqual([
      { tool: "terragrunt", version: "1.1.3", from: file },
      { tool: "opentofu", version: "1.12.6", from: file },
    ]);
  });

  it("the file that is closest to the tool's own goes before the configuration, and OpenTofu and Terraform take one place", () => {
    const found = from({
      ".terragrunt-version": "1.1.4\n",
      ".terraform-version": "1.13.0\n",
      ".pipelines/config.yml": "tools: { terragrunt: 1.1.3, opentofu: 1.12.6 }\n",
    });
    expect(found.map(({ tool, version }) => `${tool} ${version}`)).toEqual(["terragrunt 1.1.4", "terraform 1.13.0"]);
  });

  it.each([
    [".terragrunt-version", "latest", "`latest` is no exact version of terragrunt"],
    [".opentofu-version", "1.12", "`1.12` is no exact version of opentofu"],
    [".opentofu-version", "../../../evil", "is no exact version"],
    ["mise.toml", '[tools]\nterragrunt = "$(touch pwned)"', "is no exact version"],
    [".terragrunt-version", "1.1.0", "Terragrunt 1.1.0 is too old; Pipelines needs 1.1.1 or newer"],
    [".terragrunt-version", "0.99.5", "too old"],
  ])("%s with %s is refused", (file, text, message) => {
    expect(() => from({ [file]: text })).toThrow(message);
  });

  it("nothing is asked for where nothing is said", () => {
    expect(from({})).toEqual([]);
    expect(from({ "mise.toml": "[tools]\nnode = '24'\n", ".pipelines/config.yml": "deploy_branch: main\n" })).toEqual(
      [],
    );
  });

  it("a program that its publisher's list does not have is refused", () => {
    const sum = "a".repeat(64);
    expect(sumOf(`${sum}  tofu_1.zip\n${"b".repeat(64)} *other\n`, "tofu_1.zip")).toBe(sum);
    expect(() => sumOf(`${sum}  tofu_1.zip.evil\n`, "tofu_1.zip")).toThrow("nothing is installed unchecked");
  });
});

describe("installing", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pipelines-tools-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs the program with a `curl` that serves files of a folder by the last part of the address. */
  const install = async (served: Readonly<Record<string, string>>) => {
    const put = async (name: string, text: string) => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text, { mode: 0o755 });
    };
    await put(
      "bin/curl",
      `#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done\ncp "${folder}/served/$(basename "$4")" "$2"\n`,
    );
    await put("bin/tofu", "#!/bin/sh\necho OpenTofu v1.12.6\n");
    for (const [name, text] of Object.entries(served)) await put(`served/${name}`, text);
    await put("repository/.terragrunt-version", "1.1.9");
    await put("path", "");
    const ran = await execa(process.execPath, [program], {
      extendEnv: false,
      reject: false,
      env: {
        PATH: `${folder}/bin:/usr/bin:/bin`,
        PIPELINES_REPOSITORY: `${folder}/repository`,
        RUNNER_TEMP: folder,
        GITHUB_PATH: `${folder}/path`,
      },
    });
    return { ...ran, path: await readFile(join(folder, "path"), "utf8") };
  };
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const file = `terragrunt_${process.platform}_${architecture}`;
  const terragrunt = "#!/bin/sh\necho terragrunt version v1.1.9\n";

  it("puts a release that has its publisher's sum on the PATH of the job, in a folder of the job", async () => {
    const sum = createHash("sha256").update(terragrunt).digest("hex");
    const { stdout, exitCode, path } = await install({ [file]: terragrunt, SHA256SUMS: `${sum}  ${file}\n` });
    expect(stdout).toContain("terragrunt 1.1.9 installed and checked (.terragrunt-version)");
    expect(exitCode).toBe(0);
    expect(path).toBe(`${folder}/pipelines-tools/terragrunt-1.1.9\n`);
    expect((await execa(join(path.trim(), "terragrunt"))).stdout).toContain("1.1.9");
  });

  it("installs nothing whose sum is another, and says both", async () => {
    const { stdout, exitCode, path } = await install({
      [file]: terragrunt,
      SHA256SUMS: `${"0".repeat(64)}  ${file}\n`,
    });
    expect(stdout).toMatch(
      /^::error title=Terragrunt and OpenTofu::terragrunt_.* has the SHA-256 .*; its publisher says 0000/m,
    );
    expect([exitCode, path]).toEqual([1, ""]);
  });

  it("says on the file that names it which version can't be", async () => {
    await mkdir(join(folder, "repository"), { recursive: true });
    await writeFile(join(folder, "repository/mise.toml"), '[tools]\nterragrunt = "latest"\n');
    const env = { PATH: "/usr/bin:/bin", PIPELINES_REPOSITORY: `${folder}/repository`, RUNNER_TEMP: folder };
    const { stdout, exitCode } = await execa(process.execPath, [program], { extendEnv: false, reject: false, env });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^::error file=mise.toml,title=Terragrunt and OpenTofu::`latest` is no exact version/);
  });

  it.each([
    ["yes", 1],
    [" false ", 0],
  ])("takes `tools: %s` strictly", async (tools, expected) => {
    const env = { PATH: "/usr/bin:/bin", PIPELINES_TOOLS: tools };
    const { stdout, exitCode } = await execa(process.execPath, [program], { extendEnv: false, reject: false, env });
    expect([exitCode, stdout.includes("must be `true` or `false`")]).toEqual([expected, expected === 1]);
  });
});

describe("looking for Node", () => {
  const step = z
    .object({ runs: z.object({ steps: z.array(z.looseObject({ name: z.string(), run: z.string().optional() })) }) })
    .parse(parse(readFileSync(resolve(import.meta.dirname, "../../actions/orchestrator/action.yml"), "utf8")))
    .runs.steps.find(({ name }) => name === "Look for Node");

  it.each([
    ["echo v24.1.0", "found=true\n"],
    ["echo v22.0.0", "found=true\n"],
    ["echo v20.19.0", "found=false\n"],
    ["echo nothing sensible", "found=false\n"],
    ["exit 1", "found=false\n"],
  ])("a node that does `%s`", async (script, expected) => {
    const folder = await mkdtemp(join(tmpdir(), "pipelines-node-"));
    await writeFile(join(folder, "node"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await writeFile(join(folder, "step.sh"), step?.run ?? "exit 9");
    await writeFile(join(folder, "output"), "");
    // As the runner starts `shell: bash`.
    const args = ["--noprofile", "--norc", "-e", "-o", "pipefail", join(folder, "step.sh")];
    const env = { PATH: `${folder}:/usr/bin:/bin`, GITHUB_OUTPUT: join(folder, "output") };
    const { exitCode } = await execa("bash", args, { extendEnv: false, reject: false, env });
    expect([exitCode, await readFile(join(folder, "output"), "utf8")]).toEqual([0, expected]);
    await rm(folder, { recursive: true });
  });
});
