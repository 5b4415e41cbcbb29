import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { sumOf } from "../../actions/tools/install.mjs";
import { wantedVersions } from "../../actions/tools/versions.mjs";

const installer = resolve(import.meta.dirname, "../../actions/tools/install.mjs");
/** The real one, wherever this machine has it. */
const curl = execFileSync("sh", ["-c", "command -v curl"], { encoding: "utf8" }).trim();
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
    [
      "mise.toml",
      '[tools.terragrunt]\nos = ["linux"]\nversion = "1.1.3"\n[tools]\n"github:opentofu/opentofu[exe=tofu]" = { os = ["linux"], version = \'1.12.6\' }\n',
    ],
    ["mise.toml", 'tools.terragrunt = "1.1.3"\ntools.opentofu.version = "1.12.6"\n[settings]\nterragrunt = "9.9.9"\n'],
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

  const each = {
    "mise.toml": '[tools]\nterragrunt = "1.1.11"\nopentofu = "1.12.11"\n',
    ".mise.toml": '[tools]\nterragrunt = "1.1.12"\nopentofu = "1.12.12"\n',
    ".tool-versions": "terragrunt 1.1.13\nopentofu 1.12.13\n",
    ".terragrunt-version": "# ours\n1.1.14\n",
    ".opentofu-version": "v1.12.14\n",
    ".terraform-version": "1.13.0\n",
    ".pipelines/config.yml": "tools: { terragrunt: 1.1.16, opentofu: 1.12.16 }\n",
  };
  it.each([
    [[], ["terragrunt 1.1.11", "opentofu 1.12.11"]],
    [["mise.toml"], ["terragrunt 1.1.12", "opentofu 1.12.12"]],
    [
      ["mise.toml", ".mise.toml"],
      ["terragrunt 1.1.13", "opentofu 1.12.13"],
    ],
    [
      ["mise.toml", ".mise.toml", ".tool-versions"],
      ["terragrunt 1.1.14", "opentofu 1.12.14"],
    ],
    [
      ["mise.toml", ".mise.toml", ".tool-versions", ".opentofu-version"],
      ["terragrunt 1.1.14", "terraform 1.13.0"],
    ],
    [Object.keys(each).slice(0, -1), ["terragrunt 1.1.16", "opentofu 1.12.16"]],
  ])(
    "the first file that names a tool decides, OpenTofu and Terraform take one place: without %j",
    (without, expected) => {
      const files = Object.fromEntries(Object.entries(each).filter(([file]) => !without.includes(file)));
      expect(from(files).map(({ tool, version }) => `${tool} ${version}`)).toEqual(expected);
    },
  );

  it.each([
    [".terragrunt-version", "latest", 1, "`latest` is no exact version of terragrunt; write it like 1.1.3"],
    [".opentofu-version", "1.12", 1, "`1.12` is no exact version of opentofu; write it like 1.12.6"],
    [".terraform-version", "\nlatest:^1.13\n", 2, "`latest:^1.13` is no exact version of terraform"],
    [".opentofu-version", "../../../evil", 1, "is no exact version"],
    [".tool-versions", "opentofu 1.12.6\nterragrunt ref:main\n", 2, "`ref:main` is no exact version"],
    [".tool-versions", "\nterragrunt\n", 2, "the version of terragrunt can't be read here; write it like 1.1.3"],
    ["mise.toml", '[tools]\n\nterragrunt = "$(touch pwned)"', 3, "is no exact version"],
    ["mise.toml", '[tools]\nopentofu = [\n  "1.12.6",\n]\n', 2, "the version of opentofu can't be read here"],
    [".pipelines/config.yml", "a: 1\ntools:\n  opentofu: ~> 1.12\n", 3, "`~>` is no exact version"],
    [".terragrunt-version", "1.1.0", 1, "Terragrunt 1.1.0 is too old; Pipelines needs 1.1.1 or newer: write a newer"],
    [".terragrunt-version", "1.1.1-rc1", 1, "too old"],
    [".terragrunt-version", "0.99.5", 1, "too old"],
  ])("%s with %j is refused on line %i", (file, text, line, message) => {
    expect(() => from({ [file]: text })).toThrow(
      expect.objectContaining({ file, line, message: expect.stringContaining(message) }),
    );
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

/** A zip archive as publishers make them: deflated files, their sums and modes, and a list at the end. */
function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const [entries, list]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(text);
    const described = Buffer.alloc(26);
    described.writeUInt16LE(20, 0);
    described.writeUInt16LE(8, 4);
    described.writeUInt32LE(crc32(text), 10);
    described.writeUInt32LE(packed.length, 14);
    described.writeUInt32LE(Buffer.byteLength(text), 18);
    described.writeUInt16LE(Buffer.byteLength(name), 22);
    const central = Buffer.alloc(14);
    central.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    central.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), described, Buffer.from(name), packed]);
    list.push(Buffer.from("PK\x01\x02\x14\x03"), described, central, Buffer.from(name));
    entries.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(list).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...entries, ...list, end]);
}

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
  ) => {
    for (const [name, text] of Object.entries(repository)) await put(`repository/${name}`, text);
    for (const [name, text] of Object.entries(machine)) await put(name, text);
    await put("path", "");
    const { stdout, exitCode } = await execa(process.execPath, [installer], {
      extendEnv: false,
      reject: false,
      env: {
        PATH: `${folder}/bin:${folder}/later:/usr/bin:/bin`,
        PIPELINES_REPOSITORY: `${folder}/repository`,
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
      /^::error .*::https:\/\/github\.com\/gruntwork-io\/.*\/v1\.1\.77\/SHA256SUMS can't be had: .*404/m,
    );
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
      /^::error file=mise.toml,line=2,title=Terragrunt and OpenTofu::`latest` is no exact version/,
    );
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
