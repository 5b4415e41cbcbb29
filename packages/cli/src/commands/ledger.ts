import process from "node:process";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { EMPTY_LEDGER } from "@pipelines/core/ledger/ledger";
import { type LedgerGit, ledgerGit } from "@pipelines/core/ledger-ref/git";
import { readHistory } from "@pipelines/core/ledger-ref/read-history";
import { fetchLedger, readLedger } from "@pipelines/core/ledger-ref/store";
import { fileOf } from "@pipelines/core/ledger-ref/tree";
import { historyCsv, historyText, statusText } from "../ledger/tables.ts";
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

export type HistoryOptions = LedgerOptions & { readonly csv?: true; readonly since?: number };

/** Prints what happened to a unit, or to all: who, by which pull request, which plan, how it ended. */
export async function history(unit: string | undefined, options: HistoryOptions): Promise<number> {
  const { git, there } = await openLedger(options);
  const file = unit === undefined ? null : fileOf(UnitPath.parse(unit));
  const entries = there ? await readHistory(git, file, options.since ?? null) : [];
  if (options.json === true) process.stdout.write(`${JSON.stringify({ version: 1, entries }, null, 2)}\n`);
  else process.stdout.write(options.csv === true ? historyCsv(entries) : historyText(entries));
  return 0;
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
