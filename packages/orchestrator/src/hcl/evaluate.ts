import { posix } from "node:path";
import type { Body, Expression } from "./parse.ts";

/** Stands for the repository's root in absolute paths, so that the same text evaluates the same in every checkout. */
const ROOT = "/@root";

/** What a file's expressions can see. */
export type Scope = {
  readonly file: string;
  readonly body: Body;
  /** The folder of the unit that is evaluated. */
  readonly unitFolder: string;
  /** What `get_terragrunt_dir()` answers: the unit's folder, or the file's own where it is read as a configuration. */
  readonly terragruntFolder: string;
  /** The included files of the unit by label. */
  readonly includes: ReadonlyMap<string, string>;
  /** This file is one of the unit's included files. */
  readonly included: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** The account whose id `get_aws_account_id()` answers; `null` where it is not known. */
  readonly account: string | null;
  /** What stands in a text for a part that only Terragrunt knows; `null` where such a text shall be none at all. */
  readonly unknown: string | null;
  readonly exists: (path: string) => boolean;
  /** The scope of another file that is read as a configuration. */
  readonly open: (file: string) => Scope | null;
};

/** The result of an expression: a text, or a configuration that was read. */
type Value = string | { readonly configuration: Scope };

/** How far references may lead: a local that names itself must not go on for ever. */
const DEEPEST = 40;

/** A path inside the repository, `.` for its root; `null` when the text leaves the repository. */
export function repositoryPath(text: string, relativeTo: string): string | null {
  const absolute = text.startsWith("/") ? posix.normalize(text) : posix.join(ROOT, relativeTo, text);
  if (absolute === ROOT) return ".";
  return absolute.startsWith(`${ROOT}/`) ? absolute.slice(ROOT.length + 1).replace(/\/$/, "") : null;
}

/** The text that an expression evaluates to, or `null` when it holds something that only Terragrunt knows. */
export function evaluate(expression: Expression, scope: Scope): string | null {
  const value = valueOfExpression(expression, scope, 0);
  return typeof value === "string" ? value : null;
}

function valueOfExpression(expression: Expression, scope: Scope, depth: number): Value | null {
  if (depth > DEEPEST) return null;
  switch (expression.kind) {
    case "template": {
      const parts = expression.parts.map((part) =>
        typeof part === "string" ? part : (textOf(part, scope, depth) ?? scope.unknown),
      );
      return parts.every((part) => part !== null) ? parts.join("") : null;
    }
    case "access":
      return typeof expression.of === "string"
        ? referenceOf(expression.of, expression.keys, scope, depth)
        : follow(valueOfExpression(expression.of, scope, depth + 1), expression.keys, depth);
    case "call":
      return callOf(expression.name, expression.args, scope, depth);
    case "list":
    case "object":
    case "other":
      return null;
    default:
      return expression satisfies never;
  }
}

function textOf(expression: Expression, scope: Scope, depth: number): string | null {
  const value = valueOfExpression(expression, scope, depth + 1);
  return typeof value === "string" ? value : null;
}

function referenceOf(name: string, keys: readonly string[], scope: Scope, depth: number): Value | null {
  const [first, ...rest] = keys;
  if (name === "path" && (first === "module" || first === "root")) return absolute(folderOf(scope.file));
  if (name === "local" && first !== undefined) return localOf(scope, first, rest, depth);
  if (name === "include") {
    const bare = scope.includes.get("");
    const file = (first === undefined ? undefined : scope.includes.get(first)) ?? bare;
    if (file === undefined) return null;
    const configuration = scope.open(file);
    return follow(configuration === null ? null : { configuration }, bare === undefined ? rest : keys, depth);
  }
  return null;
}

function localOf(scope: Scope, name: string, keys: readonly string[], depth: number): Value | null {
  for (const block of scope.body.blocks) {
    if (block.type !== "locals") continue;
    const attribute = block.body.attributes.find((candidate) => candidate.name === name);
    if (attribute === undefined) continue;
    const { value } = attribute;
    if (value.kind === "object" && keys.length > 0) {
      const entry = value.entries.find((candidate) => candidate.key === keys[0]);
      return entry === undefined
        ? null
        : follow(valueOfExpression(entry.value, scope, depth + 1), keys.slice(1), depth);
    }
    return follow(valueOfExpression(value, scope, depth + 1), keys, depth);
  }
  return null;
}

/** Follows `.locals.name` into a configuration; a text has no attributes. */
function follow(value: Value | null, keys: readonly string[], depth: number): Value | null {
  if (value === null || keys.length === 0) return value;
  if (typeof value === "string") return null;
  const [section, name, ...rest] = keys;
  if (section === "locals" && name !== undefined) return localOf(value.configuration, name, rest, depth + 1);
  if (section === "inputs" && name !== undefined) {
    const inputs = value.configuration.body.attributes.find((attribute) => attribute.name === "inputs")?.value;
    const entry = inputs?.kind === "object" ? inputs.entries.find((candidate) => candidate.key === name) : undefined;
    return entry === undefined
      ? null
      : follow(valueOfExpression(entry.value, value.configuration, depth + 1), rest, depth);
  }
  return null;
}

