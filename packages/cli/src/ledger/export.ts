import type { HistoryEntry } from "@pipelines/core/ledger/history";
import { historyText } from "./tables.ts";

export const HISTORY_FORMATS = ["text", "csv", "json"] as const;
export type HistoryFormat = (typeof HISTORY_FORMATS)[number];

/** What happened to units, oldest first, in a format, piece by piece: only the text for people holds all of it. */
export function historyIn(format: HistoryFormat, entries: AsyncIterable<HistoryEntry>): AsyncIterable<string> {
  switch (format) {
    case "csv":
      return historyCsv(entries);
    case "json":
      return historyJson(entries);
    case "text":
      return historyLines(entries);
    default:
      return format satisfies never;
  }
}

async function* historyLines(entries: AsyncIterable<HistoryEntry>): AsyncGenerator<string> {
  const all: HistoryEntry[] = [];
  for await (const entry of entries) all.push(entry);
  yield historyText(all);
}

/** One document, an entry a line. */
async function* historyJson(entries: AsyncIterable<HistoryEntry>): AsyncGenerator<string> {
  yield '{\n  "version": 1,\n  "entries": [';
  let before = "\n    ";
  for await (const entry of entries) {
    yield `${before}${JSON.stringify(entry)}`;
    before = ",\n    ";
  }
  yield "\n  ]\n}\n";
}

const COLUMNS = [
  ...["time", "unit", "what", "run", "commit", "pullRequest", "by", "plan", "why", "message"],
  ...["environment", "reviewedCommit", "reviewedPlan"],
] as const satisfies readonly (keyof HistoryEntry)[];

/** A table for a spreadsheet, as RFC 4180 has it. */
async function* historyCsv(entries: AsyncIterable<HistoryEntry>): AsyncGenerator<string> {
  yield `${COLUMNS.join(",")}\r\n`;
  for await (const entry of entries) yield `${COLUMNS.map((column) => cell(entry[column])).join(",")}\r\n`;
}

/**
 * A text that begins like a formula is one for a spreadsheet, also behind a line's end and in wide characters.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
