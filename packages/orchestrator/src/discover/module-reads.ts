import { evaluate, repositoryPath, type Scope } from "../hcl/evaluate.ts";
import type { Body } from "../hcl/parse.ts";
import { includesOf, referencesIn } from "../hcl/references.ts";
import type { FoundUnit } from "./find.ts";
import { folderOf, type Link, liesIn, UNIT_FILE } from "./snapshot.ts";

/** The files of a commit as the scan sees them. */
export type Sources = {
  readonly files: ReadonlyMap<string, string>;
  /** Files by folder, direct children only. */
  readonly byFolder: ReadonlyMap<string, readonly string[]>;
  /** The HCL of a file, parsed once however many units share it; `null` when it is not there. */
  readonly parsed: (file: string) => Body | null;
};

/** Every file that a unit reads with the chain to it: what Terragrunt told, and what only its HCL tells. */
export type ReadsOf = (unit: FoundUnit, env: Readonly<Record<string, string>>) => Map<string, readonly Link[]>;

const CODE = /\.(?:tf|tofu)(?:\.json)?$/;

/** Answers what units read. */
export function readsReader(sources: Sources): ReadsOf {
  const modules = new Map<string, ModuleReads>();
  const moduleReads = (folder: string): ModuleReads => {
    const known = modules.get(folder) ?? scanModule(sources, folder);
    modules.set(folder, known);
    return known;
  };
  return (unit, env) => {
    const reads = new Map<string, readonly Link[]>();
    const add: Add = (file, links) => {
      if (!reads.has(file)) reads.set(file, links);
    };
    for (const file of unit.includes) if (file !== "") add(file, [{ relation: "included by", path: unit.path }]);
    const written = addWritten(unit, env, sources, add);
    const local = written.sources.size > 0 || written.unknownSource ? written.sources : new Set([unit.path]);
    addModules(local, unit.path, moduleReads, add);
    addModules(addReported(unit, written, sources, reads, add), unit.path, moduleReads, add);
    return new Map([...reads].filter(([file]) => file !== joined(unit.path, UNIT_FILE)));
  };
}

type Add = (file: string, links: readonly Link[]) => void;

type Written = {
  readonly sources: Set<string>;
  readonly unknownSource: boolean;
  readonly configurations: ReadonlySet<string>;
};

/**
 * Adds what else Terragrunt says that a unit reads; gives folders of its module's code that its HCL does not name. Code
 * counts as the module's where the source can't be told; elsewhere it was read like any other file.
 */
function addReported(
  unit: FoundUnit,
  written: Written,
  sources: Sources,
  reads: ReadonlyMap<string, readonly Link[]>,
  add: Add,
): Set<string> {
  const moduleFolders = new Set<string>();
  for (const file of unit.reading) {
    if (reads.has(file)) continue;
    const named = written.configurations.has(file);
    // Terragrunt lists all code below a local source, also that of units which lie there.
    const source = [...written.sources].find((folder) => liesIn(file, folder));
    if (source !== undefined && !named && isInNestedUnit(file, source, sources)) continue;
    if (CODE.test(file) && written.unknownSource && !named) moduleFolders.add(folderOf(file));
    else add(file, [{ relation: "read by", path: unit.path }]);
  }
  return moduleFolders;
}

/** Adds the files that the HCL of a unit, and the HCL that it reads, names; gives the local modules that it names. */
function addWritten(unit: FoundUnit, env: Readonly<Record<string, string>>, sources: Sources, add: Add): Written {
  const own = joined(unit.path, UNIT_FILE);
  const scopes = scopesOf(unit, own, env, sources);
  const result = { sources: new Set<string>(), unknownSource: false, configurations: new Set<string>() };
  const queue = [own, ...unit.includes, ...unit.reading.filter((name) => name.endsWith(".hcl"))];
  const seen = new Set<string>();
  for (const file of queue) {
    const scope = seen.has(file) ? null : scopes(file);
    seen.add(file);
    if (scope === null) continue;
    const found = referencesIn(scope);
    const via: Link[] = file === own ? [] : [{ relation: "read by", path: file }];
    const named = [...found.files, ...found.folders.flatMap((folder) => filesBelow(sources, folder))];
    for (const path of named) add(path, [...via, { relation: "read by", path: unit.path }]);
    for (const path of found.configurations) result.configurations.add(path);
    // A configuration that is only read has no say about the unit's source.
    if (file !== own && !scope.included) continue;
    for (const folder of found.sources) result.sources.add(folder);
    result.unknownSource ||= found.unknownSource;
  }
  return result;
}

