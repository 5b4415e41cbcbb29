import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

const installer = resolve(import.meta.dirname, "../src/main.ts");
/** The real one, wherever this machine has it. */
const curl = execFileSync("sh", ["-c", "command -v curl"], { encoding: "utf8" }).trim();

const zipOf = (files: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));
const sha256 = (content: Buffer | string): string => createHash("sha256").update(content).digest("hex");
const program = (says: string): string => `#!/bin/sh\necho ${says}\n`;

describe("installing", () => {
  let folder: string;
  let server: Server;
  /** What publishers have, by host and path. A text that starts with `->` leads elsewhere. */
  let served: Map<string, Buffer | string>;
  let asked: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pipelines-tools-"));
    served = new Map();
    asked = [];
    server = createServer(({ url = "" }, response) => {
      asked.push(url.slice(1));
      const content = served.get(url.slice(1));
      if (content === undefined) response.writeHead(404).end();
      else if (typeof content === "string" && content.startsWith("->")) {
        response.writeHead(302, { location: `/${content.slice(2)}` }).end();
      } else if (content === "broken off") {
        response.writeHead(200, { "content-length": "1000" }).write("#!", () => response.destroy());
      } else response.end(content);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = z.object({ port: z.number() }).parse(server.address());
    // The real curl, led from `https://host/path` to `http://here/host/path`. Any other address is refused.
    await put(
      "bin/curl",
      `#!/bin/bash
url="\${*: -1}"
[[ " $* " == *" --proto =https "* && "$url" == https://* ]] || exit 99
exec "${curl}" "\${@:1:$#-2}" --proto =http -- "http://127.0.0.1:${port}/\${url#https://}"
`,
    );
  });
  afterEach(async () => {
    await new Promise((closed) => server.close(closed));
    await rm(folder, { recursive: true, force: true });
  });

  const put = async (name: string, text: string) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text, { mode: 0o755 });
  };

  /** Runs the program where a repository and a machine have these files. */
  const install = async (
    repository: Readonly<Record<string, string>>,
    machine: Readonly<Record<string, string>> = {},
    inputs: Readonly<Record<string, string>> = { PIPELINES_REPOSITORY: `${folder}/repository` },
  ) => {
    for (const [name, text] of Object.entries(repository)) await put(`repository/${name}`, text);
    for (const [name, text] of Object.entries(machine)) await put(name, text);
    await put("path", "");
    await mkdir(join(folder, "repository"), { recursive: true });
    const { stdout, exitCode } = await execa(process.execPath, [installer], {
      cwd: folder,
      extendEnv: false,
      reject: false,
      env: {
        PATH: `${folder}/bin:${folder}/later:/usr/bin:/bin`,
        ...inputs,
        RUNNER_TEMP: folder,
        GITHUB_PATH: `${folder}/path`,
      },
    });
    const added = (await readFile(join(folder, "path"), "utf8")).split("\n").slice(0, -1);
    return { stdout, exitCode, added: added.map((path) => path.replace(`${folder}/`, "")) };
  };
  const says = async (added: string | undefined, name: string): Promise<string> =>
    (await execa(join(folder, added ?? "", name))).stdout;

  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const [os, terragrunts] = [process.platform, "github.com/gruntwork-io/terragrunt/releases/download/v1.1.9"];
  const terraforms = "releases.hashicorp.com/terraform/1.13.0";
  const zipped = `terraform_1.13.0_${os}_${architecture}.zip`;
  const serveTerragrunt = (sum?: string) => {
    const [name, content] = [`terragrunt_${os}_${architecture}`, program("terragrunt version v1.1.9")];
    // As GitHub does it: the file of a release is elsewhere.
    served.set(`${terragrunts}/${name}`, "->objects.example.com/1");
    served.set("objects.example.com/1", content);
    served.set(`${terragrunts}/SHA256SUMS`, `${sum ?? sha256(content)}  ${name}\n`);
  };
  const serveTerraform = (content: Buffer) => {
    served.set(`${terraforms}/${zipped}`, content);
    served.set(`${terraforms}/terraform_1.13.0_SHA256SUMS`, `${sha256(content)}  ${zipped}\n`);
  };
  const tofu = { "bin/tofu": program("OpenTofu v1.12.6") };
  const terragrunt = { "bin/terragrunt": program("terragrunt version v1.1.9") };

  it("puts releases that have their publishers' sums on the PATH of the job, each in a folder of the job", async () => {
    serveTerragrunt();
    const tarball = `tofu_1.12.6_${os}_${architecture}.tar.gz`;
    await put("packed/tofu", program("OpenTofu v1.12.6"));
    await put("packed/LICENSE", "text");
    await execa("tar", ["-czf", join(folder, tarball), "-C", join(folder, "packed"), "LICENSE", "tofu"]);
    const tofus = "github.com/opentofu/opentofu/releases/download/v1.12.6";
    const content = await readFile(join(folder, tarball));
    served.set(`${tofus}/${tarball}`, content);
    served.set(`${tofus}/tofu_1.12.6_SHA256SUMS`, `${"0".repeat(64)}  other\n${sha256(content)} *${tarball}\n`);
    const { stdout, exitCode, added } = await install({ ".tool-versions": "terragrunt 1.1.9\nopentofu 1.12.6\n" });
    expect(stdout).toContain("terragrunt 1.1.9 installed and checked (.tool-versions)");
    expect(exitCode).toBe(0);
    expect(added).toEqual(["pipelines-tools/terragrunt-1.1.9", "pipelines-tools/opentofu-1.12.6"]);
    expect(await says(added[0], "terragrunt")).toContain("1.1.9");
    expect(await says(added[1], "tofu")).toContain("1.12.6");
  });

  it("unpacks Terraform's zip, the program and nothing else", async () => {
    serveTerraform(zipOf({ "LICENSE.txt": "text", terraform: program("Terraform v1.13.0"), "../evil": "x" }));
    const { stdout, exitCode, added } = await install({ ".terraform-version": "1.13.0\n" }, { ...tofu, ...terragrunt });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("terraform 1.13.0 installed and checked")]);
    expect(added).toEqual(["pipelines-tools/terraform-1.13.0"]);
    expect(await says(added[0], "terraform")).toBe("Terraform v1.13.0");
    expect((await readdir(join(folder, "pipelines-tools/terraform-1.13.0"))).toSorted()).toEqual(
      ["sums", "terraform", zipped].toSorted(),
    );
    expect(await readdir(join(folder, "pipelines-tools"))).toEqual(["terraform-1.13.0"]);
  });

  it.each([
    ["is no archive", Buffer.from("<html>not found</html>"), "is no zip archive with terraform in it"],
    ["lacks the program", zipOf({ "LICENSE.txt": "text" }), "is no zip archive with terraform in it"],
  ])("a zip that %s is an error, and nothing is put on the PATH", async (_, content, message) => {
    serveTerraform(content);
    const { stdout, exitCode, added } = await install({ ".terraform-version": "1.13.0\n" }, { ...tofu, ...terragrunt });
    expect([exitCode, added, stdout]).toEqual([1, [], expect.stringContaining(message)]);
  });

  it("installs nothing whose sum is another, and says both", async () => {
    serveTerragrunt("0".repeat(64));
    const { stdout, exitCode, added } = await install({ ".terragrunt-version": "1.1.9" }, tofu);
    expect(stdout).toMatch(
      /^::error title=Terragrunt and OpenTofu::terragrunt_.* has the SHA-256 .*; its publisher says 0000/m,
    );
    expect([exitCode, added]).toEqual([1, []]);
  });

  it("says which address has no such release", async () => {
    const { stdout, exitCode, added } = await install({ ".terragrunt-version": "1.1.77" }, tofu);
    expect(stdout).toMatch(
      /^::error .*::https:\/\/github\.com\/gruntwork-io\/.*\/v1\.1\.77\/SHA256SUMS could not be downloaded: .*404/m,
    );
    expect([exitCode, added]).toEqual([1, []]);
  });

  it("says which host can't be reached", async () => {
    await new Promise((closed) => server.close(closed));
    const { stdout, exitCode, added } = await install({ ".terragrunt-version": "1.1.9" }, tofu);
    expect(stdout).toMatch(/^::error .*::https:\/\/github\.com\/.*\/SHA256SUMS could not be downloaded: curl: \(7\)/m);
    expect([exitCode, added]).toEqual([1, []]);
  });

  it("installs nothing of a download that breaks off", async () => {
    serveTerragrunt();
    served.set("objects.example.com/1", "broken off");
    const { stdout, exitCode, added } = await install({ ".terragrunt-version": "1.1.9" }, tofu);
    expect(stdout).toMatch(/^::error .*::https:\/\/github\.com\/.* could not be downloaded: curl: \(18\)/m);
    expect([exitCode, added]).toEqual([1, []]);
  });

  it("fetches nothing where the machine has what the repository names, or nothing is named", async () => {
    const named = await install(
      { ".tool-versions": "terragrunt 1.1.9\nopentofu 1.12.6\n" },
      { ...tofu, ...terragrunt },
    );
    expect([named.exitCode, named.added]).toEqual([0, []]);
    const unnamed = await install({ ".tool-versions": "" });
    expect([unnamed.exitCode, unnamed.added]).toEqual([0, []]);
    expect(unnamed.stdout).toContain("tofu 1.12.6 is on the PATH; no file names a version");
    expect(asked).toEqual([]);
  });

  it("takes the machine's Terraform where the repository names it, though OpenTofu comes first", async () => {
    const machine = { ...tofu, ...terragrunt, "later/terraform": program("Terraform v1.13.0") };
    const { exitCode, added } = await install({ ".terraform-version": "1.13.0\n" }, machine);
    expect([exitCode, added]).toEqual([0, ["pipelines-tools/terraform-alone"]]);
    expect(await readdir(join(folder, "pipelines-tools/terraform-alone"))).toEqual(["terraform"]);
    expect(await says(added[0], "terraform")).toBe("Terraform v1.13.0");
    expect((await install({ ".terraform-version": "", ".opentofu-version": "1.12.6" })).added).toEqual([]);
  });

  const lock = { "prod/vpc/.terraform.lock.hcl": 'provider "registry.terraform.io/hashicorp/aws" {\n}\n' };
  it("keeps to Terraform where lock files say so, though OpenTofu comes first", async () => {
    const machine = { ...tofu, ...terragrunt, "later/terraform": program("Terraform v1.13.0") };
    const { stdout, exitCode, added } = await install(lock, machine);
    expect([exitCode, added]).toEqual([0, ["pipelines-tools/terraform-alone"]]);
    expect(stdout).toContain("Terraform: prod/vpc/.terraform.lock.hcl:1 was written for Terraform");
  });

  it("keeps to Terraform where mise tells Terragrunt so", async () => {
    const machine = { ...tofu, ...terragrunt, "later/terraform": program("Terraform v1.13.0") };
    const { stdout, added } = await install({ ".mise.toml": '[env]\nTG_TF_PATH = "terraform"\n' }, machine);
    expect(added).toEqual(["pipelines-tools/terraform-alone"]);
    expect(stdout).toContain("Terraform: .mise.toml:2 sets TG_TF_PATH to Terraform");
  });

  it("installs the Terraform that a constraint allows alone, and leaves any other choice of it to a person", async () => {
    serveTerraform(zipOf({ terraform: program("Terraform v1.13.0") }));
    const machine = { ...tofu, ...terragrunt };
    const open = await install(lock, machine);
    expect([open.exitCode, open.added, asked]).toEqual([1, [], []]);
    expect(open.stdout).toMatch(/^::error .*Its version is yours to choose.*a file \.terraform-version/m);
    const pinned = await install({ ...lock, "versions.tf": 'terraform { required_version = "1.13.0" }\n' }, machine);
    expect([pinned.exitCode, pinned.added]).toEqual([0, ["pipelines-tools/terraform-1.13.0"]]);
  });

  it("stops before anything is installed where lock files are of both, and warns where a name speaks against them", async () => {
    const both = { ...lock, "dev/.terraform.lock.hcl": 'provider "registry.opentofu.org/hashicorp/aws" {\n}\n' };
    const machine = { ...tofu, ...terragrunt };
    const undecided = await install(both, machine);
    expect([undecided.exitCode, undecided.added]).toEqual([1, []]);
    expect(undecided.stdout).toMatch(
      /^::error .*file=repository\/prod\/vpc\/\.terraform\.lock\.hcl,line=1::OpenTofu or Terraform\?/m,
    );
    const decided = await install({ ".opentofu-version": "1.12.6" }, machine);
    expect([decided.exitCode, decided.added]).toEqual([0, []]);
    expect(decided.stdout).toMatch(
      /^::warning .*file=repository\/prod\/vpc\/.*::OpenTofu runs here \(\.opentofu-version:1 names it\)/m,
    );
  });

  it("takes the machine's own where a file says `system`, and says where there is none", async () => {
    const files = { ".tool-versions": "terragrunt system\nterraform system\n" };
    const { stdout, exitCode } = await install(files, { ...tofu, ...terragrunt });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("terragrunt 1.1.9 is on the PATH, as .tool-versions wants");
    expect(stdout).toMatch(
      /^::error .*file=repository\/\.tool-versions,line=2::this wants the machine's own terraform/m,
    );
  });

  it("shows nothing of a file that a link leads to outside of the repository", async () => {
    await mkdir(join(folder, "repository"));
    await symlink("/proc/self/environ", join(folder, "repository/.terraform-version"));
    const { stdout, exitCode } = await install({}, { ...tofu, ...terragrunt });
    expect([exitCode, stdout.includes("RUNNER_TEMP")]).toEqual([1, false]);
    expect(stdout).toMatch(/^::error .*file=repository\/\.terraform-version::this is a link to a file outside/m);
  });

  it("says what to do where the machine's Terragrunt is too old and no file names one", async () => {
    const { stdout, exitCode } = await install(
      {},
      { ...tofu, "bin/terragrunt": program("terragrunt version v0.99.4") },
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      "Terragrunt 0.99.4 on the PATH is too old; Pipelines needs 1.1.1 or newer: name one in mise.toml",
    );
  });

  it("says on the file and line that names it which version can't be", async () => {
    const { stdout, exitCode } = await install({ "mise.toml": '[tools]\nterragrunt = "latest"\n' });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^::error title=Terragrunt and OpenTofu,file=repository\/mise.toml,line=2::`latest` is no exact version/m,
    );
  });

  it("reads the configuration that the workflow names, and no other", async () => {
    const own = { ".pipelines/config.yml": "tools: { opentofu: latest }\n" };
    const machine = { ...tofu, ...terragrunt, "ours.yml": "tools:\n  opentofu: 1.12\n" };
    const inputs = { PIPELINES_REPOSITORY: "repository", PIPELINES_CONFIG: "ours.yml" };
    const { stdout, exitCode } = await install(own, machine, inputs);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^::error .*,file=ours\.yml,line=2::`1\.12` is no exact version of opentofu/m);
  });

  it.each([
    ["yes", 1],
    [" false ", 0],
  ])("takes `tools: %s` strictly", async (tools, expected) => {
    const env = { PATH: "/usr/bin:/bin", PIPELINES_TOOLS: tools };
    const { stdout, exitCode } = await execa(process.execPath, [installer], { extendEnv: false, reject: false, env });
    expect([exitCode, stdout.includes("must be `true` or `false`")]).toEqual([expected, expected === 1]);
  });
});
