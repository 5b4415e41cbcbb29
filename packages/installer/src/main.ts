import { appendFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import process from "node:process";
import { InputError, inputsFrom } from "@pipelines/core/actions/inputs";
import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { chooseBinary, type Evidence } from "@pipelines/core/evidence/choose-binary";
import { meets } from "@pipelines/core/evidence/constraint";
import { evidenceOf } from "@pipelines/core/evidence/evidence-of";
import { exactVersion, refuseOld } from "@pipelines/core/tools/exact-version";
import { type BinaryName, programOf, type ToolName, testedVersion } from "@pipelines/core/tools/tool";
import { type Place, VersionError } from "@pipelines/core/tools/version-error";
import { repositoryFiles } from "@pipelines/core/versions/repository-files";
import { versionOf, type WantedTool, type WantedTools, wantedTools } from "@pipelines/core/versions/wanted-versions";
import { annotate } from "./annotations.ts";
import { install } from "./install/install.ts";
import { folderToPutFirst, installedVersion } from "./machine.ts";

/** What the steps below need to know about the job that they run in. */
type Job = {
  readonly repository: string;
  readonly configurationFile: string | null;
  readonly path: string;
  /** A folder of this job alone. */
  readonly folder: string;
  addToPath(folder: string): void;
};

/**
 * Puts the Terragrunt and the OpenTofu or Terraform that a repository asks for on the PATH of the job. It runs before
 * anything else of ours. Version numbers are read from the repository's own files; nothing of these files is executed, so
 * a pull request can choose a release and nothing else.
 */
function main(environment: NodeJS.ProcessEnv): void {
  const inputs = inputsFrom(environment);
  if (!inputs.flag("tools", true)) return;
  const job = jobOf(environment);
  const readText = repositoryFiles(job.repository, job.configurationFile);
  const wanted = wantedTools(readText, job.configurationFile ?? CONFIGURATION_FILE);
  provide(
    "terragrunt",
    wanted.terragrunt,
    "no file names a version",
    { version: testedVersion("terragrunt"), place: null },
    job,
  );
  provideBinary(wanted, job);
}

function jobOf(environment: NodeJS.ProcessEnv): Job {
  const inputs = inputsFrom(environment);
  return {
    repository: resolve(inputs.optional("repository") ?? environment["GITHUB_WORKSPACE"] ?? "."),
    configurationFile: inputs.optional("config"),
    path: environment["PATH"] ?? "",
    folder: resolve(environment["RUNNER_TEMP"] ?? ".", "pipelines-tools"),
    addToPath: (folder) => appendFileSync(environment["GITHUB_PATH"] ?? "/dev/stdout", `${folder}\n`),
  };
}

function provideBinary(wanted: WantedTools, job: Job): void {
  const evidence = evidenceOf(wanted, job.repository, job.path);
  const choice = chooseBinary(evidence);
  if (choice.kind === "undecided") throw new VersionError(choice.message, choice.place);
  for (const { message, place } of choice.doubts) annotate("warning", message, inWorkspace(place));
  const { binary, reason } = choice;
  const named = wanted.binaries.find(({ tool }) => tool === binary) ?? null;
  console.log(reason);
  if (provide(binary, named, reason, unnamedVersion(binary, evidence), job) === "installed") return;
  const first = folderToPutFirst(binary, job.path, job.folder);
  if (first !== null) job.addToPath(first);
}

/** A version that no file names as such. */
type Unnamed = { readonly version: string; readonly place: Place | null };

/**
 * What is installed where no file names a version and the machine has none. A newer Terraform changes the state for good:
 * only a constraint that leaves one choice stands for a person's, else it is `null`.
 */
function unnamedVersion(binary: BinaryName, evidence: readonly Evidence[]): Unnamed | null {
  if (binary === "opentofu") return { version: testedVersion(binary), place: null };
  const required = evidence.filter((one) => one.kind === "required");
  for (const { constraint, place } of required) {
    const version = exactVersion(constraint);
    if (version !== null && required.every((one) => meets(version, one.constraint) !== false))
      return { version, place };
  }
  return null;
}

/**
 * Installs a tool unless the machine has what is wanted.
 *
 * @param wanted what a file names, `null` where none does: then what the machine has will do
 * @param reason why this tool, where no file names it
 * @param unnamed the version to install where no file names one, `null` where a person has to
 * @returns whether something was installed, which is then the first on the PATH
 */
function provide(
  tool: ToolName,
  wanted: WantedTool | null,
  reason: string,
  unnamed: Unnamed | null,
  job: Job,
): "installed" | "present" {
  const program = programOf(tool);
  const present = installedVersion(tool);
  const version = wanted === null ? null : versionOf(wanted);
  const from = wanted?.place.file ?? "no file names a version";
  if (present !== null && (version === null || version === present)) {
    refuseOld(tool, present, null);
    console.log(`${program} ${present} is on the PATH${wanted === null ? `; ${from}` : `, as ${from} wants`}`);
    return "present";
  }
  if (wanted !== null && version === null) {
    throw new VersionError(
      `this wants the machine's own ${tool}, and there is none on the PATH; name a version, like ${testedVersion(tool)}`,
      wanted.place,
    );
  }
  const chosen = version ?? unnamed?.version;
  if (chosen === undefined) {
    throw new VersionError(
      `${reason}. Its version is yours to choose, since a newer one changes the state for good: ` +
        `name it in mise.toml or .tool-versions, or in a file .${tool}-version, like ${testedVersion(tool)}`,
    );
  }
  refuseOld(tool, chosen, wanted?.place ?? unnamed?.place ?? null);
  job.addToPath(install(tool, chosen, job.folder));
  console.log(`${program} ${chosen} installed and checked (${from})`);
  return "installed";
}

/** Proves that the bundle can do its work: its parsers are there, and choose what they should. */
function selfTest(): void {
  const files: Readonly<Record<string, string>> = {
    "mise.toml": '[tools]\nterragrunt = "1.1.3"\n',
    [CONFIGURATION_FILE]: "tools: { opentofu: 1.12.6 }\n",
  };
  const { terragrunt, binaries } = wantedTools((file) => files[file] ?? null);
  if (terragrunt?.text !== "1.1.3" || binaries[0]?.text !== "1.12.6") throw new Error("version files are not read");
  process.stdout.write("installer: ready\n");
}

/** A place as GitHub counts it: from the workspace, in which the repository may be a folder. */
function inWorkspace(place: Place | null): Place | null {
  if (place === null) return null;
  const inputs = inputsFrom(process.env);
  const folder = place.file === inputs.optional("config") ? "." : (inputs.optional("repository") ?? ".");
  return { file: relative(".", isAbsolute(place.file) ? place.file : join(folder, place.file)), line: place.line };
}

try {
  if (process.argv.includes("--self-test")) selfTest();
  else main(process.env);
} catch (error) {
  if (!(error instanceof VersionError || error instanceof InputError)) throw error;
  annotate("error", error.message, inWorkspace(error instanceof VersionError ? error.place : null));
  process.exitCode = 1;
}
