import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import type { HclParser } from "./parse.ts";

/** Where a text is evaluated. All paths are relative to the repository; `.` is its root. */
export type Scope = {
  /** The file that holds the text. */
  readonly file: string;
  /** The folder of the unit that is evaluated, or of the module. */
  readonly folder: string;
  /** Whether a file exists at the commit. */
  readonly exists: (file: string) => boolean;
};

/** What a text refers to by paths that can be told without evaluating it. */
export type References = {
  /** Arguments of `file()`, `templatefile()` and the like. */
  readonly files: readonly string[];
  /** Folders or files that `fileset()` looks through. */
  readonly folders: readonly string[];
  /** Local module folders: `terraform.source`, and `source` of `module`, `unit` and `stack` blocks. */
  readonly sources: readonly string[];
};

const FILE_FUNCTIONS = new Set([
  "file",
  "templatefile",
  "filebase64",
  "filemd5",
  "filesha1",
  "filesha256",
  "filesha512",
  "filebase64sha256",
  "filebase64sha512",
  "read_tfvars_file",
  "sops_decrypt_file",
]);

/** Finds what `terragrunt find` does not tell: files and local modules that HCL names by a path. */
export function scanReferences(parse: HclParser, text: string, scope: Scope): References {
  const root = parse(text);
  const locals = localsOf(root);
  const evaluate = (node: Node | null): string | null => pathOf(node, scope, locals, 0);
  const files = new Set<string>();
  const folders = new Set<string>();
  const fileFolder = posix.dirname(scope.file);
  for (const call of root.descendantsOfType("function_call")) {
    const name = call.namedChildren[0]?.text ?? "";
    const target = FILE_FUNCTIONS.has(name) ? files : name === "fileset" ? folders : null;
    const path = target === null ? null : evaluate(firstArgument(call));
    const resolved = path === null ? null : inside(fileFolder, path);
    if (resolved !== null) target?.add(resolved);
  }
  return { files: [...files], folders: [...folders], sources: localSources(root, scope, evaluate) };
}

/** The folders of local modules, units and stacks that blocks name as their source. */
function localSources(root: Node, scope: Scope, evaluate: (node: Node | null) => string | null): string[] {
  const sources = new Set<string>();
  for (const block of blocksOf(root)) {
    if (!SOURCE_BLOCKS.has(block.type)) continue;
    const source = evaluate(attribute(block.body, "source"));
    if (source === null || !(source.startsWith(".") || source.startsWith(ROOT))) continue;
    const base = block.type === "terraform" ? scope.folder : posix.dirname(scope.file);
    const resolved = inside(base, source.split("?")[0]?.replace("//", "/") ?? source);
    if (resolved !== null) sources.add(resolved);
  }
  return [...sources];
}

const SOURCE_BLOCKS = new Set(["terraform", "module", "unit", "stack"]);

/** Stands for the repository's root while a path is put together. */
const ROOT = "\u0000/";
const MAX_DEPTH = 20;

type Block = { readonly type: string; readonly body: Node };

function blocksOf(root: Node): Block[] {
  return root.descendantsOfType("block").flatMap((block) => {
    const body = block.namedChildren.find((child) => child?.type === "body");
    return body === undefined || body === null ? [] : [{ type: block.namedChildren[0]?.text ?? "", body }];
  });
}

function attribute(body: Node, name: string): Node | null {
  const found = body.namedChildren.find(
    (child) => child?.type === "attribute" && child.namedChildren[0]?.text === name,
  );
  return found?.namedChildren[1] ?? null;
}

function localsOf(root: Node): Map<string, Node> {
  const locals = new Map<string, Node>();
  for (const { type, body } of blocksOf(root)) {
    if (type !== "locals") continue;
    for (const child of body.namedChildren) {
      const [name, value] = child?.type === "attribute" ? child.namedChildren : [];
      if (name !== undefined && value !== undefined && name !== null && value !== null) locals.set(name.text, value);
    }
  }
  return locals;
}

function firstArgument(call: Node): Node | null {
  const list = call.namedChildren.find((child) => child?.type === "function_arguments");
  return list?.namedChildren[0] ?? null;
}

/** A path relative to the repository, or `null` when it leaves it. */
function inside(base: string, path: string): string | null {
  const joined = path.startsWith(ROOT) ? path.slice(ROOT.length).replace(/^\/+/, "") : posix.join(base, path);
  const normal = posix.normalize(joined === "" ? "." : joined).replace(/\/$/, "");
  return normal.startsWith("..") || posix.isAbsolute(normal) ? null : normal;
}

/** The path that an expression gives, or `null` when it can't be told from literals and path functions. */
function pathOf(node: Node | null, scope: Scope, locals: ReadonlyMap<string, Node>, depth: number): string | null {
  if (node === null || depth > MAX_DEPTH) return null;
  const next = (child: Node | null | undefined): string | null => pathOf(child ?? null, scope, locals, depth + 1);
  switch (node.type) {
    case "expression":
    case "literal_value":
    case "template_expr":
      if (node.namedChildCount === 1) return next(node.namedChildren[0]);
      return referenceOf(node, scope, locals, depth);
    case "template_interpolation":
      return next(node.namedChildren.find((child) => child?.type === "expression"));
    case "string_lit":
    case "quoted_template": {
      const parts = node.namedChildren.filter((child) => child !== null && !child.type.startsWith("quoted_template_"));
      const texts = parts.map(next);
      return texts.includes(null) ? null : texts.join("");
    }
    case "template_literal":
      return node.text;
    case "function_call":
      return callOf(node, scope, next);
    default:
      return null;
  }
}

/** `local.name`, and `path.module` of a module's code. */
function referenceOf(node: Node, scope: Scope, locals: ReadonlyMap<string, Node>, depth: number): string | null {
  const match = /^(local|path)\.([A-Za-z_][\w-]*)$/.exec(node.text);
  if (match?.[1] === "path") return match[2] === "module" ? ROOT + posix.dirname(scope.file) : null;
  return match?.[2] === undefined ? null : pathOf(locals.get(match[2]) ?? null, scope, locals, depth + 1);
}

function callOf(call: Node, scope: Scope, next: (node: Node | null) => string | null): string | null {
  const argument = firstArgument(call);
  switch (call.namedChildren[0]?.text) {
    case "get_repo_root":
      return ROOT;
    case "get_terragrunt_dir":
    case "get_original_terragrunt_dir":
      return ROOT + scope.folder;
    case "get_parent_terragrunt_dir":
      return ROOT + posix.dirname(scope.file);
    case "get_path_to_repo_root":
      return posix.relative(scope.folder, ".") || ".";
    case "dirname": {
      const path = next(argument);
      return path === null ? null : posix.dirname(path);
    }
    case "find_in_parent_folders":
      return findInParents(argument === null ? "terragrunt.hcl" : next(argument), scope);
    default:
      return null;
  }
}

function findInParents(name: string | null, scope: Scope): string | null {
  if (name === null || scope.folder === ".") return null;
  for (let folder = posix.dirname(scope.folder); ; folder = posix.dirname(folder)) {
    const file = posix.join(folder, name);
    if (scope.exists(file)) return ROOT + file;
    if (folder === ".") return null;
  }
}
