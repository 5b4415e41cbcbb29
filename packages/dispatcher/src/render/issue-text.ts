import { traitsOf } from "@pipelines/core/contracts/action";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import { adviceOn } from "../report/advice.ts";
import { count, headlineOf } from "../report/headline.ts";
import type { Report, WithheldUnit } from "../report/model.ts";
import type { Row } from "../report/rows.ts";
import { code, fenced, link, oneLine, prose, sentence } from "./escape.ts";
import { COMMENT_LIMIT, renderMarkdown } from "./markdown.ts";
import { cutAtLine } from "./plan-text.ts";

export type IssueText = { readonly title: string; readonly body: string };

/** What an issue of one unit is about: how it ended, or why it is withheld. */
export type IssueSubject = { readonly kind: "row"; readonly row: Row } | ({ readonly kind: "withheld" } & WithheldUnit);

/** The issue of one unit: what failed, what to do next, where to look. */
export function renderIssue(report: Report, subject: IssueSubject): IssueText {
  const { unit, environment, action } = subject.kind === "row" ? subject.row : subject;
  const { verb } = traitsOf(action);
  if (subject.kind === "withheld") {
    return {
      title: title(`${verb} withheld: ${unit}`),
      body: join([
        `**${code(unit)} was removed from the code, and was not destroyed.** ${sentence(subject.message)}`,
        `**Next:** ${sentence(subject.next)}`,
        facts(report, unit, environment, null),
        "This issue closes itself when the unit has been destroyed. Close it by hand when nothing is left to destroy.",
      ]),
    };
  }
  const { row } = subject;
  const advice = adviceOn(row);
  return {
    title: title(`${verb} ${endedHow(row.end.kind)}: ${unit}`),
    body: join([
      `**${code(unit)} ${sentence((advice?.happened ?? "did not end well").replace(/[.]$/, ""))}.**`,
      `**Next:** ${sentence(advice?.next ?? "Read the job's log.")}`,
      advice?.detail === null || advice?.detail === undefined ? "" : fenced(cutAtLine(advice.detail, 8000).text),
      facts(report, unit, environment, row.logUrl),
      "This issue is updated when it fails again, and closes itself when the unit next succeeds.",
    ]),
  };
}

function endedHow(kind: UnitEnd["kind"]): string {
  if (kind === "withheld" || kind === "interrupted" || kind === "waiting") return kind;
  return kind === "skipped" ? "not started" : "failed";
}

/** One issue for many failing units. */
export function renderRollUp(report: Report, failing: number): IssueText {
  return {
    title: title(`Apply failed: ${count(failing, "unit")}`),
    body: join([
      `${count(failing, "unit")} did not end well in one run. They often share one cause: start with the first ones.`,
      renderMarkdown(report, { ...COMMENT_LIMIT, most: 30_000 }),
      "This issue closes itself when all of these units have succeeded.",
    ]),
  };
}

/** The issue of a run that could not determine, start or finish its jobs. */
export function renderRunIssue(report: Report): IssueText {
  return {
    title: title("A Pipelines run failed on the deploy branch"),
    body: join([
      `Changes that were merged may not have been applied. **Next:** open ${link("the run", report.run.runUrl)}, fix what it names, and re-run it.`,
      renderMarkdown(report, { ...COMMENT_LIMIT, most: 30_000 }),
      "This issue closes itself after the next run that succeeds.",
    ]),
  };
}

/** One issue for all units that differ from the code. */
export function renderDriftIssue(report: Report): IssueText {
  return {
    title: title(headlineOf(report).text),
    body: join([
      "The infrastructure differs from the code on the deploy branch: it was changed elsewhere, or an apply did not finish. **Next:** bring the change into the code, or run the workflow by hand with action `apply` for these units.",
      renderMarkdown(report, { ...COMMENT_LIMIT, most: 60_000 }),
      "Every drift check updates this issue, and closes it when there is no drift.",
    ]),
  };
}

/** The last text of an issue that is closed. */
export function renderClosedIssue(report: Report, row: Row | null): string {
  const run = link(`run ${report.run.runNumber}`, report.run.runUrl);
  const commit = link(
    code(report.run.commit.slice(0, 7)),
    `${report.run.serverUrl}/${report.run.repository}/commit/${report.run.commit}`,
  );
  if (row === null) return `Resolved by ${run} on ${commit}.`;
  const verb = traitsOf(row.action).done;
  return `Resolved: ${code(row.unit)} was ${verb} by ${run} on ${commit}${row.logUrl === null ? "" : ` (${link("log", row.logUrl)})`}.`;
}

function facts(report: Report, unit: string, environment: string, logUrl: string | null): string {
  const { run } = report;
  const rows = [
    `| unit | ${code(unit)} |`,
    `| environment | ${prose(environment)} |`,
    `| commit | ${link(code(run.commit.slice(0, 7)), `${run.serverUrl}/${run.repository}/commit/${run.commit}`)} |`,
    run.pullRequest === null ? null : `| pull request | #${run.pullRequest} |`,
    `| log | ${logUrl === null ? link("the run", run.runUrl) : link("the job's log", logUrl)} |`,
  ].filter((row) => row !== null);
  const [first, ...others] = rows;
  return [first, "|---|---|", ...others].join("\n");
}

/** GitHub takes 256 characters; a title is no Markdown, but mentions in it would still look like calls. */
function title(text: string): string {
  return oneLine(text, 200).replaceAll("@", "@\u200b");
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}
