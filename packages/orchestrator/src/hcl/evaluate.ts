import { posix } from "node:path";
import type { Body, Expression } from "./parse.ts";
import { caseOf, formatted, goBase, goDirectory, withoutSpaceAround } from "./text-functions.ts";

/** Stands for the repository's root in absolute paths, so that the same text evaluates the same in every checkout. */
const ROOT = "/@root";

/** What a file's expressions can see. */
export type Scope = {
  readonly file: string;
  readonly body: Body;
  /** The folder of the unit that is evaluated, or of the configuration that is read in its place. */
  readonly unitFolder: string;
  /** The folder of the unit for which all this is read. */
  readonly originalFolder: string;
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
  /** The variables of a `for` around the expression. */
  readonly bound?: ReadonlyMap<string, string>;
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
    case "for":
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
  const bound = keys.length === 0 ? scope.bound?.get(name) : undefined;
  if (bound !== undefined) return bound;
  if (name === "path" && (first === "module" || first === "root")) return absolute(folderOf(scope.file));
  if (name === "local" && first !== undefined) return localOf(scope, first, rest, depth);
  if (name === "feature" && first !== undefined && rest[0] === "value") return featureOf(scope, first, depth);
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
    const item = value.kind === "list" && keys[0] !== undefined ? value.items[Number(keys[0])] : undefined;
    if (item !== undefined) return follow(valueOfExpression(item, scope, depth + 1), keys.slice(1), depth);
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

/** A feature flag has its default, unless a variable sets some of them. */
function featureOf(scope: Scope, name: string, depth: number): Value | null {
  if (scope.env["TG_FEATURE"] !== undefined) return null;
  const included = [...scope.includes.values()].flatMap((file) => scope.open(file) ?? []);
  for (const place of [scope, ...included]) {
    const block = place.body.blocks.find(({ type, labels }) => type === "feature" && labels[0] === name);
    const value = block?.body.attributes.find((attribute) => attribute.name === "default")?.value;
    if (value !== undefined) return valueOfExpression(value, place, depth + 1);
  }
  return null;
}

/** Where what an expression refers to is defined: a local of this file, or of a configuration that is read. */
export function definitionOf(
  expression: Expression,
  scope: Scope,
): { readonly value: Expression; readonly scope: Scope } | null {
  if (expression.kind !== "access") return null;
  const { of, keys } = expression;
  const own = of === "local" ? localNamed(scope, keys) : null;
  if (own !== null) return own;
  // `local.common.locals.files`: what stands before may be a configuration.
  for (let length = 0; length < keys.length - 1; length += 1) {
    if (keys[length] !== "locals") continue;
    const value = valueOfExpression({ kind: "access", of, keys: keys.slice(0, length) }, scope, 0);
    if (value !== null && typeof value !== "string") return localNamed(value.configuration, keys.slice(length + 1));
  }
  return null;
}

/** A local, or an attribute of the object that it is. */
function localNamed(scope: Scope, [name, ...keys]: readonly string[]): { value: Expression; scope: Scope } | null {
  const locals = scope.body.blocks.filter(({ type }) => type === "locals").flatMap(({ body }) => body.attributes);
  let value = locals.find((local) => local.name === name)?.value;
  for (const key of keys) {
    if (value?.kind === "list") value = value.items[Number(key)];
    else value = value?.kind === "object" ? value.entries.find((entry) => entry.key === key)?.value : undefined;
  }
  return value === undefined ? null : { value, scope };
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
  const known = FUNCTIONS.get(name);
  // With more arguments than it takes, a function is an error.
  if (known === undefined || args.length > known.most) return null;
  const text = (index: number): string | null => {
    const argument = args[index];
    return argument === undefined ? null : textOf(argument, scope, depth);
  };
  return known.answer({ args, scope, depth, text });
}

type Call = {
  readonly args: readonly Expression[];
  readonly scope: Scope;
  readonly depth: number;
  /** An argument as text; `null` when it is not given or not known. */
  readonly text: (index: number) => string | null;
};

type KnownFunction = { readonly most: number; readonly answer: (call: Call) => Value | null };

/** A function of at most so many arguments. */
const upTo = (most: number, answer: KnownFunction["answer"]): KnownFunction => ({ most, answer });

/** A function of one text. */
const ofText = (act: (text: string, scope: Scope) => string | null): KnownFunction =>
  upTo(1, (call) => {
    const text = call.text(0);
    return text === null ? null : act(text, call.scope);
  });

/** The folder of the included file that a function speaks of; in a file that includes nothing, there is none. */
type IncludeFolder = { readonly kind: "folder"; readonly folder: string } | { readonly kind: "none" };

/** `null` where it can't be told. Terragrunt wants a label where there are several, and passes over it where there is one. */
function includeFolder({ scope, text }: Call): IncludeFolder | null {
  // In an included file, Terragrunt speaks of that file and passes over the label.
  if (scope.included) return { kind: "folder", folder: folderOf(scope.file) };
  const count = scope.body.blocks.filter(({ type }) => type === "include").length;
  if (scope.includes.size === 0 && count === 0) return { kind: "none" };
  const isOnly = Math.max(scope.includes.size, count) === 1;
  const file = isOnly ? scope.includes.values().next().value : scope.includes.get(text(0) ?? "");
  return file === undefined ? null : { kind: "folder", folder: folderOf(file) };
}

/** The functions of Terragrunt and OpenTofu that paths are made with. */
const FUNCTIONS: ReadonlyMap<string, KnownFunction> = new Map([
  ["get_repo_root", upTo(0, () => ROOT)],
  ["get_aws_account_id", upTo(0, ({ scope }) => scope.account)],
  ["get_terragrunt_dir", upTo(0, ({ scope }) => absolute(scope.terragruntFolder))],
  ["get_original_terragrunt_dir", upTo(0, ({ scope }) => absolute(scope.originalFolder))],
  [
    "get_parent_terragrunt_dir",
    upTo(1, (call) => {
      const include = includeFolder(call);
      if (include === null) return null;
      return absolute(include.kind === "none" ? call.scope.terragruntFolder : include.folder);
    }),
  ],
  ["get_path_from_repo_root", upTo(0, ({ scope }) => scope.terragruntFolder)],
  ["get_path_to_repo_root", upTo(0, ({ scope }) => posix.relative(absolute(scope.terragruntFolder), ROOT) || ".")],
  [
    "path_relative_to_include",
    upTo(1, (call) => betweenInclude(call, (include, folder) => posix.relative(include, folder))),
  ],
  [
    "path_relative_from_include",
    upTo(1, (call) => betweenInclude(call, (include, folder) => posix.relative(folder, include))),
  ],
  [
    "find_in_parent_folders",
    upTo(2, ({ args, scope, text }) =>
      findInParentFolders(args.length === 0 ? "terragrunt.hcl" : text(0), text(1), scope),
    ),
  ],
  ["read_terragrunt_config", upTo(2, readConfiguration)],
  ["dirname", ofText(goDirectory)],
  ["basename", ofText(goBase)],
  // A relative path is one from where Terragrunt was started.
  ["abspath", ofText((path) => (path.startsWith("/") ? posix.resolve(path) : null))],
  ["lower", ofText((text) => caseOf(text, (character) => character.toLowerCase()))],
  ["upper", ofText((text) => caseOf(text, (character) => character.toUpperCase()))],
  ["trimspace", ofText(withoutSpaceAround)],
  [
    "replace",
    upTo(3, ({ text }) => {
      const [whole, from, to] = [text(0), text(1), text(2)];
      if (whole === null || from === null || to === null) return null;
      // Between slashes it is a pattern.
      return from === "" || /^\/.*\/$/s.test(from) ? null : whole.replaceAll(from, () => to);
    }),
  ],
  ["tostring", ofText((text) => text)],
  [
    "get_env",
    upTo(2, ({ scope, text }) => {
      const name = text(0);
      if (name === null || name === "") return null;
      return Object.hasOwn(scope.env, name) ? (scope.env[name] ?? null) : text(1);
    }),
  ],
  ["join", upTo(Number.POSITIVE_INFINITY, joinedTexts)],
  [
    "format",
    upTo(Number.POSITIVE_INFINITY, ({ args, text }) => formatted(args.map((_argument, index) => text(index)))),
  ],
]);

function betweenInclude(call: Call, between: (include: string, folder: string) => string): string | null {
  const include = includeFolder(call);
  if (include === null || include.kind === "none") return include && ".";
  return between(absolute(include.folder), absolute(call.scope.terragruntFolder)) || ".";
}

function readConfiguration({ scope, text }: Call): Value | null {
  const file = text(0);
  const path = file === null ? null : repositoryPath(file, scope.terragruntFolder);
  const configuration = path === null ? null : scope.open(path);
  return configuration === null ? null : { configuration };
}

function joinedTexts({ args, scope, depth, text }: Call): string | null {
  const [separator, lists] = [text(0), args.slice(1)];
  if (separator === null || lists.length === 0) return null;
  const items = lists.flatMap((list) =>
    list.kind === "list" ? list.items.map((item) => textOf(item, scope, depth)) : [null],
  );
  return items.every((item) => item !== null) ? items.join(separator) : null;
}

function findInParentFolders(name: string | null, fallback: string | null, scope: Scope): string | null {
  if (name === null) return null;
  let folder = scope.terragruntFolder;
  while (folder !== "." && folder !== "") {
    folder = posix.dirname(folder);
    const candidate = folder === "." ? name : `${folder}/${name}`;
    if (scope.exists(candidate)) return absolute(candidate);
  }
  return fallback;
}

/** The names of the functions that are evaluated here; every other call is left to Terragrunt. */
export const EVALUATED_FUNCTIONS: readonly string[] = [...FUNCTIONS.keys()];