const absolute = (path: string): string => (path === "." || path === "" ? ROOT : `${ROOT}/${path}`);
const folderOf = (file: string): string => posix.dirname(file);

function callOf(name: string, args: readonly Expression[], scope: Scope, depth: number): Value | null {
  const text = (index: number): string | null => {
    const argument = args[index];
    return argument === undefined ? null : textOf(argument, scope, depth);
  };
  return FUNCTIONS.get(name)?.({ args, scope, depth, text }) ?? null;
}

type Call = {
  readonly args: readonly Expression[];
  readonly scope: Scope;
  readonly depth: number;
  /** An argument as text; `null` when it is not given or not known. */
  readonly text: (index: number) => string | null;
};

/** A function of one path or text. */
const ofText =
  (act: (text: string, call: Call) => string) =>
  (call: Call): string | null => {
    const text = call.text(0);
    return text === null ? null : act(text, call);
  };

/** The file that `include` functions speak of: this one where it is included, else the labelled or the only one. */
function includedFile({ args, scope, text }: Call): string | null {
  if (scope.included && args.length === 0) return scope.file;
  const label = text(0);
  return (label === null ? scope.includes.values().next().value : scope.includes.get(label)) ?? null;
}

/** The functions of Terragrunt and OpenTofu that paths are made with. */
const FUNCTIONS: ReadonlyMap<string, (call: Call) => Value | null> = new Map<string, (call: Call) => Value | null>([
  ["get_repo_root", () => ROOT],
  ["get_aws_account_id", ({ scope }) => scope.account],
  ["get_terragrunt_dir", ({ scope }) => absolute(scope.terragruntFolder)],
  ["get_original_terragrunt_dir", ({ scope }) => absolute(scope.unitFolder)],
  [
    "get_parent_terragrunt_dir",
    (call) => {
      const file = includedFile(call);
      return absolute(file === null ? call.scope.terragruntFolder : folderOf(file));
    },
  ],
  ["get_path_from_repo_root", ({ scope }) => scope.terragruntFolder],
  ["get_path_to_repo_root", ({ scope }) => posix.relative(absolute(scope.terragruntFolder), ROOT) || "."],
  ["path_relative_to_include", (call) => betweenInclude(call, (include, unit) => posix.relative(include, unit))],
  ["path_relative_from_include", (call) => betweenInclude(call, (include, unit) => posix.relative(unit, include))],
  [
    "find_in_parent_folders",
    ({ args, scope, text }) => findInParentFolders(args.length === 0 ? "terragrunt.hcl" : text(0), text(1), scope),
  ],
  ["read_terragrunt_config", readConfiguration],
  ["dirname", ofText((path) => posix.dirname(path))],
  ["basename", ofText((path) => posix.basename(path))],
  ["abspath", ofText((path, { scope }) => posix.resolve(absolute(scope.terragruntFolder), path))],
  ["lower", ofText((text) => text.toLowerCase())],
  ["upper", ofText((text) => text.toUpperCase())],
  ["trimspace", ofText((text) => text.trim())],
  ["tostring", ofText((text) => text)],
  [
    "get_env",
    ({ scope, text }) => {
      const name = text(0);
      return name === null ? null : (scope.env[name] ?? text(1));
    },
  ],
  ["join", joinedTexts],
  ["format", ({ args, text }) => formatted(args.map((_argument, index) => text(index)))],
]);

function betweenInclude(call: Call, between: (include: string, unit: string) => string): string {
  const file = includedFile(call);
  return file === null ? "." : between(absolute(folderOf(file)), absolute(call.scope.unitFolder)) || ".";
}

function readConfiguration({ scope, text }: Call): Value | null {
  const file = text(0);
  const path = file === null ? null : repositoryPath(file, scope.terragruntFolder);
  const configuration = path === null ? null : scope.open(path);
  return configuration === null ? null : { configuration };
}

function joinedTexts({ args, scope, depth, text }: Call): string | null {
  const [separator, list] = [text(0), args[1]];
  if (separator === null || list?.kind !== "list") return null;
  const items = list.items.map((item) => textOf(item, scope, depth));
  return items.every((item) => item !== null) ? items.join(separator) : null;
}

function findInParentFolders(name: string | null, fallback: string | null, scope: Scope): string | null {
  if (name === null) return null;
  let folder = scope.unitFolder;
  while (folder !== "." && folder !== "") {
    folder = posix.dirname(folder);
    const candidate = folder === "." ? name : `${folder}/${name}`;
    if (scope.exists(candidate)) return absolute(candidate);
  }
  return fallback;
}

function formatted(texts: readonly (string | null)[]): string | null {
  const [pattern, ...values] = texts;
  if (pattern === null || pattern === undefined || values.some((value) => value === null)) return null;
  let next = 0;
  const result = pattern.replaceAll(/%([sdv%])/g, (_whole, verb) => {
    if (verb === "%") return "%";
    next += 1;
    return values[next - 1] ?? "";
  });
  return next === values.length ? result : null;
}
