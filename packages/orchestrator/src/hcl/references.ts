import { posix } from "node:path";
import { evaluate, repositoryPath, type Scope } from "./evaluate.ts";
import { FILE_FUNCTIONS, isKnownFunction } from "./functions.ts";
import { itemsOf } from "./items.ts";
import { type Attribute, attributesIn, type Body, callsIn, type Expression } from "./parse.ts";

/** What a file refers to by paths that are known without Terragrunt. All paths are the repository's. */
export type References = {
  /** Arguments of `file()`, `templatefile()` and the like, var files, and files that `run_cmd` and hooks are given. */
  readonly files: readonly string[];
  /** Files whose place or existence counts, and not what they hold: `fileexists()`, `find_in_parent_folders()`. */
  readonly located: readonly string[];
  /** Folders that `fileset()` looks through. */
  readonly folders: readonly string[];
  /** Files that are included, or read as configurations. */
  readonly configurations: readonly string[];
  /** Local folders that blocks name as their source, with the line. */
  readonly sources: ReadonlyMap<string, number>;
  /** A source is named that only Terragrunt can evaluate. */
  readonly unknownSource: boolean;
  /** That source may be a local one, as far as its beginning tells. */
  readonly unknownLocalSource: boolean;
  /** A dependency is named that only Terragrunt can evaluate. */
  readonly unknownDependency: boolean;
  /** A function is called of which it is not known what it reads. */
  readonly unknownFunction: boolean;
  /** Lines on which dependencies are named, by the unit's path; a path that leaves the repository starts with `../`. */
  readonly dependencies: ReadonlyMap<string, number>;
  /** Lines of `expansion` blocks in dependencies, which Terragrunt keeps a place for and does not carry out yet. */
  readonly expansions: readonly number[];
  /** Paths of files and folders with `UNKNOWN` for what only Terragrunt knows. */
  readonly unknownFiles: readonly string[];
  /** The same of configurations and sources, which Terragrunt reports where it can evaluate them. */
  readonly unknownConfigurations: readonly string[];
  /** It looks for files above the unit in a way that only Terragrunt knows, or is no HCL in parts. */
  readonly unknownAbove: boolean;
  /** It goes on without what it asks credentials for: `try(sops_decrypt_file("x"), {})`. */
  readonly hidesCredentials: boolean;
};

/** Functions that need what only an executor has: cloud credentials, keys, or a program of the team. */
export const CREDENTIAL_FUNCTIONS = /get_aws_\w+|sops_decrypt_file|run_cmd/;

/** Stands for any text, folders included, in the path of a pattern. It is a character that no path holds. */
export const UNKNOWN = "\u{F8FF}";

const VAR_FILES = new Set(["required_var_files", "optional_var_files"]);
const HOOKS = new Set(["before_hook", "after_hook", "error_hook"]);
const SOURCE_BLOCKS = new Set(["terraform", "module", "unit", "stack"]);

/** Finds what `terragrunt find` does not report: files, folders and local modules that HCL names by a path. */
export function referencesIn(scope: Scope): References {
  const found = nothingCollected();
  for (const { attribute, around } of attributesIn(scope.body)) {
    const reportedByTerragrunt = EVALUATED_BY_FIND.has(around[0] ?? "");
    for (const call of callsIn(attribute.value)) takeCall(call, reportedByTerragrunt, scope, found);
    for (const file of varFiles(attribute, scope)) put(found, "files", file, scope.unitFolder);
    const [block, inner] = around;
    if (block === "dependency" && inner === "expansion") found.expansions.push(attribute.line);
    if (block === undefined || inner !== undefined) continue;
    takeDependency(attribute, block, scope, found);
    if (attribute.name === "path" && block === "include") takeInclude(attribute, scope, found);
    if (attribute.name === "source" && SOURCE_BLOCKS.has(block)) takeSource(attribute, block, scope, found);
  }
  for (const { args, folder } of hooksOf(scope)) takeCommand(args, folder, scope, found);
  return {
    files: [...found.files],
    located: [...found.located],
    folders: [...found.folders],
    configurations: [...found.configurations],
    sources: found.sources,
    unknownSource: found.unknownSource,
    unknownLocalSource: found.unknownLocalSource,
    unknownDependency: found.unknownDependency,
    unknownFunction: found.unknownFunction,
    dependencies: found.dependencies,
    expansions: found.expansions,
    unknownFiles: [...found.unknownFiles],
    unknownConfigurations: [...found.unknownConfigurations],
    unknownAbove: found.unknownAbove || scope.body.isBroken,
    hidesCredentials: found.hidesCredentials,
  };
}

function takeInclude({ value }: Attribute, scope: Scope, found: Collected): void {
  const text = evaluate(value, scope) ?? unknownPath(value, scope, found);
  if (text !== null) put(found, "configurations", text, scope.unitFolder);
}

