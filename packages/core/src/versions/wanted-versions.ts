import { CONFIGURATION_FILE } from "../configuration/configuration-file.ts";
import { requireExact } from "../tools/exact-version.ts";
import { TOOLS, type ToolName } from "../tools/tool.ts";
import { type Place, VersionError } from "../tools/version-error.ts";
import { configuredVersions } from "./configured.ts";
import { miseBinary, miseVersions } from "./mise.ts";
import type { NamedVersion } from "./named-version.ts";
import { singleVersion, toolVersions } from "./plain-files.ts";

/** A file of the repository as text, `null` where there is none. */
export type ReadText = (file: string) => string | null;

/** A tool that a file of the repository names. */
export type WantedTool = {
  readonly tool: ToolName;
  readonly place: Place;
  /** What stands there as its version, not looked at yet: `versionOf` does. */
  readonly text: string | null;
  readonly otherPublisher: string | null;
};

/** What a repository's files name. */
export type WantedTools = {
  readonly terragrunt: WantedTool | null;
  /** OpenTofu, Terraform or both, as the first file has it that names one of them. */
  readonly binaries: readonly WantedTool[];
  /** What `TG_TF_PATH` is in the first mise.toml that sets it. */
  readonly terragruntRuns: { readonly path: string; readonly place: Place } | null;
};

/** mise's places in its own order, without those of one person or one machine: https://mise.jdx.dev/configuration.html */
const MISE_FILES = [
  ...["mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml"],
  ...[".config/mise.toml", ".config/mise/config.toml"],
];

type Source = { readonly file: string; readonly read: (text: string, readText: ReadText) => NamedVersion[] };

/** Files that name versions; the first that names a tool wins. */
const sources: readonly Source[] = [
  ...MISE_FILES.map((file): Source => ({ file, read: (text, readText) => readMise(text, file, readText) })),
  { file: ".tool-versions", read: toolVersions },
  { file: ".terragrunt-version", read: (text) => singleVersion("terragrunt", text) },
  { file: ".opentofu-version", read: (text) => singleVersion("opentofu", text) },
  { file: ".terraform-version", read: (text) => singleVersion("terraform", text) },
];

function readMise(text: string, file: string, readText: ReadText): NamedVersion[] {
  const lock = `${file.slice(0, file.lastIndexOf("/") + 1)}mise.lock`;
  const locked = readText(lock);
  return miseVersions(text, file, locked === null ? null : { text: locked, file: lock });
}

/**
 * Which tools a repository's files name. Nothing in them is executed.
 *
 * @param configurationFile where the configuration is, if not at its usual place
 * @throws VersionError when a file that may name one can't be parsed
 */
export function wantedTools(readText: ReadText, configurationFile = CONFIGURATION_FILE): WantedTools {
  const configuration: Source = {
    file: configurationFile,
    read: (text) => configuredVersions(text, configurationFile),
  };
  let terragrunt: WantedTool | null = null;
  let binaries: readonly WantedTool[] = [];
  for (const { file, read } of [...sources, configuration]) {
    if (terragrunt !== null && binaries.length > 0) break;
    const text = readText(file);
    if (text === null) continue;
    const named = read(text, readText);
    const found = TOOLS.flatMap((tool): WantedTool[] => {
      const first = named.find((one) => one.tool === tool);
      if (first === undefined) return [];
      return [{ tool, text: first.text, otherPublisher: first.otherPublisher, place: { file, line: first.line } }];
    });
    terragrunt ??= found.find(({ tool }) => tool === "terragrunt") ?? null;
    if (binaries.length === 0) binaries = found.filter(({ tool }) => tool !== "terragrunt");
  }
  return { terragrunt, binaries, terragruntRuns: terragruntRuns(readText) };
}

function terragruntRuns(readText: ReadText): WantedTools["terragruntRuns"] {
  for (const file of MISE_FILES) {
    const text = readText(file);
    const set = text === null ? null : miseBinary(text, file);
    if (set !== null) return { path: set.path, place: { file, line: set.line } };
  }
  return null;
}

/**
 * The exact version of a tool that a file names; `null` is the one that the machine has.
 *
 * @throws VersionError for what is no exact version number, for another publisher's program, and for what is too old
 */
export function versionOf({ tool, text, place, otherPublisher }: WantedTool): string | null {
  if (otherPublisher !== null) {
    throw new VersionError(
      `this names ${otherPublisher}'s ${tool}, and Pipelines installs that of its publisher alone; ` +
        "name that one, or put yours on the PATH and give the action `tools: false`",
      place,
    );
  }
  // asdf's and mise's word for what is installed already.
  return text?.trim() === "system" ? null : requireExact(tool, text, place);
}
