import { posix } from "node:path";
import { evaluate, repositoryPath, type Scope } from "./evaluate.ts";
import { type Attribute, attributesIn, type Body, callsIn, type Expression } from "./parse.ts";

/** What a file refers to by paths that can be told without Terragrunt. All paths are the repository's. */
export type References = {
  /** Arguments of `file()`, `templatefile()` and the like, and var files. */
  readonly files: readonly string[];
  /** Folders that `fileset()` looks through. */
  readonly folders: readonly string[];
  /** Files that are read as configurations. */
  readonly configurations: readonly string[];
  /** Local folders that blocks name as their source. */
  readonly sources: readonly string[];
  /** A source is named that only Terragrunt can evaluate. */
  readonly unknownSource: boolean;
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
const VAR_FILES = new Set(["required_var_files", "optional_var_files"]);
const SOURCE_BLOCKS = new Set(["terraform", "module", "unit", "stack"]);

/** Finds what `terragrunt find` does not tell: files, folders and local modules that HCL names by a path. */
export function referencesIn(scope: Scope): References {
  const found: Found = { files: new Set(), folders: new Set(), configurations: new Set(), sources: new Set() };
  let unknownSource = false;
  for (const { attribute, around } of attributesIn(scope.body)) {
    for (const call of callsIn(attribute.value)) takeCall(call, scope, found);
    for (const file of varFiles(attribute, scope)) put(found.files, file, scope.unitFolder);
    const [block] = around;
    if (attribute.name !== "source" || around.length !== 1 || !SOURCE_BLOCKS.has(block ?? "")) continue;
    const source = evaluate(attribute.value, scope);
    if (source === null) unknownSource = true;
    else put(found.sources, localSource(source), block === "terraform" ? scope.unitFolder : posix.dirname(scope.file));
  }
  return {
    files: [...found.files],
    folders: [...found.folders],
    configurations: [...found.configurations],
    sources: [...found.sources],
    unknownSource,
  };
}

/** Var files that `extra_arguments` name, as a list or as arguments of the command. */
function varFiles({ name, value }: Attribute, scope: Scope): string[] {
  if (value.kind !== "list" || (!VAR_FILES.has(name) && name !== "arguments")) return [];
  const texts = value.items.flatMap((item) => evaluate(item, scope) ?? []);
  return name === "arguments" ? texts.flatMap((text) => /^-var-file=(.+)$/.exec(text)?.[1] ?? []) : texts;
}

type Found = Record<"files" | "folders" | "configurations" | "sources", Set<string>>;

function put(target: Set<string>, text: string | null, base: string): void {
  const path = text === null ? null : repositoryPath(text, base);
  if (path !== null) target.add(path);
}

/** A relative path starts at the file that holds the call; that of a configuration at the unit. */
function takeCall(call: Extract<Expression, { kind: "call" }>, scope: Scope, found: Found): void {
  const [argument] = call.args;
  if (argument === undefined) return;
  const fileFolder = posix.dirname(scope.file);
  if (FILE_FUNCTIONS.has(call.name)) put(found.files, evaluate(argument, scope), fileFolder);
  else if (call.name === "fileset") put(found.folders, evaluate(argument, scope), fileFolder);
  else if (call.name === "read_terragrunt_config") {
    put(found.configurations, evaluate(argument, scope), scope.terragruntFolder);
  }
}

/** The path of a local source, its subfolder behind `//` included; `null` for one that is fetched from elsewhere. */
function localSource(source: string): string | null {
  if (!/^(?:\.{0,2}\/|\.{1,2}$)/.test(source)) return null;
  return (source.split("?", 1)[0] ?? source).replace("//", "/");
}

/** The included files of a unit by label, as far as their paths can be told. */
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
