import { parse, TomlError, type TomlTable } from "smol-toml";
import { toolNamed } from "../tool.ts";
import { VersionError } from "../version-error.ts";
import { linesOf, type NamedVersion } from "./named-version.ts";

/**
 * The `[tools]` of a mise.toml, in every form that TOML and mise have for them: `terragrunt = "1.1.3"`, a table with
 * `version`, a list of either (the first one counts), dotted and quoted keys, a backend before the name.
 *
 * @param lock the mise.lock beside it, where there is one: it has the exact version for `latest` and for ranges
 * @throws VersionError when one of the files is no TOML
 */
export function miseVersions(
  text: string,
  file: string,
  lock: { readonly text: string; readonly file: string } | null,
): NamedVersion[] {
  const locked = lock === null ? {} : toolsOf(toml(lock.text, lock.file));
  return Object.entries(toolsOf(toml(text, file))).flatMap(([key, value]) => {
    const named = toolNamed(key);
    if (named === null) return [];
    const wanted = versionIn(value);
    return [{ ...named, text: lockedVersion(locked[key], wanted) ?? wanted, line: lineOf(key, text) }];
  });
}

function toml(text: string, file: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = /^Invalid TOML document: (.*)/.exec(error.message)?.[1] ?? "it is malformed";
    const hint = what.includes("numeric literal") ? " (a version stands in quotes)" : "";
    throw new VersionError(`this is no TOML, so no version can be read from ${file}: ${what}${hint}`, {
      file,
      line: error.line,
    });
  }
}

function toolsOf(document: TomlTable): TomlTable {
  const tools = document["tools"];
  return isTable(tools) ? tools : {};
}

const isTable = (value: unknown): value is TomlTable =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

function versionIn(value: unknown): string | null {
  if (Array.isArray(value)) return versionIn(value[0]);
  if (isTable(value)) return versionIn(value["version"]);
  return typeof value === "string" ? value : null;
}

/** What mise has locked for a tool: the entry that was made for these words, or the only one. */
function lockedVersion(entries: unknown, wanted: string | null): string | null {
  if (wanted === null) return null;
  const all = (Array.isArray(entries) ? entries : [entries]).filter(isTable);
  const specified = all.find(({ specifiers }) => Array.isArray(specifiers) && specifiers.includes(wanted));
  const chosen = specified ?? (all.length === 1 ? all[0] : undefined);
  return chosen === undefined ? null : versionIn(chosen);
}

/** Nobody writes a longer one, and looking costs the square of its length. */
const MOST_LINES = 1000;

/**
 * The line on which a tool is named. The parser tells values, not places, but the shortest beginning of the file that is
 * TOML and has the version ends with the statement that names it, and the one before it ended right above.
 */
function lineOf(key: string, text: string): number | null {
  const lines = linesOf(text).slice(0, MOST_LINES);
  let above = 0;
  let header: number | null = null;
  for (let end = 1; end <= lines.length; end += 1) {
    const beginning = parsedOrNull(lines.slice(0, end).join("\n"));
    if (beginning === null) continue;
    const value = toolsOf(beginning)[key];
    if (value !== undefined && !(isTable(value) && value["version"] === undefined)) return above + 1;
    if (value !== undefined) header ??= above + 1;
    above = end;
  }
  // A table without a version.
  return header;
}

function parsedOrNull(text: string): TomlTable | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
