import type { Sources } from "../checkout/sources.ts";
import { folderOf, liesIn } from "../paths.ts";
import { CODE, referencesOfModule } from "../reads/local-modules.ts";

/** Code that names no file and calls no local module has nothing in it that is looked for here. */
const REFERS = /\b(?:file\w*|templatefile)\s*\(|source"?\s*[=:]\s*"\.{1,2}(?:\/|")/;

/**
 * The folders of modules to which some files belong, or that read one of them, also through the modules that they call.
 *
 * @param textOf the text of a file, or `null` when it can't be read
 */
export function modulesWith(
  changed: ReadonlySet<string>,
  sources: Sources,
  textOf: (file: string) => string | null,
): Set<string> {
  const isModule = (folder: string): boolean => (sources.byFolder.get(folder) ?? []).some((name) => CODE.test(name));
  // A set that grows while it is walked through.
  const found = new Set([...changed].flatMap(foldersAround).filter(isModule));
  const callers = new Map<string, string[]>();
  for (const [folder, files] of sources.byFolder) {
    if (!files.some((file) => CODE.test(file) && REFERS.test(textOf(file) ?? ""))) continue;
    const references = referencesOfModule(sources, folder);
    if (readsAny(references, changed, sources)) found.add(folder);
    for (const call of references.calls) callers.set(call, [...(callers.get(call) ?? []), folder]);
  }
  for (const folder of found) for (const caller of callers.get(folder) ?? []) found.add(caller);
  return found;
}

/** The folder of a file and those above it. */
function foldersAround(file: string): string[] {
  const folder = folderOf(file);
  return folder === "." ? ["."] : [folder, ...foldersAround(folder)];
}

function readsAny(
  { files, folders }: ReturnType<typeof referencesOfModule>,
  changed: ReadonlySet<string>,
  sources: Sources,
): boolean {
  return (
    files.some((file) => changed.has(file) || changed.has(sources.realOf(file))) ||
    folders.some((folder) => [...changed].some((file) => liesIn(file, folder)))
  );
}
