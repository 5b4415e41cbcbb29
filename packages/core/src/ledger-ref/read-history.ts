import { entriesBetween, type HistoryEntry } from "../ledger/history.ts";
import type { LedgerGit } from "./git.ts";
import { readBlobs } from "./store.ts";
import { isUnitFile, LEDGER_REF, LedgerError, unitIn } from "./tree.ts";

/** One record that a commit of the ledger changed: the blobs before and after, `null` where there is none. */
type Change = { readonly time: string; readonly before: string | null; readonly after: string | null };

/**
 * What the ledger was told, oldest first, from the history of its ref. Two git processes, whatever its length.
 *
 * @param file the file of one unit; `null` for all
 * @param since the earliest time, in milliseconds since 1970; `null` for all
 * @throws LedgerError when the ref is not there or holds something else
 */
export async function readHistory(git: LedgerGit, file: string | null, since: number | null): Promise<HistoryEntry[]> {
  const options = ["--reverse", "--raw", "--no-abbrev", "--no-renames", "--format=at %cI"];
  const paths = file === null ? [] : [`:(literal)${file}`];
  const listed = await git(["log", ...options, LEDGER_REF, "--", ...paths]);
  if (!listed.ok) throw new LedgerError(`the history of ${LEDGER_REF} can't be read: ${listed.stderr}`);
  const changes = changesIn(listed.stdout.toString("utf8")).filter(({ time }) => Date.parse(time) >= (since ?? 0));
  const texts = await readBlobs(
    git,
    changes.flatMap(({ before, after }) => [before, after]).filter((blob) => blob !== null),
  );
  const record = (blob: string | null) =>
    blob === null ? null : unitIn({ path: file ?? "units/.json", text: texts.get(blob) ?? "" });
  return changes.flatMap(({ time, before, after }) => entriesBetween(record(before), record(after), time));
}

/** Parses `git log --raw`: `:<mode> <mode> <blob> <blob> <letter>` TAB `<path>`, the path in quotes if it is odd. */
function changesIn(output: string): Change[] {
  const changes: Change[] = [];
  let time = "";
  for (const line of output.split("\n")) {
    if (line.startsWith("at ")) time = line.slice(3);
    const [, before, after, path] = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*\t"?(.+?)"?$/.exec(line) ?? [];
    if (before === undefined || after === undefined || path === undefined || !isUnitFile(path)) continue;
    changes.push({ time, before: blobOf(before), after: blobOf(after) });
  }
  return changes;
}

/** Git writes a blob that is not there as zeros. */
function blobOf(id: string): string | null {
  return /^0+$/.test(id) ? null : id;
}
