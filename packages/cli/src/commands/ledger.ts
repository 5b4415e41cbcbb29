import process from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { HistoryEntry } from "@pipelines/core/ledger/history";
import { EMPTY_LEDGER } from "@pipelines/core/ledger/ledger";
import { type LedgerGit, ledgerGit } from "@pipelines/core/ledger-ref/git";
import { readHistory } from "@pipelines/core/ledger-ref/read-history";
import { fetchLedger, readLedger } from "@pipelines/core/ledger-ref/store";
import { fileOf } from "@pipelines/core/ledger-ref/tree";
import { type HistoryFormat, historyIn } from "../ledger/export.ts";
import { statusText } from "../ledger/tables.ts";
import { checkedOutFolder } from "../repository-folder.ts";

export type LedgerOptions = {
  readonly repo: string;
  /** `false`: what was fetched before has to do. */
  readonly fetch: boolean;
  readonly json?: true;
};

/** Prints what is applied where, and what is due and why. Answers the exit code: 1 while anything is due. */
export async function status(options: LedgerOptions): Promise<number> {
  const { git, there } = await openLedger(options);
  const { ledger } = there ? await readLedger(git) : { ledger: EMPTY_LEDGER };
  const { determined, units } = ledger;
  const records = [...units.values()];
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ version: 1, determined, units: records }, null, 2)}\n`
      : statusText(ledger),
  );
  return records.some(({ due }) => due !== undefined) ? 1 : 0;
}

export type HistoryOptions = LedgerOptions & {
  readonly format?: "text" | "csv" | "json";
  readonly csv?: true;
  readonly since?: number;
  readonly until?: number;
  readonly environment?: string;
};

/** Prints what happened to a unit, or to all: who, by which pull request, which plan, how it ended. */
export async function history(unit: string | undefined, options: HistoryOptions): Promise<number> {
  const { git, there } = await openLedger(options);
  const { since = null, until = null, environment = null } = options;
  const file = unit === undefined ? null : fileOf(UnitPath.parse(unit));
  const all = there ? readHistory(git, { file, since, until }) : nothing();
  const entries = environment === null ? all : inEnvironment(all, environment);
  await print(historyIn(formatOf(options), entries));
  return 0;
}

function formatOf({ format, csv, json }: HistoryOptions): HistoryFormat {
  return format ?? (csv === true ? "csv" : json === true ? "json" : "text");
}

async function* nothing(): AsyncGenerator<HistoryEntry> {}

async function* inEnvironment(entries: AsyncIterable<HistoryEntry>, name: string): AsyncGenerator<HistoryEntry> {
  for await (const entry of entries) if (entry.environment === name) yield entry;
}

/** Prints as fast as the reader reads. One that has seen enough, such as `head`, closes the pipe: that is no failure. */
async function print(chunks: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(chunks), process.stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
  }
}

/** The checkout, with the ledger's ref as `origin` has it. Git asks for credentials as it does for any fetch. */
async function openLedger({ repo, fetch }: LedgerOptions): Promise<{ git: LedgerGit; there: boolean }> {
  const folder = await checkedOutFolder(repo);
  const variables = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const git = ledgerGit(folder, Object.fromEntries(variables));
  return { git, there: fetch ? await fetchLedger(git, "origin") : true };
}
