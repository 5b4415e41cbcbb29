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
    const self = { path: unit.path };
    const add = (file: string, links: readonly Link[]): void => {
      if (!reads.has(file)) reads.set(file, links);
    };
    const included = new Set(unit.includes);
    for (const file of unit.includes) if (file !== "") add(file, [{ relation: "included by", ...self }]);
    const moduleFolders = new Set<string>();
    for (const file of unit.reading) {
      if (included.has(file)) continue;
      if (CODE.test(file)) moduleFolders.add(folderOf(file));
      else add(file, [{ relation: "read by", ...self }]);
    }
    const texts = [joined(unit.path, UNIT_FILE), ...unit.includes, ...unit.reading.filter((f) => f.endsWith(".hcl"))];
    for (const file of new Set(texts)) {
      const text = sources.files.has(file) ? await sources.read(file) : null;
      if (text === null) continue;
      const found = scanReferences(parse, text, {
        file,
        folder: unit.path,
        exists: (path) => sources.files.has(path),
      });
      const via: Link[] = file === joined(unit.path, UNIT_FILE) ? [] : [{ relation: "read by", path: file }];
      for (const path of found.files) add(path, [...via, { relation: "read by", ...self }]);
      for (const folder of found.folders) {
        for (const path of filesBelow(sources, folder)) add(path, [{ relation: "read by", ...self }]);
      }
      for (const folder of found.sources) moduleFolders.add(folder);
    }
    if (moduleFolders.size === 0) moduleFolders.add(unit.path);
    await addModules(moduleFolders, unit.path, moduleReads, add);
    return new Map([...reads].filter(([file]) => file !== joined(unit.path, UNIT_FILE)));
  };
}

/** Follows module calls from the unit's own modules to any depth. */
async function addModules(
  folders: ReadonlySet<string>,
  unit: string,
  moduleReads: (folder: string) => Promise<ModuleReads>,
  add: (file: string, links: readonly Link[]) => void,
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
