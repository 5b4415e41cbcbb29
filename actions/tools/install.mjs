/**
 * Installs the Terragrunt and the OpenTofu or Terraform that a repository asks for: plain JavaScript, run by the three
 * actions before their bundle. Version NUMBERS are read from the repository's own files; nothing of these files is
 * executed, so a pull request can choose a release and nothing else. A release is checked against its publisher's list
 * of SHA-256 sums. Programs go into a folder of this job: a shared cache could be filled by a pull request for an apply.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {"terragrunt" | "opentofu" | "terraform"} ToolName */
/** @typedef {{ tool: ToolName, version: string, from: string }} Wanted */

/** What is installed where nothing says which version and the tool is not on the PATH. */
const DEFAULTS = { terragrunt: "1.1.3", opentofu: "1.12.6" };
const OLDEST_TERRAGRUNT = [1, 1, 1];
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?$/;

/** What each tool's program is called, and where its releases are. */
const releases = {
  terragrunt: {
    program: "terragrunt",
    file: (_version, os, arch) => `terragrunt_${os}_${arch}`,
    folder: (version) => `https://github.com/gruntwork-io/terragrunt/releases/download/v${version}`,
    sums: () => "SHA256SUMS",
  },
  opentofu: {
    program: "tofu",
    file: (version, os, arch) => `tofu_${version}_${os}_${arch}.tar.gz`,
    folder: (version) => `https://github.com/opentofu/opentofu/releases/download/v${version}`,
    sums: (version) => `tofu_${version}_SHA256SUMS`,
  },
  terraform: {
    program: "terraform",
    file: (version, os, arch) => `terraform_${version}_${os}_${arch}.zip`,
    folder: (version) => `https://releases.hashicorp.com/terraform/${version}`,
    sums: (version) => `terraform_${version}_SHA256SUMS`,
  },
};

/** Files that name versions, the first that names a tool wins. */
const sources = [
  { file: "mise.toml", read: miseVersions },
  { file: ".mise.toml", read: miseVersions },
  { file: ".tool-versions", read: asdfVersions },
  { file: ".terragrunt-version", read: (text) => single("terragrunt", text) },
  { file: ".opentofu-version", read: (text) => single("opentofu", text) },
  { file: ".terraform-version", read: (text) => single("terraform", text) },
  { file: ".pipelines/config.yml", read: configVersions },
];

/** A version that can't be installed, with the file that names it where one does. */
export class VersionError extends Error {
  /** @param {string} message @param {string | null} [file] */
  constructor(message, file = null) {
    super(message);
    this.file = file;
  }
}

/**
 * Which versions a repository asks for. OpenTofu goes before Terraform where both are named in one file.
 *
 * @param {(file: string) => string | null} read a file of the repository, `null` where there is none
 * @returns {Wanted[]} at most one of Terragrunt, at most one of OpenTofu and Terraform
 * @throws {VersionError} for what is no exact version number, and for a Terragrunt that is too old
 */
export function wantedVersions(read) {
  /** @type {Map<string, Wanted>} */
  const found = new Map();
  for (const source of sources) {
    const text = read(source.file);
    if (text === null) continue;
    const versions = source.read(text);
    for (const tool of /** @type {ToolName[]} */ (["terragrunt", "opentofu", "terraform"])) {
      const version = versions[tool];
      const slot = tool === "terragrunt" ? "terragrunt" : "runner";
      if (version === undefined || found.has(slot)) continue;
      found.set(slot, { tool, version: exact(tool, version.replace(/^v/, ""), source.file), from: source.file });
    }
  }
  return [...found.values()];
}

function exact(tool, version, file) {
  if (!VERSION.test(version)) {
    throw new VersionError(
      `\`${version}\` is no exact version of ${tool}; write it like ${DEFAULTS[tool] ?? "1.2.3"}`,
      file,
    );
  }
  const parts = version.split(/[.-]/, 3).map(Number);
  const difference = parts.map((part, index) => part - OLDEST_TERRAGRUNT[index]).find((part) => part !== 0) ?? 0;
  if (tool === "terragrunt" && difference < 0) {
    throw new VersionError(
      `Terragrunt ${version} is too old; Pipelines needs ${OLDEST_TERRAGRUNT.join(".")} or newer`,
      file,
    );
  }
  return version;
}

