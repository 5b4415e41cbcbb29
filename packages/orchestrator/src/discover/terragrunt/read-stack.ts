import { posix } from "node:path";
import { evaluate, repositoryPath, type Scope } from "../../hcl/evaluate.ts";
import { type Block, type Body, EMPTY } from "../../hcl/parse.ts";
import { referencesIn } from "../../hcl/references.ts";
import { fileIn, folderOf } from "../paths.ts";
import type { Stack } from "../snapshot.ts";
import { type ValuesUse, valuesUseIn } from "../templates.ts";

/** What the text of a stack says. */
export type WrittenStack = Omit<Stack, "state"> & {
  readonly values: ValuesUse;
  /** The lines of the sources that its blocks name, by the blocks' labels. */
  readonly lines: ReadonlyMap<string, number>;
};

export type StackReading = {
  readonly parsed: (file: string) => Body | null;
  /** Whether a file or a folder is there. */
  readonly exists: (path: string) => boolean;
  readonly env: Readonly<Record<string, string>>;
};

/** Reads what a stack is made from, as far as its text, and what that reads, tells. */
export function readStack(file: string, { parsed, exists, env }: StackReading): WrittenStack {
  const folder = folderOf(file);
  const scopeOf = (read: string): Scope => ({
    ...{ file: read, body: parsed(read) ?? EMPTY },
    ...{ unitFolder: folder, originalFolder: folder, terragruntFolder: folderOf(read) },
    ...{ includes: new Map(), included: false, env, account: null, unknown: null, exists },
    open: (other) => (exists(other) && parsed(other) !== null ? scopeOf(other) : null),
  });
  const scope = scopeOf(file);
  const reads = new Set<string>();
  // A set that grows while it is walked through: configurations that others read.
  const configurations = new Set([file]);
  for (const configuration of configurations) {
    const found = referencesIn(scopeOf(configuration));
    for (const path of [...found.files, ...found.configurations]) reads.add(path);
    for (const path of found.configurations) configurations.add(path);
  }
  return {
    file,
    folder,
    templates: [...referencesIn(scope).sources.keys()],
    copies: new Map(scope.body.blocks.flatMap((block) => copyOf(block, scope))),
    reads: [...reads],
    lines: new Map(scope.body.blocks.flatMap(lineOf)),
    values: exists(fileIn(folder, VALUES_FILE)) ? "none" : valuesUseIn(scope.body),
  };
}

/** The file with the values of a unit or a stack that another one generated. */
export const VALUES_FILE = "terragrunt.values.hcl";

function lineOf({ type, labels: [label], body }: Block): [string, number][] {
  const source = body.attributes.find(({ name }) => name === "source");
  return (type !== "unit" && type !== "stack") || label === undefined || source === undefined
    ? []
    : [[label, source.line]];
}

/** Where a block puts what it generates, and from where, as far as both can be told. */
function copyOf({ type, body }: Block, scope: Scope): [string, string][] {
  if (type !== "unit" && type !== "stack") return [];
  const textOf = (name: string): string | null => {
    const value = body.attributes.find((attribute) => attribute.name === name)?.value;
    return value === undefined ? null : evaluate(value, scope);
  };
  const [source, path] = [textOf("source"), textOf("path")];
  if (source === null || path === null || !/^(?:\.{0,2}\/|\.{1,2}$)/.test(source)) return [];
  const from = repositoryPath((source.split("?", 1)[0] ?? source).replace("//", "/"), folderOf(scope.file));
  const isBeside = textOf("no_dot_terragrunt_stack") === "true";
  const to = repositoryPath(posix.join(isBeside ? "." : ".terragrunt-stack", path), folderOf(scope.file));
  return from === null || to === null ? [] : [[to, from]];
}