function takeSource({ value, line }: Attribute, block: string, scope: Scope, found: Collected): void {
  const source = evaluate(value, scope);
  const isUnknown = source === null || source.split("?", 1)[0]?.includes(UNKNOWN) === true;
  found.unknownSource ||= isUnknown;
  found.unknownLocalSource ||= isUnknown && (source === null || /^[./\u{F8FF}]/u.test(source));
  const local = source === null ? null : localSource(source);
  if (local === null) return;
  const base = block === "terraform" ? scope.unitFolder : posix.dirname(scope.file);
  if (isUnknown) put(found, "configurations", local, base);
  else {
    const path = repositoryPath(local, base);
    if (path !== null) found.sources.set(path, line);
  }
}

/** Var files that `extra_arguments` name, as a list or as arguments of the command. */
function varFiles({ name, value }: Attribute, scope: Scope): string[] {
  if (VAR_FILES.has(name)) return itemsOf(value, scope);
  if (name !== "arguments") return [];
  const texts = itemsOf(value, scope);
  return texts.flatMap((text, index) => {
    const isNext = /^--?var-file$/.test(texts[index - 1] ?? "");
    return isNext ? text : (/^--?var-file=(.+)$/s.exec(text)?.[1] ?? []);
  });
}

/** What hooks start, and the folder in which they do. */
function hooksOf(scope: Scope): { readonly args: readonly Expression[]; readonly folder: string }[] {
  const hooks = scope.body.blocks
    .filter(({ type }) => type === "terraform")
    .flatMap(({ body }) => body.blocks.filter(({ type }) => HOOKS.has(type)));
  return hooks.map(({ body }) => {
    const attribute = (name: string): Expression | undefined => body.attributes.find((one) => one.name === name)?.value;
    const [execute, place] = [attribute("execute"), attribute("working_dir")];
    const text = place === undefined ? null : evaluate(place, scope);
    const folder = text === null || text.includes(UNKNOWN) ? null : repositoryPath(text, scope.unitFolder);
    return { args: execute === undefined ? [] : [execute], folder: folder ?? scope.unitFolder };
  });
}

type Collected = Record<
  "files" | "located" | "folders" | "configurations" | "unknownFiles" | "unknownConfigurations",
  Set<string>
> &
  Record<"sources" | "dependencies", Map<string, number>> & {
    readonly expansions: number[];
    unknownSource: boolean;
    unknownLocalSource: boolean;
    unknownDependency: boolean;
    unknownFunction: boolean;
    unknownAbove: boolean;
    hidesCredentials: boolean;
  };

function nothingCollected(): Collected {
  return {
    files: new Set(),
    located: new Set(),
    folders: new Set(),
    configurations: new Set(),
    unknownFiles: new Set(),
    unknownConfigurations: new Set(),
    sources: new Map(),
    dependencies: new Map(),
    expansions: [],
    unknownSource: false,
    unknownLocalSource: false,
    unknownDependency: false,
    unknownFunction: false,
    unknownAbove: false,
    hidesCredentials: false,
  };
}

function put(
  found: Collected,
  kind: "files" | "located" | "folders" | "configurations",
  text: string,
  base: string,
): void {
  if (text.includes(UNKNOWN)) {
    const pattern = patternPath(text, base);
    const unknown = kind === "configurations" ? found.unknownConfigurations : found.unknownFiles;
    if (pattern !== null) unknown.add(pattern);
    return;
  }
  const path = repositoryPath(text, base);
  if (path !== null) found[kind].add(path);
}

/** A path with unknown parts: what stands before them counts only where they can't lead elsewhere. */
function patternPath(text: string, base: string): string | null {
  const [known = "", ...others] = text.split(UNKNOWN);
  const rest = others.join(UNKNOWN);
  if (rest.includes("..")) return `${UNKNOWN}/${posix.basename(rest)}`;
  return known === "" ? text : repositoryPath(text, base);
}

/**
 * A relative path starts at the file that holds the call for OpenTofu's functions, and at the unit (or at the
 * configuration that is read in its place) for Terragrunt's own.
 */
function takeCall(
  call: Extract<Expression, { kind: "call" }>,
  reportedByTerragrunt: boolean,
  scope: Scope,
  found: Collected,
): void {
  const fileFolder = posix.dirname(scope.file);
  found.unknownFunction ||= !isKnownFunction(call.name);
  if (call.name === "find_in_parent_folders") {
    const place = evaluate(call, scope);
    if (place !== null) put(found, "located", place, scope.unitFolder);
    return;
  }
  if (call.name === "run_cmd") takeCommand(call.args, scope.unitFolder, scope, found);
  if (call.name === "try" || call.name === "can") {
    const inside = call.args.flatMap((argument) => [...callsIn(argument)]);
    found.hidesCredentials ||= inside.some(({ name }) => CREDENTIAL_FUNCTIONS.test(name));
  }
  const kind = FILE_FUNCTIONS.has(call.name) ? "files" : OTHER_READS.get(call.name);
  const [argument] = call.args;
  if (kind === undefined || argument === undefined) return;
  const text = evaluate(argument, scope) ?? unknownPath(argument, scope, found);
  if (text === null) return;
  // Where Terragrunt does not report what a name comes to, it is as open as that of any file.
  const isOpen = kind === "configurations" && text.includes(UNKNOWN) && !reportedByTerragrunt;
  put(found, isOpen ? "files" : kind, text, STARTS_AT_UNIT.has(call.name) ? scope.terragruntFolder : fileFolder);
}