/** The `[tools]` table: `terragrunt = "1.1.3"`, `opentofu = { version = "1.12.6" }`, also with a backend before the name. */
function miseVersions(text) {
  const versions = {};
  let table = "";
  for (const line of text.split(/\r?\n/)) {
    table = /^\s*\[([^[\]]+)\]\s*(?:#.*)?$/.exec(line)?.[1]?.trim() ?? table;
    if (table !== "tools") continue;
    const [, key, version] =
      /^\s*["']?([\w:./-]+)["']?\s*=\s*(?:\{.*?\bversion\s*=\s*)?\[?\s*["']([^"']*)["']/.exec(line) ?? [];
    const tool = key === undefined ? undefined : toolNamed(key);
    if (tool !== undefined && version !== undefined) versions[tool] = version;
  }
  return versions;
}

/** Lines of `tool version [fallback …]`. */
function asdfVersions(text) {
  const versions = {};
  for (const line of text.split(/\r?\n/)) {
    const [name, version] = (line.split("#", 1)[0] ?? "").trim().split(/\s+/);
    const tool = name === undefined ? undefined : toolNamed(name);
    if (tool !== undefined && version !== undefined) versions[tool] = version;
  }
  return versions;
}

/** The `tools` key, as a block or in braces. Whether the file is right as a whole is checked by the orchestrator. */
function configVersions(text) {
  const versions = {};
  const block = /^tools:[ \t]*(\{[^}\n]*\}|(?:#.*)?(?:\r?\n(?:[ \t]+.*|[ \t]*))*)/m.exec(text)?.[1] ?? "";
  for (const [, tool, version] of block.matchAll(
    /(?:^|[\s{,])(terragrunt|opentofu|terraform):[ \t]*["']?([^"'\s,}#]+)/g,
  )) {
    versions[tool] = version;
  }
  return versions;
}

function single(tool, text) {
  const version = text.trim();
  return version === "" ? {} : { [tool]: version };
}

function toolNamed(name) {
  const last = name.split(/[:/]/).at(-1);
  if (last === "tofu" || last === "opentofu") return "opentofu";
  return last === "terragrunt" || last === "terraform" ? last : undefined;
}

/**
 * The SHA-256 that a list of sums has for a file.
 *
 * @throws {VersionError} when the list does not have it
 */
export function sumOf(list, file) {
  for (const line of list.split(/\r?\n/)) {
    const [, sum, name] = /^([0-9a-f]{64})\s+\*?(\S+)$/.exec(line) ?? [];
    if (name === file && sum !== undefined) return sum;
  }
  throw new VersionError(`the list of checksums does not have ${file}; nothing is installed unchecked`);
}

/** The version of a program on the PATH, `null` where there is none. */
function installedVersion(program) {
  const ran = spawnSync(program, ["--version"], { encoding: "utf8", timeout: 60_000, cwd: "/" });
  return ran.status === 0 ? (/v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?)/.exec(ran.stdout)?.[1] ?? null) : null;
}

function fetchFile(url, to) {
  const args = [
    "--fail",
    "--silent",
    "--show-error",
    "--location",
    "--proto",
    "=https",
    "--retry",
    "3",
    "--max-time",
    "300",
  ];
  const ran = spawnSync("curl", [...args, "--output", to, "--", url], { encoding: "utf8" });
  if (ran.status !== 0) throw new VersionError(`${url} can't be had: ${(ran.error?.message ?? ran.stderr).trim()}`);
}

/** @param {Wanted} wanted @returns the folder with the program */
function install({ tool, version }, folder) {
  const { program, file, folder: base, sums } = releases[tool];
  const os = process.platform;
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const target = join(folder, `${tool}-${version}`);
  mkdirSync(target, { recursive: true });
  const name = file(version, os, arch);
  const [archive, list] = [join(target, name), join(target, "sums")];
  fetchFile(`${base(version)}/${sums(version)}`, list);
  fetchFile(`${base(version)}/${name}`, archive);
  const actual = createHash("sha256").update(readFileSync(archive)).digest("hex");
  const expected = sumOf(readFileSync(list, "utf8"), name);
  if (actual !== expected) throw new VersionError(`${name} has the SHA-256 ${actual}; its publisher says ${expected}`);
  if (name.endsWith(".tar.gz")) unpack("tar", ["-xzf", archive, "-C", target, program]);
  else if (name.endsWith(".zip")) unpack("unzip", ["-qo", archive, program, "-d", target]);
  else renameSync(archive, join(target, program));
  chmodSync(join(target, program), 0o755);
  return target;
}

function unpack(command, args) {
  const ran = spawnSync(command, args, { encoding: "utf8" });
  if (ran.status !== 0) throw new VersionError(`${command} failed: ${(ran.error?.message ?? ran.stderr).trim()}`);
}

/** What to install for each tool that something has to be done about; where no file names a version, what is there will do. */
function main(environment) {
  const choice = environment.PIPELINES_TOOLS?.trim() || "true";
  if (choice === "false") return;
  if (choice !== "true") throw new VersionError(`input \`tools\` must be \`true\` or \`false\`, not \`${choice}\``);
  const wanted = wantedVersions(readerOf(environment));
  const named = new Set(wanted.map(({ tool }) => tool));
  for (const one of wanted) {
    const present = installedVersion(releases[one.tool].program);
    if (present === one.version)
      console.log(`${releases[one.tool].program} ${present} is on the PATH, as ${one.from} wants`);
    else provide(one, environment);
  }
  if (!named.has("terragrunt")) provideAny("terragrunt", ["terragrunt"], environment);
  if (!named.has("opentofu") && !named.has("terraform")) provideAny("opentofu", ["tofu", "terraform"], environment);
}

/** Reads files of the repository; the configuration may be another file. */
function readerOf(environment) {
  const repository = resolve(environment.PIPELINES_REPOSITORY?.trim() || environment.GITHUB_WORKSPACE || ".");
  const config = environment.PIPELINES_CONFIG?.trim();
  return (file) => {
    try {
      return readFileSync(
        file === ".pipelines/config.yml" && config ? resolve(config) : join(repository, file),
        "utf8",
      );
    } catch {
      return null;
    }
  };
}

function provideAny(tool, programs, environment) {
  for (const program of programs) {
    const present = installedVersion(program);
    if (present === null) continue;
    console.log(`${program} ${present} is on the PATH; no file names a version`);
    return;
  }
  provide({ tool, version: DEFAULTS[tool], from: "no file names a version" }, environment);
}

function provide(wanted, environment) {
  const folder = install(wanted, join(environment.RUNNER_TEMP ?? ".", "pipelines-tools"));
  appendFileSync(environment.GITHUB_PATH ?? "/dev/stdout", `${folder}\n`);
  console.log(`${releases[wanted.tool].program} ${wanted.version} installed and checked (${wanted.from})`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main(process.env);
  } catch (error) {
    if (!(error instanceof VersionError)) throw error;
    const message = error.message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
    console.log(`::error ${error.file === null ? "" : `file=${error.file},`}title=Terragrunt and OpenTofu::${message}`);
    process.exitCode = 1;
  }
}
