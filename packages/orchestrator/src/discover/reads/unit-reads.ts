import { evaluate, repositoryPath, type Scope } from "../../hcl/evaluate.ts";
import { includesOf, type References, referencesIn, UNKNOWN } from "../../hcl/references.ts";
import { filesBelow, isThere, type Sources, submoduleOf } from "../checkout/sources.ts";
import { fileIn, folderOf, liesIn, UNIT_FILE, unitNamedBy } from "../paths.ts";
import type { Link } from "../snapshot.ts";
import type { ListedUnit } from "../terragrunt/find.ts";
import { type Add, addModules, CODE, isInNestedUnit, type ModuleReads, scanModule } from "./local-modules.ts";
import { mayReadReader, sharedAbove } from "./may-read.ts";

/** A line of a file. */
export type FileLine = { readonly file: string; readonly line: number };

/** What a unit reads, and what its text says beyond. */
export type UnitReads = {
  /** Every file outside its own folder that it reads with the chain to it: what Terragrunt reports, and what only its HCL says. */
  readonly reads: Map<string, readonly Link[]>;
  /** Files whose place or existence it asks for, without reading them. */
  readonly located: ReadonlySet<string>;
  /** The local module that it names and that is not there. */
  readonly missingModule: (FileLine & { readonly folder: string }) | null;
  /** Where its dependencies are named. */
  readonly dependencies: ReadonlyMap<string, FileLine>;
  /** Where its dependencies have `expansion` blocks. */
  readonly expansions: readonly FileLine[];
  /** Units whose outputs it has by a configuration that it reads; Terragrunt does not list them. */
  readonly readDependencies: ReadonlySet<string>;
  /** Its text goes on without what it asks credentials for. */
  readonly hidesCredentials: boolean;
};

/** How a unit is read: its environment, and whether all is there or its text alone has to do. */
export type Reading = {
  readonly env: Readonly<Record<string, string>>;
  readonly account: string | null;
  /** Terragrunt could not evaluate it: what it may read beyond is asked of `mayRead`. */
  readonly byTextAlone: boolean;
  /** A path of which nothing is known may be any file. */
  readonly anyFile: boolean;
};

/** Answers what units read. */
export function readsReader(sources: Sources): (unit: ListedUnit, reading: Reading) => UnitReads {
  const modules = new Map<string, ModuleReads>();
  const moduleReads = (folder: string): ModuleReads => {
    const known = modules.get(folder) ?? scanModule(sources, folder);
    modules.set(folder, known);
    return known;
  };
  const mayRead = mayReadReader(sources);
  return (unit, reading) => {
    const reads = new Map<string, readonly Link[]>();
    const add = addingTo(reads, unit.path, sources);
    for (const file of sources.byFolder.get(unit.path) ?? []) {
      if (sources.realOf(file) !== file) add(file, [{ relation: "read by", path: unit.path }]);
    }
    for (const file of unit.includes) if (file !== "") add(file, [{ relation: "included by", path: unit.path }]);
    const written = readText(unit, reading, sources, add);
    const local = written.sources.size > 0 || written.unknownSource ? written.sources : new Set([unit.path]);
    addModules(local, unit.path, moduleReads, add);
    addModules(addReported(unit, written, sources, reads, add), unit.path, moduleReads, add);
    const unknown = unknownPaths(written, reading);
    const beyond = [
      ...mayRead(unknown),
      ...(written.unknownAbove && reading.byTextAlone ? sharedAbove(unit.path, sources) : []),
    ];
    for (const file of beyond.filter((path) => !liesIn(path, unit.path))) {
      add(file, [{ relation: "may be read by", path: unit.path }]);
    }
    reads.delete(fileIn(unit.path, UNIT_FILE));
    const { located, named, dependencies, expansions, readDependencies, hidesCredentials } = written;
    const missing = missingModule(named, sources);
    return { reads, located, missingModule: missing, dependencies, expansions, readDependencies, hidesCredentials };
  };
}

/** The paths with unknown parts that count: Terragrunt reports all configurations of a unit that it can evaluate. */
function unknownPaths({ unknownFiles, unknownConfigurations }: Written, reading: Reading): string[] {
  const paths = reading.byTextAlone ? [...unknownFiles, ...unknownConfigurations] : [...unknownFiles];
  return paths.filter((path) => reading.anyFile || path !== UNKNOWN);
}