/** Blocks that Terragrunt evaluates to find units. */
const EVALUATED_BY_FIND = new Set(["locals", "include"]);

/** Terragrunt's own functions, which join a relative path to its working folder. */
const STARTS_AT_UNIT = new Set(["read_terragrunt_config", "read_tfvars_file", "sops_decrypt_file"]);

const OTHER_READS = new Map<string, "located" | "folders" | "configurations">([
  ["fileexists", "located"],
  ["fileset", "folders"],
  ["read_terragrunt_config", "configurations"],
]);

/** What `find_in_parent_folders` may find lies above the unit, which is not "anywhere". */
function unknownPath(argument: Expression, scope: Scope, found: Collected): string | null {
  if (argument.kind !== "call" || argument.name !== "find_in_parent_folders") return scope.unknown;
  const [name, fallback] = argument.args;
  const text = name === undefined ? "" : evaluate(name, scope);
  if (text === null || text.includes(UNKNOWN)) {
    found.unknownAbove = true;
    return null;
  }
  // Nothing of that name lies above.
  return fallback === undefined ? null : scope.unknown;
}

/** Files of the repository that a command is started with: a script, or what it works on, also inside of `sh -c "…"`. */
function takeCommand(args: readonly Expression[], folder: string, scope: Scope, found: Collected): void {
  const texts = args.flatMap((argument) => itemsOf(argument, scope));
  const working = workingFolders(texts, folder);
  // Make reads its file without being told.
  const makes = /(?:^|\/)g?make$/.test(texts[0] ?? "");
  const makefiles = makes ? working.flatMap((place) => MAKEFILES.map((name) => posix.join(place, name))) : [];
  for (const file of makefiles.filter(scope.exists)) found.files.add(file);
  for (const text of texts) {
    const folders = working.flatMap((from) => [from, ...foldersEntered(text, from)]);
    for (const word of new Set([text, ...text.split(/[\s;|&<>()'"]+/)])) {
      if (word === "" || word.includes(UNKNOWN)) continue;
      const paths = folders.flatMap((from) => repositoryPath(word, from) ?? []);
      for (const path of paths.filter(scope.exists)) found.files.add(path);
    }
  }
}

const MAKEFILES = ["GNUmakefile", "makefile", "Makefile"];

/** The folder of a command, and those that an argument has it work in: `make -C ../scripts`. */
function workingFolders(texts: readonly string[], folder: string): string[] {
  const named = texts.flatMap((text, index) => {
    const isNext = /^(?:-C|--directory|--chdir)$/.test(texts[index - 1] ?? "");
    return isNext ? text : (/^(?:-C|-?-chdir=|--directory=)(.+)$/s.exec(text)?.[1] ?? []);
  });
  return [folder, ...named.flatMap((text) => (text.includes(UNKNOWN) ? [] : (repositoryPath(text, folder) ?? [])))];
}

/** The folders that a command line enters: `cd ../../scripts && ./check.sh`. */
function foldersEntered(text: string, from: string): string[] {
  const folders: string[] = [];
  for (const [, target = ""] of text.matchAll(/(?:^|[\s;&|(])(?:cd|pushd)\s+["']?([^\s;&|"')]+)/g)) {
    const entered = target.includes(UNKNOWN) ? null : repositoryPath(target, folders.at(-1) ?? from);
    if (entered !== null) folders.push(entered);
  }
  return folders;
}

function takeDependency({ name, value, line }: Attribute, block: string, scope: Scope, found: Collected): void {
  const one = block === "dependency" && name === "config_path";
  const isList = block === "dependencies" && name === "paths";
  if (!one && !isList) return;
  const parts = isList && value.kind === "list" ? value.items : [value];
  const isKnown = (part: Expression): boolean => evaluate(part, scope)?.includes(UNKNOWN) === false;
  found.unknownDependency ||= !parts.every(isKnown);
  for (const text of itemsOf(value, scope)) {
    if (text.includes(UNKNOWN)) continue;
    const path = repositoryPath(text, scope.terragruntFolder) ?? posix.join(scope.terragruntFolder, text);
    if (!found.dependencies.has(path)) found.dependencies.set(path, line);
  }
}

/** The path of a local source, its subfolder behind `//` included; `null` for one that is fetched from elsewhere. */
function localSource(source: string): string | null {
  if (!/^(?:\.{0,2}\/|\.{1,2}$)/.test(source)) return null;
  return (source.split("?", 1)[0] ?? source).replace("//", "/");
}

/** The included files of a unit by label, as far as their paths are known. */
export function includesOf(body: Body, evaluated: (path: Expression) => string | null): Map<string, string> {
  const includes = new Map<string, string>();
  for (const block of body.blocks) {
    const path =
      block.type === "include" ? block.body.attributes.find(({ name }) => name === "path")?.value : undefined;
    const file = path === undefined ? null : evaluated(path);
    if (file !== null) includes.set(block.labels[0] ?? "", file);
  }
  return includes;
}