/** The scopes of the files that belong to a unit. */
function scopesOf(
  unit: FoundUnit,
  own: string,
  env: Readonly<Record<string, string>>,
  sources: Sources,
): (file: string) => Scope | null {
  const exists = (path: string): boolean => sources.files.has(path);
  const includes = new Map<string, string>();
  const open = (file: string): Scope | null => {
    const body = exists(file) ? sources.parsed(file) : null;
    if (body === null) return null;
    const included = unit.includes.includes(file);
    const terragruntFolder = file === own || included ? unit.path : folderOf(file);
    return { file, body, unitFolder: unit.path, terragruntFolder, includes, included, env, exists, open };
  };
  const scope = open(own);
  if (scope !== null) {
    const pathOf = includesOf(scope.body, (path) => {
      const text = evaluate(path, scope);
      return text === null ? null : repositoryPath(text, unit.path);
    });
    for (const [label, file] of pathOf) includes.set(label, file);
  }
  return open;
}

/** Follows module calls from the unit's own modules to any depth. */
function addModules(
  folders: ReadonlySet<string>,
  unit: string,
  moduleReads: (folder: string) => ModuleReads,
  add: Add,
): void {
  const queue = [...folders].map((folder) => ({ folder, called: false }));
  const seen = new Set(folders);
  for (const { folder, called } of queue) {
    const module = moduleReads(folder);
    const relation = called ? "called by the module of" : "file of the module of";
    for (const file of module.files) add(file, [{ relation, path: unit }]);
    for (const target of module.calls) {
      if (!seen.has(target)) queue.push({ folder: target, called: true });
      seen.add(target);
    }
  }
}

type ModuleReads = { readonly files: readonly string[]; readonly calls: readonly string[] };

function scanModule(sources: Sources, folder: string): ModuleReads {
  const direct = sources.byFolder.get(folder) ?? [];
  const code = direct.filter((file) => CODE.test(file));
  // Without code of its own a folder is no module: taking all that lies below it would take the whole repository.
  if (code.length === 0) return { files: [], calls: [] };
  const files = new Set(filesBelow(sources, folder).filter((file) => !isInNestedUnit(file, folder, sources)));
  const calls = new Set<string>();
  const exists = (path: string): boolean => sources.files.has(path);
  for (const file of code) {
    const body = sources.parsed(file);
    if (body === null) continue;
    const open = (): null => null;
    const at = { unitFolder: folder, terragruntFolder: folder, includes: new Map(), included: false };
    const found = referencesIn({ file, body, ...at, env: {}, exists, open });
    for (const path of found.files) files.add(path);
    for (const inner of found.folders) for (const path of filesBelow(sources, inner)) files.add(path);
    for (const path of found.sources) calls.add(path);
  }
  return { files: [...files], calls: [...calls] };
}

/** Whether a file lies in a unit of its own below a folder: it is that unit's, not the folder's. */
function isInNestedUnit(file: string, folder: string, sources: Sources): boolean {
  for (let above = folderOf(file); above !== folder && above !== "."; above = folderOf(above)) {
    if (sources.files.has(joined(above, UNIT_FILE))) return true;
  }
  return false;
}

function filesBelow(sources: Sources, folder: string): string[] {
  return [...sources.files.keys()].filter((file) => liesIn(file, folder));
}

function joined(folder: string, name: string): string {
  return folder === "." ? name : `${folder}/${name}`;
}