/** Adds a file that is read; behind a symbolic link the file, or the files of the folder, that it stands for. */
function addingTo(reads: Map<string, readonly Link[]>, unit: string, sources: Sources): Add {
  const put = (file: string, links: readonly Link[]): void => {
    if (!reads.has(file)) reads.set(file, links);
  };
  return (file, links) => {
    put(file, links);
    const real = sources.realOf(file);
    if (real !== file) for (const target of [real, ...filesBelow(sources, real)]) put(target, links);
    const submodule = submoduleOf(real, sources);
    if (submodule !== null) put(submodule, [{ relation: "read by", path: unit }]);
  };
}

/** A source of the unit's own text counts; one of its includes where it is the only one. */
function missingModule(named: readonly NamedModule[], sources: Sources): UnitReads["missingModule"] {
  const own = named.filter(({ isOwn }) => isOwn);
  const [module, other] = own.length > 0 ? own : named;
  if (module === undefined || other !== undefined) return null;
  const isKnown = isThere(module.folder, sources) || submoduleOf(sources.realOf(module.folder), sources) !== null;
  return isKnown ? null : { folder: module.folder, file: module.file, line: module.line };
}

type NamedModule = FileLine & { readonly folder: string; readonly isOwn: boolean };

/** What the text of a unit says. */
export type Written = {
  readonly sources: Set<string>;
  unknownSource: boolean;
  unknownLocalSource: boolean;
  unknownDependency: boolean;
  unknownFunction: boolean;
  unknownAbove: boolean;
  hidesCredentials: boolean;
  /** It reads a configuration that is there and can't be read. */
  unreadable: boolean;
  /** Folders of modules of configurations that it reads, of which Terragrunt lists the code as well. */
  readonly otherModules: Set<string>;
  readonly configurations: Set<string>;
  readonly located: Set<string>;
  readonly unknownFiles: Set<string>;
  readonly unknownConfigurations: Set<string>;
  readonly named: NamedModule[];
  readonly dependencies: Map<string, FileLine>;
  readonly expansions: FileLine[];
  readonly readDependencies: Set<string>;
};

/**
 * Adds what else Terragrunt says that a unit reads; gives folders of its module's code that its HCL does not name. Code
 * counts as the module's where the source is not known; elsewhere it was read like any other file.
 */
