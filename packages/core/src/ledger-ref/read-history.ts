import { entriesBetween, type HistoryEntry } from "../ledger/history.ts";
import type { LedgerGit } from "./git.ts";
import { readBlobs } from "./store.ts";
import { isUnitFile, LEDGER_REF, LedgerError, unitIn } from "./tree.ts";

/** One record that a commit of the ledger changed: the blobs before and after, `null` where there is none. */
type Change = { readonly time: string; readonly before: string | null; readonly after: string | null };

/** Which part of a history is read. Times are milliseconds since 1970. */
export type HistoryPart = {
  /** The file of one unit; `null` for all. */
  readonly file: string | null;
  /** The earliest time; `null` for all. */
  readonly since: number | null;
  /** The first time that does not belong to it any more; `null` for all. */
  readonly until: number | null;
};

/** Records that are in memory at once. */
const BATCH = 1000;

/**
 * What the ledger recorded, oldest first, from the history of its ref. One git process, and another for each thousand
 * records: the records of years are never in memory together.
 *
 * @throws LedgerError when the ref is not there or holds something else
 */
export async function* readHistory(git: LedgerGit, part: HistoryPart): AsyncGenerator<HistoryEntry> {
  const { file, since, until } = part;
  const options = ["--reverse", "--raw", "--no-abbrev", "--no-renames", "--format=at %ct"];
  const paths = file === null ? [] : [`:(literal)${file}`];
  const listed = await git(["log", ...options, LEDGER_REF, "--", ...paths]);
  if (!listed.ok) throw new LedgerError(`the history of ${LEDGER_REF} can't be read: ${listed.stderr}`);
  const changes = changesIn(listed.stdout.toString("utf8")).filter(({ time }) => {
    const at = Date.parse(time);
    return at >= (since ?? 0) && at < (until ?? Number.POSITIVE_INFINITY);
  });
  for (let from = 0; from < changes.length; from += BATCH) {
    yield* await entriesOf(git, changes.slice(from, from + BATCH), file);
  }
}

async function entriesOf(git: LedgerGit, changes: readonly Change[], file: string | null): Promise<HistoryEntry[]> {
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
    if (line.startsWith("at ")) time = new Date(Number(line.slice(3)) * 1000).toISOString();
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
