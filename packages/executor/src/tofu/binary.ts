import { execFileSync } from "node:child_process";
import { realpath } from "node:fs/promises";
import { binariesOn } from "@pipelines/core/evidence/binaries-on-path";
import { type Choice, chooseBinary } from "@pipelines/core/evidence/choose-binary";
import { evidenceOf } from "@pipelines/core/evidence/evidence-of";
import { ToolError } from "@pipelines/core/terragrunt/binary";
import { isOlder, OLDEST, wayToUpgrade } from "@pipelines/core/terragrunt/oldest";
import { type BinaryName, programOf, titleOf } from "@pipelines/core/tools/tool";
import { VersionError } from "@pipelines/core/tools/version-error";
import { repositoryFiles } from "@pipelines/core/versions/repository-files";
import { wantedTools } from "@pipelines/core/versions/wanted-versions";

/** The OpenTofu or Terraform that plans and applies. */
export type Binary = {
  readonly kind: "tofu" | "terraform";
  readonly program: string;
  readonly version: string;
  /** What it prints when it is asked for its version. */
  readonly versionText: string;
};

/** The binary for a repository, and what speaks against it. */
export type ChosenBinary = {
  readonly binary: Binary;
  /** What speaks against it, in sentences. */
  readonly doubts: readonly string[];
  /** Whether some file has `terraform_binary`, so that a unit may name the other one. */
  readonly isSetInFiles: boolean;
};

/**
 * The OpenTofu or Terraform of the team whose repository it is, by the same rule as the installer's: what is on the PATH
 * decides only where nothing of the repository does.
 *
 * @param repository the folder of its checkout
 * @throws ToolError when it is not on the PATH, is too old, or nothing can decide
 */
export async function chosenBinary(env: Readonly<Record<string, string>>, repository: string): Promise<ChosenBinary> {
  const path = env["PATH"] ?? "";
  const { choice, isSetInFiles } = choiceFor(repository, path);
  if (choice.kind === "undecided") throw new ToolError("tofu", `${placed(choice)}${choice.message}.`);
  const { binary: name, reason } = choice;
  const found = binariesOn(path).find(({ binary }) => binary === name);
  if (found === undefined) throw new ToolError(programOf(name), missing(name, reason, path));
  const binary = await readBinary(name, found.program, env);
  return { binary, doubts: choice.doubts.map(({ message }) => `${message}.`), isSetInFiles };
}

function choiceFor(repository: string, path: string): { readonly choice: Choice; readonly isSetInFiles: boolean } {
  try {
    const wanted = wantedTools(repositoryFiles(repository, null));
    const evidence = evidenceOf(wanted, repository, path);
    const isSetInFiles = evidence.some((one) => one.kind === "set" && one.by === "terraform_binary");
    return { choice: chooseBinary(evidence), isSetInFiles };
  } catch (error) {
    if (!(error instanceof VersionError)) throw error;
    throw new ToolError("tofu", `${placed(error)}${error.message}.`, { cause: error });
  }
}

function placed({ place }: Pick<VersionError, "place">): string {
  if (place === null) return "";
  return `${place.file}${place.line === null ? "" : `:${place.line}`}: `;
}

function missing(name: BinaryName, reason: string, path: string): string {
  const [other] = binariesOn(path);
  const oldest = OLDEST[name];
  if (other === undefined)
    return `Neither tofu nor terraform is on the PATH. Install ${titleOf(name)} ${oldest} or newer.`;
  return `This repository is for ${reason}, and \`${programOf(name)}\` is not on the PATH, where ${titleOf(other.binary)} is. Install ${titleOf(name)} ${oldest} or newer: an apply of the other one would change the state for good.`;
}

async function readBinary(name: BinaryName, program: string, env: Readonly<Record<string, string>>): Promise<Binary> {
  const kind = programOf(name) === "tofu" ? "tofu" : "terraform";
  const said = execFileSync(program, ["version"], { env: { ...env }, encoding: "utf8" });
  const version = /v(\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (version === undefined) throw new ToolError(kind, `${program} does not say its version.`);
  if (isOlder(version, OLDEST[name])) {
    throw new ToolError(
      kind,
      `${kind} v${version} is too old: Pipelines needs ${OLDEST[name]} or newer. ${wayToUpgrade(name)}`,
    );
  }
  return { kind, program: await realpath(program), version, versionText: said };
}
