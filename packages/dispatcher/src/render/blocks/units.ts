import { count } from "@pipelines/core/wording/count";
import type { Detail } from "../../report/fit.ts";
import type { ReportKind } from "../../report/kind.ts";
import type { Report } from "../../report/model.ts";
import { countsInTotals, isCalm, isUnchanged, MOST_CALM, type Row } from "../../report/rows.ts";
import { code, fenced, html, link, oneLine, prose, sentence } from "../escape.ts";
import { figures, plainFigures } from "../figures.ts";
import { asDiff, cutAtLine } from "../plan-text.ts";
import { resultOf } from "../result.ts";
import { more } from "./block.ts";

/** One row per unit, but those without changes. */
export function unitTable(report: Report, detail: Detail): string {
  const all = report.rows.filter((row) => !isUnchanged(row));
  if (all.length === 0) return "";
  const rows = all.slice(0, detail.rows);
  const left = more(all.length, detail.rows, "unit");
  const calm = rows.filter(isCalm);
  if (calm.length <= MOST_CALM) return `${table(rows, report.kind)}${left}`;
  const loud = rows.filter((row) => !isCalm(row));
  const shown = loud.length === 0 ? "" : `${table(loud, report.kind)}\n\n`;
  const title = `${count(calm.length, loud.length === 0 ? "unit" : "more unit")} ${CALM_TITLES[report.kind]}`;
  return `${shown}<details><summary>${title}</summary>\n\n${table(calm, report.kind)}\n\n</details>${left}`;
}

const CALM_TITLES = {
  plan: "to apply, destroying nothing",
  apply: "applied, destroying nothing",
  drift: "that an apply would change, destroying nothing",
} as const;

function table(rows: readonly Row[], kind: ReportKind): string {
  const lines = rows.map((row) => {
    const cells = [
      resultOf(row, kind),
      code(row.unit, 200),
      prose(row.environment, 60),
      resources(row),
      sentence(row.because, 120),
      row.logUrl === null ? "" : link("log", row.logUrl),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `| result | unit | environment | resources | because | |\n|---|---|---|---|---|---|\n${lines.join("\n")}`;
}

/** Units without changes are one line. */
export function unchangedBlock(report: Report, detail: Detail): string {
  const rows = report.rows.filter(isUnchanged);
  if (rows.length === 0) return "";
  const names = rows.slice(0, detail.lines).map(({ unit }) => code(unit, 200));
  const rest = rows.length > names.length ? ` and ${rows.length - names.length} more` : "";
  return `<details><summary>⚪ ${count(rows.length, "unit")} without changes</summary>\n\n${names.join(", ")}${rest}\n\n</details>`;
}

/** Many plans that destroy nothing, as one fold of folds. */
export function gatheredFolds(folds: string, amount: number): string {
  return `<details><summary>${count(amount, "plan")} destroying nothing</summary>\n\n${folds}</details>\n\n`;
}

/** A unit's plan, cut at a line's end where it has more than so many characters. */
export function planFold(row: Row, characters: number): string {
  const { text, whole } = cutAtLine(row.text ?? "", characters);
  const note = whole ? "" : "\n\n*The plan is longer; the rest is in the job's log.*";
  const sum = row.plan === null ? "" : ` <b>${plainFigures(row.plan)}</b>`;
  return `<details><summary><code>${html(oneLine(row.unit, 200))}</code>${sum}</summary>\n\n${fenced(asDiff(text), "diff")}${note}\n\n</details>\n\n`;
}

function resources(row: Row): string {
  if (row.plan === null) return "";
  const shown = figures(row.plan);
  if (shown === null) return outputsOnly(row.plan.outputs) ? "outputs only" : "none";
  return countsInTotals(row) ? shown : `planned: ${shown}`;
}

function outputsOnly({ add, change, destroy }: { add: number; change: number; destroy: number }): boolean {
  return add + change + destroy > 0;
}
