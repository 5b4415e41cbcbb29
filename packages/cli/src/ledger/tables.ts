import type { LedgerUnit } from "@pipelines/core/contracts/ledger";
import { byPath } from "@pipelines/core/contracts/unit-path";
import type { HistoryEntry } from "@pipelines/core/ledger/history";
import type { Ledger } from "@pipelines/core/ledger/ledger";

/** What is applied where, at which commit, since when, what is due and why, as text. */
export function statusText({ determined, units }: Ledger): string {
  if (determined === null)
    return "Nothing was determined yet: the first push run of the deploy branch writes the ledger.\n";
  const records = [...units.values()].map((record) => ({ ...record, path: record.unit })).toSorted(byPath);
  const due = records.filter((record) => record.due !== undefined);
  const reached =
    determined.commit === null
      ? "No commit was determined as a whole yet."
      : `Determined up to ${short(determined.commit)} of ${shown(determined.branch)} by run ${determined.run.number}, ${day(determined.time)}.`;
  return [
    reached,
    "",
    due.length === 0 ? "Nothing is due." : `Due (${due.length})`,
    ...table(due.flatMap(dueRow)),
    "",
    ...appliedTable(records),
  ].join("\n");
}

function dueRow({ unit, due }: LedgerUnit): string[][] {
  if (due === undefined) return [];
  const { action, why, since, owner, message } = due;
  return [[action, shown(unit), why, `since ${day(since)}`, `run ${owner.number}`, firstLine(message)]];
}

function appliedTable(records: readonly LedgerUnit[]): string[] {
  const rows = records.flatMap(({ unit, applied, due }) => {
    if (applied === undefined || applied.action === "destroy") return [];
    const { commit, time, run, pullRequest, by } = applied;
    const whose = pullRequest === null ? "" : `#${pullRequest}`;
    return [
      [shown(unit), short(commit), day(time), `run ${run.number}`, whose, by ?? "", due === undefined ? "" : "due"],
    ];
  });
  return [`Applied (${rows.length})`, ...table(rows), ""];
}

/** What happened to units, oldest first, as text. */
export function historyText(entries: readonly HistoryEntry[]): string {
  if (entries.length === 0) return "The ledger says nothing of that.\n";
  const rows = entries.map(({ time, unit, what, run, commit, pullRequest, by, why, message }) => [
    time,
    shown(unit),
    what,
    run === null ? "" : `run ${run}`,
    commit === null ? "" : short(commit),
    pullRequest === null ? "" : `#${pullRequest}`,
    by ?? "",
    why ?? "",
    firstLine(message ?? ""),
  ]);
  return `${table(rows, "").join("\n")}\n`;
}

function table(rows: readonly (readonly string[])[], indent = "  "): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    `${indent}${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
}

const short = (commit: string): string => commit.slice(0, 12);
const day = (time: string): string => time.slice(0, 16).replace("T", " ");
const firstLine = (text: string): string => shown(text.split("\n", 1)[0] ?? "").slice(0, 100);

/** Control characters of a name or a message would move the terminal's cursor. */
function shown(text: string): string {
  return text.replace(/\p{Cc}/gu, "�");
}
