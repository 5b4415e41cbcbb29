import { parse, TomlError, type TomlTable } from "smol-toml";
import { exactVersion } from "../tools/exact-version.ts";
import { type ToolName, toolNamed } from "../tools/tool.ts";
import { VersionError } from "../tools/version-error.ts";
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
    return [{ ...named, text: lockedVersion(key, named.tool, locked, wanted) ?? wanted, line: lineOfTool(key, text) }];
  });
}

/** The line of a tool's version, else where the tool is named first. */
function lineOfTool(key: string, text: string): number | null {
  const versioned = lineOf(text, (document) => {
    const value = toolsOf(document)[key];
    return value !== undefined && !(isTable(value) && value["version"] === undefined);
  });
  return versioned ?? lineOf(text, (document) => toolsOf(document)[key] !== undefined);
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

/**
 * The exact version that mise has locked for words that leave some open: the entry that was made for these words, in older
 * lock files, which do not say that, one that fits them. A lock that was not renewed after an edit fits nothing.
 */
function lockedVersion(key: string, tool: ToolName, locked: TomlTable, wanted: string | null): string | null {
  if (wanted === null || exactVersion(wanted) !== null) return null;
  // mise keeps what it locked under a name that the file no longer has.
  const named = Object.keys(locked).filter((one) => toolNamed(one)?.tool === tool);
  const entries = (named.includes(key) ? [key] : named).flatMap((one) => locked[one]).filter(isTable);
  const made = entries.find(({ specifiers }) => Array.isArray(specifiers) && specifiers.includes(wanted));
  const older = entries.filter(({ specifiers }) => specifiers === undefined).map(versionIn);
  const beginning = wanted.replace(/^prefix:/, "");
  return (
    versionIn(made) ?? older.find((version) => wanted === "latest" || version?.startsWith(`${beginning}.`)) ?? null
  );
}

/** Variables that tell Terragrunt which binary to run, by their names in its newer and older versions. */
const BINARY_VARIABLES = ["TG_TF_PATH", "TERRAGRUNT_TFPATH"];

/** The path of the binary that a mise.toml's `[env]` gives to Terragrunt, `null` where it gives none. */
export function miseBinary(text: string, file: string): { readonly path: string; readonly line: number | null } | null {
  const environment = toml(text, file)["env"];
  if (!isTable(environment)) return null;
  const name = BINARY_VARIABLES.find((variable) => typeof environment[variable] === "string");
  if (name === undefined) return null;
  return {
    path: String(environment[name]),
    line: lineOf(text, (document) => isTable(document["env"]) && document["env"][name]),
  };
}

/** Nobody writes a longer one, and looking costs the square of its length. */
const MOST_LINES = 1000;

/**
 * The line on which something is said. The parser tells values, not places, but the shortest beginning of the file that is
 * TOML and says it ends with the statement that says it, and the one before it ended right above.
 */
function lineOf(text: string, says: (document: TomlTable) => unknown): number | null {
  const lines = linesOf(text).slice(0, MOST_LINES);
  let above = 0;
  for (let end = 1; end <= lines.length; end += 1) {
    const beginning = parsedOrNull(lines.slice(0, end).join("\n"));
    if (beginning === null) continue;
    if (says(beginning)) return above + 1;
    above = end;
  }
  return null;
}

function parsedOrNull(text: string): TomlTable | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
