import { readFile, rm, stat } from "node:fs/promises";
import { posix } from "node:path";
import { unreadableHcl } from "../../hcl/parse.ts";
import { sideBySide } from "../side-by-side.ts";

/** Why a file of the commit is not given to Terragrunt, and where. */
export type Exclusion = { readonly line: number; readonly message: string };

const MOST_BYTES = 20_000_000;

/**
 * Removes HCL from a checkout that nobody can have written by hand: it would keep Terragrunt busy for minutes, and with
 * it every other unit.
 */
export async function excludeUnreadable(root: string, files: readonly string[]): Promise<Map<string, Exclusion>> {
  const found = await sideBySide(files, async (file) => {
    const path = posix.join(root, file);
    const reason = await reasonFor(path);
    if (reason !== null) await rm(path, { force: true });
    return { file, reason };
  });
  return new Map(found.flatMap(({ file, reason }): [string, Exclusion][] => (reason === null ? [] : [[file, reason]])));
}

async function reasonFor(path: string): Promise<Exclusion | null> {
  const size = await stat(path).then(
    (stats) => (stats.isFile() ? stats.size : 0),
    () => 0,
  );
  if (size > MOST_BYTES) return { line: 1, message: `it is ${Math.round(size / 1_000_000)} MB long` };
  return size === 0 ? null : unreadableHcl(await readFile(path, "utf8"));
}
