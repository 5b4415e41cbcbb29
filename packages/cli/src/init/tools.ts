import { type Choice, chooseBinary, type Evidence } from "@pipelines/core/evidence/choose-binary";
import { meets } from "@pipelines/core/evidence/constraint";
import { binaryOf, evidenceOf } from "@pipelines/core/evidence/evidence-of";
import { OLDEST, wayToUpgrade } from "@pipelines/core/terragrunt/oldest";
import { exactVersion, judgeVersion } from "@pipelines/core/tools/exact-version";
import { type ToolName, testedVersion, titleOf } from "@pipelines/core/tools/tool";
import type { Place } from "@pipelines/core/tools/version-error";
import { repositoryFiles } from "@pipelines/core/versions/repository-files";
import { type WantedTool, type WantedTools, wantedTools } from "@pipelines/core/versions/wanted-versions";

/** What is written under `tools`, what a person has to do, and what is not sure. */
export type GuessedTools = {
  readonly pins: readonly { readonly tool: ToolName; readonly version: string }[];
  readonly steps: readonly string[];
  readonly doubts: readonly string[];
  /** What files say against each other. */
  readonly conflicts: readonly string[];
};

/** The tools that a repository asks for, and what Pipelines would take where it does not say. */
export function guessTools(wanted: WantedTools, evidence: readonly Evidence[]): GuessedTools {
  const terragrunt = ofTerragrunt(wanted.terragrunt);
  const choice = chooseBinary(evidence);
  const isSaid = evidence.some((one) => "binary" in one && one.binary !== null);
  const binary = ofBinary(choice, isSaid, wanted.binaries, evidence);
  return {
    pins: [...terragrunt.pins, ...binary.pins],
    steps: [...terragrunt.steps, ...binary.steps],
    doubts: [...terragrunt.doubts, ...binary.doubts],
    conflicts: binary.conflicts,
  };
}

const NOTHING: GuessedTools = { pins: [], steps: [], doubts: [], conflicts: [] };
const at = ({ file, line }: Place): string => (line === null ? file : `${file}:${line}`);

function ofTerragrunt(wanted: WantedTool | null): GuessedTools {
  if (wanted !== null) return ofNamed(wanted);
  return {
    ...NOTHING,
    pins: [{ tool: "terragrunt", version: testedVersion("terragrunt") }],
    doubts: [
      `No file names a version of Terragrunt: \`tools.terragrunt\` has the one that Pipelines is tested with. What does the team use today? Before ${OLDEST.terragrunt} it has to be upgraded first.`,
    ],
  };
}

/** What is to be done about a version that a file names; nothing where it can be used. */
function ofNamed({ tool, text, place, otherPublisher }: WantedTool): GuessedTools {
  const where = at(place);
  const title = titleOf(tool);
  if (otherPublisher !== null) {
    return { ...NOTHING, steps: [`${where} names ${otherPublisher}'s ${tool}; name that of its publisher.`] };
  }
  if (text?.trim() === "system") return NOTHING;
  const judged = judgeVersion(tool, text ?? "");
  if (judged.kind === "exact") return NOTHING;
  const like = `such as ${testedVersion(tool)}`;
  return judged.kind === "old"
    ? { ...NOTHING, steps: [upgradeStep(tool, judged.version, where)] }
    : { ...NOTHING, steps: [`${where} names no exact version of ${title}: write one, ${like}.`] };
}

function upgradeStep(tool: ToolName, version: string, where: string): string {
  return `${titleOf(tool)} ${version} (${where}) is too old: Pipelines needs ${OLDEST[tool]} or newer, such as ${testedVersion(tool)}; change it in the pull request that adds Pipelines. ${wayToUpgrade(tool)}`;
}

function ofBinary(
  choice: Choice,
  isSaid: boolean,
  named: readonly WantedTool[],
  evidence: readonly Evidence[],
): GuessedTools {
  if (choice.kind === "undecided") {
    return { ...NOTHING, steps: [`${choice.message}. Until then nothing is planned.`] };
  }
  const { binary, reason } = choice;
  const conflicts = choice.doubts.map(({ message }) => `${message}.`);
  const doubts = [
    ...(isSaid
      ? []
      : [
          `Nothing says OpenTofu or Terraform: \`tools\` names ${titleOf(binary)}. If the state is Terraform's, name \`terraform\` there before the first apply; OpenTofu's apply would change the state for good.`,
        ]),
  ];
  const wanted = named.find((one) => binaryOf(one) === binary);
  if (wanted !== undefined) return { ...ofNamed(wanted), doubts, conflicts };
  if (binary === "opentofu") {
    return {
      ...NOTHING,
      conflicts,
      pins: [{ tool: "opentofu", version: testedVersion("opentofu") }],
      doubts: isSaid
        ? [
            ...doubts,
            `No file names a version of OpenTofu (${reason}): \`tools.opentofu\` has the one that Pipelines is tested with.`,
          ]
        : doubts,
    };
  }
  const version = versionAskedFor(evidence);
  if (version !== null) return { ...NOTHING, conflicts, pins: [{ tool: "terraform", version }], doubts };
  return {
    ...NOTHING,
    conflicts,
    doubts,
    steps: [
      `${reason}, and no file names its version: write the one that the state was applied with, ${OLDEST.terraform} or newer, in .terraform-version or as \`tools.terraform\`.`,
    ],
  };
}

/** The one Terraform that constraints leave, where they leave one. */
function versionAskedFor(evidence: readonly Evidence[]): string | null {
  const required = evidence.filter((one) => one.kind === "required");
  for (const { constraint } of required) {
    const version = exactVersion(constraint);
    if (
      version !== null &&
      judgeVersion("terraform", version).kind === "exact" &&
      required.every((one) => meets(version, one.constraint) !== false)
    )
      return version;
  }
  return null;
}

/** The tools of a repository that is checked out in a folder. @throws VersionError when a file of versions can't be parsed */
export function toolsOfCheckout(folder: string): GuessedTools {
  const wanted = wantedTools(repositoryFiles(folder, null));
  return guessTools(wanted, evidenceOf(wanted, folder, null));
}
