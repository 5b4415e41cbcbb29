import { referencesIn } from "../../hcl/references.ts";
import { filesBelow, type Sources, submoduleOf } from "../checkout/sources.ts";
import { fileIn, folderOf, UNIT_FILE } from "../paths.ts";
import type { Link } from "../snapshot.ts";

/** Takes a file that a unit reads, with the chain to it. */
export type Add = (file: string, links: readonly Link[]) => void;

/** Names of files that hold a module's code. */
export const CODE = /\.(?:tf|tofu)(?:\.json)?$/;

/** Follows module calls from the unit's own modules to any depth. */
export function addModules(
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
    for (const file of module.named) add(file, [{ relation: "read by", path: unit }]);
    for (const file of module.files) add(file, [{ relation, path: unit }]);
    for (const target of module.calls) {
      if (!seen.has(target)) queue.push({ folder: target, called: true });
      seen.add(target);
    }
  }
}

export type ModuleReads = {
  readonly files: readonly string[];
  /** Those that its code names. */
  readonly named: readonly string[];
  readonly calls: readonly string[];
};

/** What a local module consists of, and which further ones it calls. */
export function scanModule(sources: Sources, folder: string): ModuleReads {
  const submodule = submoduleOf(folder, sources);
  if (submodule !== null) return { files: [submodule], named: [], calls: [] };
  const direct = sources.byFolder.get(folder) ?? [];
  const code = direct.filter((file) => CODE.test(file));
  // Without code of its own a folder is no module: taking all that lies below it would take the whole repository.
  if (code.length === 0) return { files: [], named: [], calls: [] };
  const files = new Set(filesBelow(sources, folder).filter((file) => !isInNestedUnit(file, folder, sources)));
  const found = referencesOfModule(sources, folder);
  const named = new Set([...found.files, ...found.folders.flatMap((inner) => filesBelow(sources, inner))]);
  return { files: [...files], named: [...named], calls: found.calls };
}

/** What the code of a module's folder names: files, folders that it looks through, and local modules that it calls. */
export function referencesOfModule(
  sources: Sources,
  folder: string,
): { readonly files: readonly string[]; readonly folders: readonly string[]; readonly calls: readonly string[] } {
  const files = new Set<string>();
  const folders = new Set<string>();
  const calls = new Set<string>();
  const exists = (path: string): boolean => sources.files.has(sources.realOf(path));
  for (const file of sources.byFolder.get(folder) ?? []) {
    if (!CODE.test(file)) continue;
    const body = sources.parsed(file);
    if (body === null) continue;
    const open = (): null => null;
    const at = {
      unitFolder: folder,
      originalFolder: folder,
      terragruntFolder: folder,
      includes: new Map(),
      included: false,
    };
    const found = referencesIn({ file, body, ...at, env: {}, account: null, unknown: null, exists, open });
    for (const path of found.files) files.add(path);
    for (const inner of found.folders) folders.add(sources.realOf(inner));
    for (const path of found.sources.keys()) calls.add(sources.realOf(path));
  }
  return { files: [...files], folders: [...folders], calls: [...calls] };
}

/** Whether a file lies in a unit of its own below a folder: it is that unit's, not the folder's. */
export function isInNestedUnit(file: string, folder: string, sources: Sources): boolean {
  for (let above = folderOf(file); above !== folder && above !== "."; above = folderOf(above)) {
    if (sources.files.has(fileIn(above, UNIT_FILE))) return true;
  }
  return false;
}
