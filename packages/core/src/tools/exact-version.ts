import semver from "semver";
import { OLDEST, wayToUpgrade } from "../terragrunt/oldest.ts";
import { type ToolName, testedVersion, titleOf } from "./tool.ts";
import { type Place, VersionError } from "./version-error.ts";

/** The version number in a text as people write it (`1.12.6`, `v1.12.6`, `= 1.12.6`), `null` where it is no exact one. */
export function exactVersion(text: string): string | null {
  const number = text.trim().replace(/^=?\s*v?/, "");
  const parsed = semver.parse(number);
  // `1.5.7+ent` is another program than 1.5.7, from another place.
  return parsed === null || parsed.build.length > 0 || parsed.version !== number ? null : number;
}

export type JudgedVersion =
  | { readonly kind: "exact"; readonly version: string }
  /** A range, an alias, another publisher's build, or no version at all. */
  | { readonly kind: "inexact" }
  /** Older than what Pipelines works with. */
  | { readonly kind: "old"; readonly version: string };

/** Whether a text names one exact version of a tool that Pipelines works with. */
export function judgeVersion(tool: ToolName, text: string): JudgedVersion {
  const version = exactVersion(text);
  if (version === null) return { kind: "inexact" };
  return { kind: semver.lt(version, OLDEST[tool]) ? "old" : "exact", version };
}

/**
 * The exact version that a file names.
 *
 * @param text what stands in the file; `null` where that is no text
 * @throws VersionError for a range, an alias or anything else that is no exact number, and for what is too old
 */
export function requireExact(tool: ToolName, text: string | null, place: Place): string {
  const like = `write it like ${testedVersion(tool)}`;
  if (text === null) throw new VersionError(`the version of ${tool} can't be read here; ${like}`, place);
  const judged = judgeVersion(tool, text);
  if (judged.kind === "inexact") {
    throw new VersionError(`\`${shown(text)}\` is no exact version of ${tool}; ${like}${reasonFor(text)}`, place);
  }
  if (judged.kind === "old") refuseOld(tool, judged.version, place);
  return judged.version;
}

/** Why it is refused, where people may wonder. */
function reasonFor(text: string): string {
  if (text.includes("{{")) return ": templates are filled in by mise alone, and nothing of the repository is executed";
  if (/^\s*v?\d+\.\d+\.\d+\+/.test(text)) return ": other builds are not among its publisher's public releases";
  return semver.validRange(text.replace(/^v/, "")) !== null || /^(?:latest|prefix:|[~<>^!])/.test(text.trim())
    ? ", so that what was planned is applied by the same release"
    : "";
}

/** A file of the repository may hold anything: what is shown of it is short and printable. */
function shown(text: string): string {
  const printable = text.replaceAll(/[^\x20-\x7e]/g, "?");
  return printable.length > 40 ? `${printable.slice(0, 40)}…` : printable;
}

/**
 * @param place where a file names it, `null` for a program on the PATH
 * @throws VersionError when the version is too old for Pipelines
 */
export function refuseOld(tool: ToolName, version: string, place: Place | null): void {
  const oldest = OLDEST[tool];
  if (!semver.lt(version, oldest)) return;
  const [where, what] =
    place === null
      ? ["on the PATH is too old", `name one in mise.toml, .tool-versions or .${tool}-version`]
      : ["is too old", "write a newer one"];
  throw new VersionError(
    `${titleOf(tool)} ${version} ${where}; Pipelines needs ${oldest} or newer: ${what}, like ${testedVersion(tool)}. ${wayToUpgrade(tool)}`,
    place,
  );
}
