import type { LedgerRun } from "@pipelines/core/contracts/ledger";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Claim, Claimed } from "@pipelines/core/ledger/claim";
import type { Ledger } from "@pipelines/core/ledger/ledger";
import type { Recording } from "@pipelines/core/ledger/record";
import { count } from "@pipelines/core/wording/count";

/** With the commit, a ledger that somebody removed can be put back. */
export function whereLedgerIs(commit: string | null): string {
  return commit === null ? "There is no ledger yet." : `The ledger is at ${commit}.`;
}

/** Lines of one commit of the ledger: more than anybody reads. */
const MOST_LINES = 100;

/** What `git log refs/pipelines/ledger` says of a claim. */
export function claimMessage({ run, head }: Claim, { ledger, taken }: Claimed, url: string): string {
  const lines = taken.flatMap((path) => {
    const due = ledger.units.get(path)?.due;
    return due === undefined ? [] : [`${due.action} ${named(path)}: ${due.why}`];
  });
  return message(`Run ${run.number} claims ${count(taken.length, "unit")} at ${head.slice(0, 12)}`, lines, url);
}

/** What it says of a run's end. */
export function recordMessage({ run, ended }: Recording, ledger: Ledger, url: string): string {
  const lines = ended.map(({ path }) => {
    const { due, applied } = ledger.units.get(path) ?? {};
    if (due !== undefined) return `due ${named(path)}: ${due.why}`;
    return `${applied?.action === "destroy" ? "destroyed" : "applied"} ${named(path)}`;
  });
  const open = lines.filter((line) => line.startsWith("due ")).length;
  const done = count(lines.length - open, "unit");
  return message(`Run ${run.number} ended: ${done} done, ${open} due`, lines, url);
}

/** What it says of units of which a person said that nothing is to be done. */
export function dismissalMessage(run: LedgerRun, by: string, units: readonly UnitPath[], url: string): string {
  const lines = units.map((path) => `dismissed ${named(path)}`);
  return message(`Run ${run.number}: ${named(by)} dismisses ${count(units.length, "unit")}`, lines, url);
}

/** A path may hold anything: in a message it stays on its line. */
function named(path: string): string {
  return JSON.stringify(path).slice(1, -1);
}

function message(subject: string, lines: readonly string[], url: string): string {
  const shown = lines.slice(0, MOST_LINES);
  const more = lines.length > MOST_LINES ? [`and ${lines.length - MOST_LINES} more`] : [];
  return `${[subject, "", ...shown, ...more, ...(lines.length === 0 ? [] : [""]), url].join("\n")}\n`;
}
