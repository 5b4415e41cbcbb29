/** Which Terragrunt and which OpenTofu or Terraform a repository asks for, read from its files and never executed. */

/** @typedef {"terragrunt" | "opentofu" | "terraform"} ToolName */
/** @typedef {{ tool: ToolName, version: string, from: string }} Wanted */
/** @typedef {{ tool: ToolName, version: string | null, line: number }} Named `null` is a version that can't be read */

/** What is installed where nothing says which version and the tool is not on the PATH. */
export const DEFAULTS = { terragrunt: "1.1.3", opentofu: "1.12.6" };

const OLDEST_TERRAGRUNT = [1, 1, 1];
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?$/;

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

/** A version that can't be installed, with the file and line that name it where a file does. */
export class VersionError extends Error {
  /** @param {string} message @param {string | null} [file] @param {number | null} [line] */
  constructor(message, file = null, line = null) {
    super(message);
    this.file = file;
    this.line = line;
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
  for (const { file, read: namedIn } of sources) {
    const text = read(file);
    if (text === null) continue;
    /** @type {Named[]} */
    const named = namedIn(text);
    for (const tool of /** @type {ToolName[]} */ (["terragrunt", "opentofu", "terraform"])) {
      const slot = tool === "terragrunt" ? "terragrunt" : "binary";
      const one = named.find((candidate) => candidate.tool === tool);
      if (one !== undefined && !found.has(slot)) found.set(slot, { tool, version: exact(one, file), from: file });
    }
  }
  return [...found.values()];
}

/** @param {Named} named */
function exact({ tool, version, line }, file) {
  const like = `write it like ${DEFAULTS[tool] ?? "1.13.0"}`;
  if (version === null) throw new VersionError(`the version of ${tool} can't be read here; ${like}`, file, line);
  const number = version.replace(/^v/, "");
  if (!VERSION.test(number)) {
    throw new VersionError(`\`${version}\` is no exact version of ${tool}; ${like}`, file, line);
  }
  if (tool === "terragrunt") refuseOld(number, file, line);
  return number;
}

/**
 * @param {string} version of Terragrunt
 * @throws {VersionError} when it is too old for Pipelines
 */
export function refuseOld(version, file = null, line = null) {
  const [numbers = "", preview] = version.split("-", 2);
  const difference = numbers
    .split(".")
    .map((part, index) => Number(part) - OLDEST_TERRAGRUNT[index])
    .find((part) => part !== 0);
  if ((difference ?? (preview === undefined ? 0 : -1)) >= 0) return;
  const where = file === null ? "on the PATH is too old" : "is too old";
  const what = file === null ? "name one in mise.toml, .tool-versions or .terragrunt-version" : "write a newer one";
  throw new VersionError(
    `Terragrunt ${version} ${where}; Pipelines needs ${OLDEST_TERRAGRUNT.join(".")} or newer: ${what}, like ${DEFAULTS.terragrunt}`,
    file,
    line,
  );
}

/**
 * The `[tools]` table: `terragrunt = "1.1.3"`, `opentofu = { version = "1.12.6" }`, `[tools.terraform]`, also with a
 * backend before the name (`"aqua:gruntwork-io/terragrunt"`).
 *
 * @returns {Named[]}
 */
function miseVersions(text) {
  const found = [];
  let table = "";
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const header = /^\s*\[(?!\[)(.+)\]\s*(?:#.*)?$/.exec(line)?.[1];
    table = header ?? table;
    const [, key, value] =
      /^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=\s*(.*)$/.exec(line) ?? [];
    if (header !== undefined || key === undefined || value === undefined) continue;
    const [first, name, property = "version"] = [...namesIn(table), ...namesIn(key)];
    const tool = first === "tools" && property === "version" ? toolNamed(name) : undefined;
    if (tool === undefined) continue;
    const version = /^\[?\s*(?:\{.*?\bversion\s*=\s*)?["']([^"']*)["']/.exec(value)?.[1] ?? null;
    found.push({ tool, version, line: index + 1 });
  }
  return found;
}

/** The parts of a dotted TOML key. */
function namesIn(key) {
  return [...key.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map(([, one, other, bare]) => one ?? other ?? bare);
}

/** Lines of `tool version [fallback …]`. @returns {Named[]} */
function asdfVersions(text) {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const [name, version = null] = (line.split("#", 1)[0] ?? "").trim().split(/\s+/);
    const tool = toolNamed(name);
    return tool === undefined ? [] : [{ tool, version, line: index + 1 }];
  });
}

/** The `tools` key, as a block or in braces. Whether the file is right as a whole is checked by the orchestrator. */
function configVersions(text) {
  const block = /^tools:[ \t]*(\{[^}\n]*\}|(?:#.*)?(?:\r?\n(?:[ \t]+.*|[ \t]*))*)/m.exec(text);
  if (block === null) return [];
  const named = /(?:^|[\s{,])(terragrunt|opentofu|terraform):[ \t]*["']?([^"'\s,}#]+)/g;
  return [...block[0].matchAll(named)].map(({ 0: all, 1: tool, 2: version, index }) => ({
    tool,
    version,
    line: text.slice(0, block.index + index + all.length).split("\n").length,
  }));
}

/** The first line that is no comment. @returns {Named[]} */
function single(tool, text) {
  const lines = text.split(/\r?\n/).map((line) => (line.split("#", 1)[0] ?? "").trim());
  const index = lines.findIndex((line) => line !== "");
  return index < 0 ? [] : [{ tool, version: lines[index] ?? null, line: index + 1 }];
}

function toolNamed(name) {
  const last = name
    ?.replace(/\[.*\]$/, "")
    .split(/[:/]/)
    .at(-1);
  if (last === "tofu" || last === "opentofu") return "opentofu";
  return last === "terragrunt" || last === "terraform" ? last : undefined;
}
