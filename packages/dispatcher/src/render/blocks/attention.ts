import { needsSomebody } from "@pipelines/core/contracts/end";
import { adviceOn } from "../../report/advice.ts";
import type { Detail } from "../../report/fit.ts";
import type { Report } from "../../report/model.ts";
import type { Danger, Row } from "../../report/rows.ts";
import { code, fenced, prose, sentence } from "../escape.ts";
import { cutAtLine } from "../plan-text.ts";
import { indent, logLink, more } from "./block.ts";

/** What is destroyed, replaced or forgotten, or was, by address. */
export function dangerBlock(report: Report, detail: Detail): string {
  return (
    dangerTable(report, detail, "planned") + dangerTable(report, detail, "begun") + dangerTable(report, detail, "done")
  );
}

const DANGER_TITLES = {
  plan: "To be destroyed, replaced or forgotten",
  drift: "An apply would destroy, replace or forget",
  apply: "To be destroyed, replaced or forgotten",
} as const;

function dangerTable(report: Report, detail: Detail, when: Danger["when"]): string {
  const dangers = report.dangers.filter((danger) => danger.when === when);
  if (dangers.length === 0) return "";
  const verb = { delete: "🗑️ destroy", replace: "♻️ replace", forget: "🫥 forget" } as const;
  const title = {
    planned: DANGER_TITLES[report.kind],
    begun: "May be destroyed already: the apply did not finish",
    done: "Destroyed, replaced or forgotten",
  }[when];
  const lines = dangers
    .slice(0, detail.lines)
    .map(({ action, address, unit }) => `| ${verb[action]} | ${code(address, 200)} | ${code(unit, 200)} |`);
  return `**${title}**\n\n| | resource | unit |\n|---|---|---|\n${lines.join("\n")}${more(dangers.length, detail.lines, "resource")}\n\n`;
}

/** Jobs and units that did not end well: what happened and what to do next. */
export function failureBlock(report: Report, detail: Detail): string {
  const rows = report.rows.filter(({ end, action }) => needsSomebody(end, action));
  const skipped = rows.filter(({ end }) => end.kind === "skipped" && end.waitsFor === undefined);
  const waiting = rows.filter(({ end }) => end.kind === "skipped" && end.waitsFor !== undefined);
  // What ended with its job stands with the job.
  const isOfJob = ({ end }: Row): boolean =>
    end.kind === "unknown" && report.jobs.some(({ failure }) => failure === end.why);
  const others = rows.filter((row) => row.end.kind !== "skipped" && !isOfJob(row));
  const alike = [...Map.groupBy(others, (row) => JSON.stringify(adviceOn(row))).values()];
  const failedJobs = [...Map.groupBy(report.jobs, ({ failure }) => failure).values()];
  if (rows.length + report.jobs.length === 0) return "";
  const lines = [
    ...failedJobs.slice(0, detail.lines).map((jobs) => jobItem(jobs, rows.filter(isOfJob), detail)),
    ...alike.slice(0, detail.lines).map((group) => failureItem(group, detail)),
    ...(skipped.length === 0
      ? []
      : [skippedItem("Not started, because what they depend on did not end well", skipped, detail)]),
    ...(waiting.length === 0
      ? []
      : [skippedItem("Not started, because an environment that comes first did not end well", waiting, detail)]),
  ];
  const listed = Math.max(alike.length, failedJobs.length);
  return `**Needs attention**\n\n${lines.join("\n")}${more(listed, detail.lines, "entry", "entries")}`;
}

/** Jobs that failed as a whole for one reason, and what to do for the units that ended with them. */
function jobItem(jobs: Report["jobs"], ended: readonly Row[], detail: Detail): string {
  const [job] = jobs;
  if (job === undefined) return "";
  const names = jobs.slice(0, MOST_NAMES).map(({ name }) => code(name, detail.characters));
  const what = `- ${jobs.length === 1 ? "Job" : `${jobs.length} jobs:`} ${names.join(", ")}${othersThan(jobs)}: ${sentence(job.failure, detail.characters)}${logLink(job.logUrl)}`;
  const row = ended.find(({ end }) => end.kind === "unknown" && end.why === job.failure);
  const advice = row === undefined ? null : adviceOn(row);
  return advice === null ? what : `${what}\n\n  **Next:** ${sentence(advice.next, detail.characters)}`;
}

/** More names than these say nothing to a reader; the table has them all. */
const MOST_NAMES = 5;

const othersThan = (all: readonly unknown[]): string =>
  all.length > MOST_NAMES ? ` and ${all.length - MOST_NAMES} more` : "";

/** Units that ended alike, as by one fault in a file that all of them include. */
function failureItem(rows: readonly Row[], detail: Detail): string {
  const [row] = rows;
  const advice = row === undefined ? null : adviceOn(row);
  if (row === undefined || advice === null) return "";
  const names = rows.slice(0, MOST_NAMES).map(({ unit }) => code(unit, 200));
  const what = `${names.join(", ")}${othersThan(rows)}${rows.length === 1 ? "" : ":"}`;
  const parts = [
    `- ${what} ${sentence(advice.happened, detail.characters)}${logLink(row.logUrl)}`,
    `  **Next:** ${sentence(advice.next, detail.characters)}`,
    advice.detail === null || advice.detail.trim() === ""
      ? null
      : indent(fenced(cutAtLine(advice.detail, detail.characters).text), "  "),
  ];
  return parts.filter((part) => part !== null).join("\n\n");
}

/** Units that were not started share one line: what they depend on has an entry of its own. */
function skippedItem(what: string, rows: readonly Row[], detail: Detail): string {
  const names = rows.slice(0, detail.lines).map(({ unit }) => code(unit, 200));
  const rest = rows.length > names.length ? ` and ${rows.length - names.length} more` : "";
  return `- ${what}: ${names.join(", ")}${rest}`;
}

/** What could not be determined, by file and line. */
export function problemBlock(report: Report, detail: Detail): string {
  if (report.problems.length === 0) return "";
  const lines = report.problems.slice(0, detail.lines).map(({ path, file, line, message }) => {
    const where = file === null ? path : `${file}${line === null ? "" : `:${line}`}`;
    return `- ${where === null ? "" : `${code(where, 200)} `}${sentence(message, detail.characters)}`;
  });
  return `**Problems**\n\n${lines.join("\n")}${more(report.problems.length, detail.lines, "problem")}`;
}

/** Units that a rule keeps from their action: now, or when their plan is carried out. */
export function withheldBlock(report: Report, detail: Detail): string {
  const later = report.comparison?.mode === "plan" ? "Not done by merging" : "Not done when this is carried out";
  return [withheldList("Withheld", report.withheld, detail), withheldList(later, report.willBeWithheld, detail)]
    .filter((list) => list !== "")
    .join("\n\n");
}

function withheldList(title: string, units: Report["withheld"], detail: Detail): string {
  if (units.length === 0) return "";
  const lines = units
    .slice(0, detail.lines)
    .map(
      ({ unit, action, message, next }) =>
        `- ✋ ${prose(action)} of ${code(unit, 200)}: ${sentence(message, detail.characters)}\n\n  **Next:** ${sentence(next, detail.characters)}`,
    );
  return `**${title}**\n\n${lines.join("\n")}${more(units.length, detail.lines, "unit")}`;
}
