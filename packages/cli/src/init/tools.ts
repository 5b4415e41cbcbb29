import { type Choice, chooseBinary, type Evidence } from "@pipelines/core/evidence/choose-binary";
import { meets } from "@pipelines/core/evidence/constraint";
import { binaryOf, evidenceOf } from "@pipelines/core/evidence/evidence-of";
import { OLDEST, wayToUpgrade } from "@pipelines/core/terragrunt/oldest";
import { exactVersion, judgeVersion } from "@pipelines/core/tools/exact-version";
import { type ToolName, testedVersion, titleOf } from "@pipelines/core/tools/tool";
import type { Place } from "@pipelines/core/tools/version-error";
import { repositoryFiles } from "@pipelines/core/versions/repository-files";
import { type WantedTool, type WantedTools, wantedTools } from "@pipelines/core/versions/wanted-versions";
import { binaryInWorkflows, type WorkflowVersion } from "./workflow-versions.ts";

/** What is written under `tools`, what a person has to do, and what is not sure. */
export type GuessedTools = {
  readonly pins: readonly { readonly tool: ToolName; readonly version: string }[];
  readonly steps: readonly string[];
  readonly doubts: readonly string[];
  /** What files say against each other. */
  readonly conflicts: readonly string[];
};

/**
 * The tools that a repository asks for, and what Pipelines would take where it does not say.
 *
 * @param installed what the team's own workflows install: no file that Pipelines goes by, and still what is in use
 */
export function guessTools(
  wanted: WantedTools,
  evidence: readonly Evidence[],
  installed: readonly WorkflowVersion[] = [],
): GuessedTools {
  const terragrunt = ofTerragrunt(wanted.terragrunt, installed);
  const own = chooseBinary(evidence);
  const isSaid = evidence.some((one) => "binary" in one && one.binary !== null);
  const inWorkflows = binaryInWorkflows(installed);
  const choice: Choice =
    !isSaid && inWorkflows !== null
      ? { kind: "chosen", binary: inWorkflows, reason: `${titleOf(inWorkflows)}: workflows install it`, doubts: [] }
      : own;
  const binary = ofBinary(choice, isSaid || inWorkflows !== null, wanted.binaries, evidence, installed);
  return {
    pins: [...terragrunt.pins, ...binary.pins],
    steps: [...terragrunt.steps, ...binary.steps],
    doubts: [...terragrunt.doubts, ...binary.doubts],
    conflicts: binary.conflicts,
  };
}

const NOTHING: GuessedTools = { pins: [], steps: [], doubts: [], conflicts: [] };
const at = ({ file, line }: Place): string => (line === null ? file : `${file}:${line}`);

function ofTerragrunt(wanted: WantedTool | null, installed: readonly WorkflowVersion[]): GuessedTools {
  if (wanted !== null) return ofNamed(wanted);
  const used = installed.find(({ tool }) => tool === "terragrunt");
  if (used !== undefined) return ofInstalled(used);
  return {
    ...NOTHING,
    pins: [{ tool: "terragrunt", version: testedVersion("terragrunt") }],
    doubts: [
      `No file names a version of Terragrunt: \`tools.terragrunt\` has the one that Pipelines is tested with. What does the team use today? Before ${OLDEST.terragrunt} it has to be upgraded first.`,
    ],
  };
}

/** A version that workflows install and no file names: it is pinned where Pipelines can use it. */
function ofInstalled({ tool, version, place, others }: WorkflowVersion): GuessedTools {
  const title = titleOf(tool);
  const also = others.length === 0 ? "" : ` Other workflows install ${others.join(", ")}.`;
  if (judgeVersion(tool, version).kind === "exact") {
    const doubt = `${title}: \`tools.${tool}\` has ${version}, which ${at(place)} installs.${also}`;
    return { ...NOTHING, pins: [{ tool, version }], doubts: [doubt] };
  }
  const newer = testedVersion(tool);
  const step = `${title} ${version}, which ${at(place)} installs, is too old: Pipelines needs ${OLDEST[tool]} or newer, and \`tools.${tool}\` has ${newer}.${also} ${wayToUpgrade(tool)}`;
  return { ...NOTHING, pins: [{ tool, version: newer }], steps: [step] };
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
  installed: readonly WorkflowVersion[],
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
  const used = installed.find(({ tool }) => tool === binary);
  if (used !== undefined) {
    const guessed = ofInstalled(used);
    return { ...guessed, conflicts, doubts: [...guessed.doubts, ...doubts] };
  }
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
      `${reason}, and no file names its version for the whole repository: write the one that the state was applied with, ${OLDEST.terraform} or newer, in .terraform-version or as \`tools.terraform\`.`,
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

/**
 * The tools of a repository that is checked out in a folder.
 *
 * @throws VersionError when a file of versions can't be parsed
 */
export function toolsOfCheckout(folder: string, installed: readonly WorkflowVersion[] = []): GuessedTools {
  const wanted = wantedTools(repositoryFiles(folder, null));
  return guessTools(wanted, evidenceOf(wanted, folder, null), installed);
}
