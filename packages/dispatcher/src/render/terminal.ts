import { needsSomebody } from "@pipelines/core/contracts/end";
import type { AccountOutcome, HookOutcome } from "@pipelines/core/contracts/outcome";
import { count } from "@pipelines/core/wording/count";
import { adviceOn } from "../report/advice.ts";
import { headlineOf } from "../report/headline.ts";
import type { ReportKind } from "../report/kind.ts";
import type { Report, WithheldUnit } from "../report/model.ts";
import { isUnchanged, type Row } from "../report/rows.ts";
import { promotionBlock } from "./blocks/promotion.ts";
import { oneLine, visible } from "./escape.ts";
import { plainFigures } from "./figures.ts";
import { resultOf } from "./result.ts";

/** The report for a terminal: the same model as the comment's, without colour, the plans before the summary. */
export function renderTerminal(report: Report, options: { readonly plans: boolean }): string {
  const headline = headlineOf(report);
  const blocks = [
    options.plans ? plansOf(report) : "",
    `${headline.icon} ${headline.text}`,
    promotionBlock(report).replaceAll(/\*\*|`/g, ""),
    list(
      "To be destroyed, replaced or forgotten:",
      report.dangers.map(
        ({ action, address, unit }) => `${action.padEnd(7)} ${oneLine(address, 200)}  (${oneLine(unit, 200)})`,
      ),
    ),
    list("Units:", columns(report.rows.map((row) => cellsOf(row, report.kind)))),
    list(
      "Jobs that failed:",
      report.jobs.map(({ name, failure }) => `${oneLine(name, 200)}: ${oneLine(failure, 1000)}`),
    ),
    list("Needs attention:", attentionLines(report.rows.filter(({ end, action }) => needsSomebody(end, action)))),
    list(
      "Problems:",
      report.problems.map(({ path, file, line, message }) => {
        const where = file === null ? path : `${file}${line === null ? "" : `:${line}`}`;
        return `${where === null ? "" : `${oneLine(where, 300)}: `}${oneLine(message, 2000)}`;
      }),
    ),
    list("Withheld:", report.withheld.map(withheldLine)),
    list(
      report.comparison?.mode === "plan" ? "Not done by merging:" : "Not done when this is carried out:",
      report.willBeWithheld.map(withheldLine),
    ),
    list(
      "Changed files that no unit reads:",
      report.unmatched.map((file) => oneLine(file, 300)),
    ),
    list("Checks:", report.hooks.map(hookLine)),
    list("Accounts:", report.accounts.map(accountLine)),
    ...report.notices.map((notice) => oneLine(notice, 1000)),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function withheldLine({ unit, action, message, next }: WithheldUnit): string {
  return `${action} of ${oneLine(unit, 200)}: ${oneLine(message, 1000)}\n    Next: ${oneLine(next, 1000)}`;
}

function plansOf(report: Report): string {
  return report.rows
    .filter((row) => !isUnchanged(row) && row.text !== null)
    .map(({ unit, text }) => `── ${oneLine(unit, 200)}\n${visible(text ?? "").trimEnd()}`)
    .join("\n\n");
}

function cellsOf(row: Row, kind: ReportKind): string[] {
  const figures = row.plan === null ? "" : plainFigures(row.plan);
  return [resultOf(row, kind), oneLine(row.unit, 200), oneLine(row.environment, 60), figures];
}

/** Lines of cells, each column as wide as its widest cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (most, cells) => cells.map((cell, at) => Math.max(cell.length, most[at] ?? 0)),
    [],
  );
  return rows.map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function hookLine({ name, result, summary }: HookOutcome): string {
  const said = visible(summary).trim().split("\n").slice(0, 40).join("\n      ");
  return `${result.padEnd(6)}  ${oneLine(name, 100)}${said === "" ? "" : `: ${said}`}`;
}

function accountLine({ name, files, pullRequestUrl, notes = [], failure }: AccountOutcome): string {
  const later =
    files.length === 0 ? "nothing is proposed" : `${count(files.length, "file")} will be proposed after the merge`;
  const said = notes.map((note) => `\n      ${oneLine(note, 500)}`).join("");
  return `${oneLine(name, 100)}: ${oneLine(failure ?? pullRequestUrl ?? later, 1000)}${said}`;
}

/** What is to be done about units; what many share, as the problem of a file that all include, is said once. */
function attentionLines(rows: readonly Row[]): string[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(adviceOn(row, "terminal")));
  return [...groups.values()].map((group) => {
    const units = group.map(({ unit }) => oneLine(unit, 200)).join(", ");
    const [row] = group;
    const advice = row === undefined ? null : adviceOn(row, "terminal");
    if (advice === null) return units;
    const detail = advice.detail === null ? [] : visible(advice.detail).trimEnd().split("\n").slice(0, 40);
    return [
      `${units}${group.length === 1 ? "" : ":"} ${oneLine(advice.happened, 500)}`,
      ...detail,
      `Next: ${oneLine(advice.next, 1000)}`,
    ].join("\n    ");
  });
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