function addReported(
  unit: ListedUnit,
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
export function readText(unit: ListedUnit, reading: Reading, sources: Sources, add: Add): Written {
  const own = fileIn(unit.path, UNIT_FILE);
  const contextOf = contextsOf(unit, own, reading, sources);
  const main = contextOf(own);
  const written: Written = {
    sources: new Set(),
    unknownSource: false,
    unknownLocalSource: false,
    unknownDependency: false,
    unknownFunction: false,
    unknownAbove: false,
    hidesCredentials: false,
    unreadable: false,
    configurations: new Set(),
    located: new Set(),
    unknownFiles: new Set(),
    unknownConfigurations: new Set(),
    named: [],
    dependencies: new Map(),
    expansions: [],
    otherModules: new Set(),
    readDependencies: new Set(),
  };
  const seen = new Set<string>();
  const queue: { readonly file: string; readonly context: Context }[] = [];
  const open = (file: string, reader: Context): void => {
    // What a configuration includes is read as a part of it, anything else as a configuration by itself.
    const context = file === reader.own || reader.included.has(file) ? reader : contextOf(file);
    const key = `${context.own}\n${file}`;
    if (!seen.has(key)) queue.push({ file, context });
    seen.add(key);
  };
  for (const file of [own, ...unit.includes, ...unit.reading.filter((name) => name.endsWith(".hcl"))]) open(file, main);
  for (const { file, context } of queue) {
    const scope = context.scopeOf(file);
    if (scope === null) {
      written.unreadable ||= isThere(file, sources);
      continue;
    }
    const found = referencesIn(scope);
    const via: Link[] = file === own ? [] : [{ relation: "read by", path: file }];
    const named = [...found.files, ...found.folders.flatMap((folder) => filesBelow(sources, sources.realOf(folder)))];
    // Terragrunt reports configurations that it came by, which leaves out those of `inputs` and what follows an error.
    for (const path of [...named, ...found.configurations])
      add(path, [...via, { relation: "read by", path: unit.path }]);
    for (const path of found.configurations) open(path, context);
    takePaths(found, written);
    written.expansions.push(...found.expansions.map((line) => ({ file, line })));
    if (context === main) takeBlocks(found, file, file === own, written, sources);
    else takeRead(found, written, sources);
  }
  return written;
}

function takePaths(found: References, written: Written): void {
  for (const name of ["configurations", "located", "unknownFiles", "unknownConfigurations"] as const) {
    for (const path of found[name]) written[name].add(path);
  }
  written.unknownAbove ||= found.unknownAbove;
  written.unknownFunction ||= found.unknownFunction;
  written.hidesCredentials ||= found.hidesCredentials;
}

function takeBlocks(found: References, file: string, isOwn: boolean, written: Written, sources: Sources): void {
  for (const [path, line] of found.dependencies) {
    const unit = unitNamedBy(path);
    if (!written.dependencies.has(unit)) written.dependencies.set(unit, { file, line });
  }
  for (const [folder, line] of found.sources) {
    written.sources.add(sources.realOf(folder));
    written.named.push({ folder, file, line, isOwn });
  }
  written.unknownSource ||= found.unknownSource;
  written.unknownLocalSource ||= found.unknownLocalSource;
  written.unknownDependency ||= found.unknownDependency;
}

/** A configuration that is only read has no say about the unit's source; Terragrunt asks for the outputs that it names. */
function takeRead(found: References, written: Written, sources: Sources): void {
  for (const path of found.dependencies.keys()) written.readDependencies.add(unitNamedBy(path));
  written.unknownDependency ||= found.unknownDependency;
  for (const folder of found.sources.keys()) written.otherModules.add(sources.realOf(folder));
  written.unknownLocalSource ||= found.unknownLocalSource;
}

/** A unit, or a configuration that is read in the place of one, with what it includes. */
type Context = {
  readonly own: string;
  readonly included: ReadonlySet<string>;
  /** The scope of a file that belongs to it; `null` when it can't be read. */
  scopeOf(file: string): Scope | null;
};

/** The contexts in which the files that a unit reads are evaluated, by the file that makes the context. */
function contextsOf(
  unit: ListedUnit,
  main: string,
  { env, account, byTextAlone }: Reading,
  sources: Sources,
): (own: string) => Context {
  const exists = (path: string): boolean => isThere(path, sources);
  const contexts = new Map<string, Context>();
  const contextOf = (own: string): Context => {
    const known = contexts.get(own);
    if (known !== undefined) return known;
    const folder = own === main ? unit.path : folderOf(own);
    const includes = new Map<string, string>();
    const included = new Set(own === main ? unit.includes : []);
    const scopeOf = (file: string): Scope | null => {
      const body = exists(file) ? sources.parsed(file) : null;
      if (body === null) return null;
      const folders = { unitFolder: folder, originalFolder: unit.path, terragruntFolder: folder };
      return {
        file,
        body,
        ...folders,
        includes,
        included: included.has(file),
        env,
        account,
        unknown: UNKNOWN,
        exists,
        open,
      };
    };
    const open = (file: string): Scope | null =>
      file === own || included.has(file) ? scopeOf(file) : contextOf(file).scopeOf(file);
    const context: Context = { own, included, scopeOf };
    contexts.set(own, context);
    const scope = scopeOf(own);
    if (scope === null) return context;
    const pathOf = includesOf(scope.body, (path) => {
      const text = evaluate(path, scope);
      return text === null || text.includes(UNKNOWN) ? null : repositoryPath(text, folder);
    });
    for (const [label, file] of pathOf) {
      includes.set(label, file);
      if (byTextAlone || own !== main) included.add(file);
    }
    return context;
  };
  return contextOf;
}

/** What a unit includes, as far as its own text says; `unknown` where it may include something else as well. */
export function includedBy(
  unit: string,
  reading: Reading,
  sources: Sources,
): { readonly files: readonly string[]; readonly unknown: boolean } {
  const own = fileIn(unit, UNIT_FILE);
  const empty: ListedUnit = { path: unit, includes: [], dependencies: [], reading: [], exclude: null };
  const context = contextsOf(empty, own, { ...reading, byTextAlone: true }, sources)(own);
  const blocks = context.scopeOf(own)?.body.blocks.filter(({ type }) => type === "include").length ?? 0;
  return { files: [...context.included], unknown: blocks > context.included.size };
}
