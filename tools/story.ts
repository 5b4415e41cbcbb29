import { readFileSync } from "node:fs";
import { parseSync } from "rolldown/utils";

type Node = { readonly type: string };

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;

/** What a file's functions are called by name: those of its folders, and its own. */
type Names = { readonly folders: ReadonlyMap<string, string>; readonly own: ReadonlyMap<string, Node> };

/**
 * The folders whose functions a story calls, in the order in which it calls them, once for each stay. Functions of its
 * own file belong to the place that calls them; a file beside the folders is no folder.
 *
 * @param story the name of a function of the file
 */
export function foldersOfStory(file: string, story: string): string[] {
  const names = namesIn(file);
  const stays: string[] = [];
  for (const folder of calls(names.own.get(story), names, [story])) if (stays.at(-1) !== folder) stays.push(folder);
  return stays;
}

function namesIn(file: string): Names {
  const { program } = parseSync(file, readFileSync(file, "utf8"));
  const folders = new Map<string, string>();
  const own = new Map<string, Node>();
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") {
      const [, folder] = /^\.\/([^/]+)\//.exec(statement.source.value) ?? [];
      for (const { local } of statement.specifiers) if (folder !== undefined) folders.set(local.name, folder);
    }
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type === "FunctionDeclaration" && declared.id !== null) own.set(declared.id.name, declared);
  }
  return { folders, own };
}

function calls(node: unknown, names: Names, inside: readonly string[]): string[] {
  if (Array.isArray(node)) return node.flatMap((part) => calls(part, names, inside));
  if (!isNode(node)) return [];
  const { callee, ...rest } = { callee: undefined as unknown, ...node };
  const parts = Object.values(rest).flatMap((part) => calls(part, names, inside));
  const called = callsOf(callee, names, inside);
  // What is handed over is made first, but for functions: they are called from within.
  return JSON.stringify(rest).includes('FunctionExpression"') ? [...called, ...parts] : [...parts, ...called];
}

function callsOf(callee: unknown, names: Names, inside: readonly string[]): string[] {
  if (!isNode(callee) || !("name" in callee)) return calls(callee, names, inside);
  const name = String(callee.name);
  const body = names.own.get(name);
  if (body !== undefined && !inside.includes(name)) return calls(Object.values(body), names, [...inside, name]);
  const folder = names.folders.get(name);
  return folder === undefined ? [] : [folder];
}
