import type { HclParser } from "../hcl/parse.ts";
import { scanReferences } from "../hcl/scan.ts";
import type { FoundUnit } from "./find.ts";
import { folderOf, type Link, liesIn, UNIT_FILE } from "./snapshot.ts";

/** The files of a commit as the scan sees them. */
export type Sources = {
  readonly files: ReadonlyMap<string, string>;
  /** Files by folder, direct children only. */
  readonly byFolder: ReadonlyMap<string, readonly string[]>;
  /** The text of a file, or `null`. */
  readonly read: (file: string) => Promise<string | null>;
};

/** Every file that a unit reads with the chain to it: what Terragrunt told, and what only its HCL tells. */
export type ReadsOf = (unit: FoundUnit) => Promise<Map<string, readonly Link[]>>;

const CODE = /\.(tf|tofu)$/;

/** Answers what units read. Scans each text once, however many units share it. */
export function readsReader(parse: HclParser, sources: Sources): ReadsOf {
  const modules = new Map<string, Promise<ModuleReads>>();
  const moduleReads = (folder: string): Promise<ModuleReads> => {
    const known = modules.get(folder) ?? scanModule(parse, sources, folder);
    modules.set(folder, known);
    return known;
  };
  return async (unit) => {
    const reads = new Map<string, readonly Link[]>();
    const add: Add = (file, links) => {
      if (!reads.has(file)) reads.set(file, links);
    };
    const moduleFolders = addReported(unit, add);
    for (const folder of await addWritten(unit, parse, sources, add)) moduleFolders.add(folder);
    if (moduleFolders.size === 0) moduleFolders.add(unit.path);
    await addModules(moduleFolders, unit.path, moduleReads, add);
    return new Map([...reads].filter(([file]) => file !== joined(unit.path, UNIT_FILE)));
  };
}

type Add = (file: string, links: readonly Link[]) => void;

/** Adds what Terragrunt says that a unit reads; gives the folders of its module's code. */
function addReported(unit: FoundUnit, add: Add): Set<string> {
  const included = new Set(unit.includes);
  for (const file of included) if (file !== "") add(file, [{ relation: "included by", path: unit.path }]);
  const moduleFolders = new Set<string>();
  for (const file of unit.reading) {
    if (included.has(file)) continue;
    if (CODE.test(file)) moduleFolders.add(folderOf(file));
    else add(file, [{ relation: "read by", path: unit.path }]);
  }
  return moduleFolders;
}

/** Adds the files that the HCL of a unit, and the HCL that it reads, names; gives the local modules that it names. */
async function addWritten(unit: FoundUnit, parse: HclParser, sources: Sources, add: Add): Promise<Set<string>> {
  const moduleFolders = new Set<string>();
  const own = joined(unit.path, UNIT_FILE);
  const read: Link = { relation: "read by", path: unit.path };
  const exists = (path: string): boolean => sources.files.has(path);
  for (const file of new Set([own, ...unit.includes, ...unit.reading.filter((name) => name.endsWith(".hcl"))])) {
    const text = exists(file) ? await sources.read(file) : null;
    if (text === null) continue;
    const found = scanReferences(parse, text, { file, folder: unit.path, exists });
    const via: Link[] = file === own ? [] : [{ relation: "read by", path: file }];
    const named = [...found.files, ...found.folders.flatMap((folder) => filesBelow(sources, folder))];
    for (const path of named) add(path, [...via, read]);
    for (const folder of found.sources) moduleFolders.add(folder);
  }
  return moduleFolders;
}

/** Follows module calls from the unit's own modules to any depth. */
async function addModules(
  folders: ReadonlySet<string>,
  unit: string,
  moduleReads: (folder: string) => Promise<ModuleReads>,
  add: Add,
): Promise<void> {
  const queue = [...folders].map((folder) => ({ folder, called: false }));
  const seen = new Set(folders);
  for (const { folder, called } of queue) {
    const module = await moduleReads(folder);
    const relation = called ? "called by the module of" : "file of the module of";
    for (const file of module.files) add(file, [{ relation, path: unit }]);
    for (const target of module.calls) {
      if (!seen.has(target)) queue.push({ folder: target, called: true });
      seen.add(target);
    }
  }
}

type ModuleReads = { readonly files: readonly string[]; readonly calls: readonly string[] };

async function scanModule(parse: HclParser, sources: Sources, folder: string): Promise<ModuleReads> {
  const direct = sources.byFolder.get(folder) ?? [];
  const code = direct.filter((file) => CODE.test(file));
  // Without code of its own a folder is no module: taking all that lies below it would take the whole repository.
  if (code.length === 0) return { files: [], calls: [] };
  const files = new Set(filesBelow(sources, folder));
  const calls = new Set<string>();
  for (const file of code) {
    const text = await sources.read(file);
    if (text === null) continue;
    const found = scanReferences(parse, text, { file, folder, exists: (path) => sources.files.has(path) });
    for (const path of found.files) files.add(path);
    for (const inner of found.folders) for (const path of filesBelow(sources, inner)) files.add(path);
    for (const path of found.sources) calls.add(path);
  }
  return { files: [...files], calls: [...calls] };
}

function filesBelow(sources: Sources, folder: string): string[] {
  return [...sources.files.keys()].filter((file) => liesIn(file, folder));
}

function joined(folder: string, name: string): string {
  return folder === "." ? name : `${folder}/${name}`;
}
