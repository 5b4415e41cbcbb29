import { adviceOn } from "../report/advice.ts";
import { headlineOf } from "../report/headline.ts";
import type { Report } from "../report/model.ts";
import type { Row } from "../report/rows.ts";
import { unitIsWell } from "../report/status.ts";
import { oneLine, visible } from "./escape.ts";

/** The report for a terminal: the same model as the comment's, without colour, the plans before the summary. */
export function renderTerminal(report: Report, options: { readonly plans: boolean }): string {
  const headline = headlineOf(report);
  const blocks = [
    options.plans ? plansOf(report) : "",
    `${headline.icon} ${headline.text}`,
    list(
      "Lost:",
      report.dangers.map(
        ({ action, address, unit }) => `${action.padEnd(7)} ${oneLine(address, 200)}  (${oneLine(unit, 200)})`,
      ),
    ),
    list("Units:", report.rows.map(rowOf)),
    list(
      "Jobs that failed:",
      report.jobs.map(({ name, failure }) => `${oneLine(name, 200)}: ${oneLine(failure, 1000)}`),
    ),
    list("What needs somebody:", report.rows.filter(({ end }) => !unitIsWell(end)).map(adviceLines)),
    list(
      "Problems:",
      report.problems.map(({ path, file, line, message }) => {
        const place = file === null ? path : `${file}${line === null ? "" : `:${line}`}`;
        return `${place === null ? "" : `${oneLine(place, 300)}: `}${oneLine(message, 2000)}`;
      }),
    ),
    list(
      "Held back:",
      report.withheld.map(
        ({ unit, action, message }) => `${action} of ${oneLine(unit, 200)}: ${oneLine(message, 1000)}`,
      ),
    ),
    list(
      "Changed files that no unit reads:",
      report.unmatched.map((file) => oneLine(file, 300)),
    ),
    ...report.notices.map((notice) => oneLine(notice, 1000)),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function plansOf(report: Report): string {
  return report.rows
    .filter(({ end, text }) => end.kind !== "unchanged" && text !== null)
    .map(({ unit, text }) => `── ${oneLine(unit, 200)}\n${visible(text ?? "").trimEnd()}`)
    .join("\n\n");
}

function rowOf({ unit, environment, end, plan }: Row): string {
  const figures = plan === null ? "" : `  +${plan.add} ~${plan.change} -${plan.destroy} ±${plan.replace}`;
  return `${end.kind.padEnd(11)} ${oneLine(unit, 200)}  (${oneLine(environment, 60)})${figures}`;
}

function adviceLines({ unit, end }: Row): string {
  const advice = adviceOn(end);
  if (advice === null) return oneLine(unit, 200);
  const detail = advice.detail === null ? [] : visible(advice.detail).trimEnd().split("\n").slice(0, 40);
  return [
    `${oneLine(unit, 200)} ${oneLine(advice.happened, 500)}`,
    ...detail,
    `Next: ${oneLine(advice.next, 1000)}`,
  ].join("\n    ");
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
