/**
 * Installs the Terragrunt and the OpenTofu or Terraform that a repository asks for: plain JavaScript, run by the three
 * actions before their bundle. Version NUMBERS are read from the repository's own files; nothing of these files is
 * executed, so a pull request can choose a release and nothing else. A release is checked against its publisher's list
 * of SHA-256 sums. Programs go into a folder of this job: a shared cache could be filled by a pull request for an apply.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULTS, refuseOld, VersionError, wantedVersions } from "./versions.mjs";
import { fileOfZip } from "./zip.mjs";

/** @typedef {import("./versions.mjs").Wanted} Wanted */

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
  if (name.endsWith(".tar.gz")) untar(archive, program, target);
  else if (name.endsWith(".zip")) writeFileSync(join(target, program), unzip(archive, program));
  else renameSync(archive, join(target, program));
  chmodSync(join(target, program), 0o755);
  return target;
}

function untar(archive, program, folder) {
  const ran = spawnSync("tar", ["-xzf", archive, "-C", folder, program], { encoding: "utf8" });
  if (ran.status !== 0) throw new VersionError(`tar failed: ${(ran.error?.message ?? ran.stderr).trim()}`);
}

function unzip(archive, program) {
  const content = fileOfZip(readFileSync(archive), program);
  if (content === null) throw new VersionError(`${archive} is no zip archive with ${program} in it`);
  return content;
}

/** What to install for each tool that something has to be done about; where no file names a version, what is there will do. */
function main(environment) {
  const choice = environment.PIPELINES_TOOLS?.trim() || "true";
  if (choice === "false") return;
  if (choice !== "true") throw new VersionError(`input \`tools\` must be \`true\` or \`false\`, not \`${choice}\``);
  const wanted = wantedVersions(readerOf(environment));
  const named = new Set(wanted.map(({ tool }) => tool));
  for (const one of wanted) {
    const { program } = releases[one.tool];
    if (installedVersion(program) !== one.version) provide(one, environment);
    else {
      console.log(`${program} ${one.version} is on the PATH, as ${one.from} wants`);
      putFirst(program, environment);
    }
  }
  if (!named.has("terragrunt")) provideAny("terragrunt", ["terragrunt"], environment);
  if (!named.has("opentofu") && !named.has("terraform")) provideAny("opentofu", ["tofu", "terraform"], environment);
}

/**
 * The executor takes whichever of OpenTofu and Terraform comes first on the PATH, OpenTofu where both are in one folder.
 * Where that is not the one that the repository names, a folder with that one alone is put before the others.
 */
function putFirst(program, environment) {
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const place = (name) => folders.findIndex((folder) => existsSync(join(folder, name)));
  const [own, other] = [place(program), place(program === "tofu" ? "terraform" : "tofu")];
  if (program === "terragrunt" || other < 0 || own < other || (own === other && program === "tofu")) return;
  const folder = join(environment.RUNNER_TEMP ?? ".", "pipelines-tools", `${program}-alone`);
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, program), { force: true });
  symlinkSync(join(resolve(folders[own]), program), join(folder, program));
  appendFileSync(environment.GITHUB_PATH ?? "/dev/stdout", `${folder}\n`);
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
    if (tool === "terragrunt") refuseOld(present);
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
    const place = error.file === null ? "" : `file=${error.file},${error.line === null ? "" : `line=${error.line},`}`;
    console.log(`::error ${place}title=Terragrunt and OpenTofu::${message}`);
    process.exitCode = 1;
  }
}
