import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { OUTCOME_FILE, outcomeNamed } from "./layout.ts";

/** A folder that holds the outcome of one job and attempt; `named` where its own name says of which. */
export type FoundOutcome = { readonly folder: string; readonly named: ReturnType<typeof outcomeNamed> };

/**
 * The outcomes that lie in a run's folder, whichever way they came there. actions/download-artifact unpacks into a folder
 * of each artifact's name where its pattern matches several, and into the path itself where it matches only one (v5 and
 * later, download-artifact.ts: `artifacts.length === 1 ? resolvedPath`): so an outcome can lie in the run's folder as well.
 * Whose it is, the document says.
 */
export async function findOutcomes(folder: string): Promise<FoundOutcome[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const alone = entries.some((entry) => entry.isFile() && entry.name === OUTCOME_FILE) ? [{ folder, named: null }] : [];
  const named = entries
    .filter((entry) => entry.isDirectory() && outcomeNamed(entry.name) !== null)
    .map(({ name }) => ({ folder: join(folder, name), named: outcomeNamed(name) }));
  return [...alone, ...named.toSorted((a, b) => (a.folder < b.folder ? -1 : 1))];
}
