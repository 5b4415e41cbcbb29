import { traitsOf } from "@pipelines/core/contracts/action";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import { count } from "@pipelines/core/wording/count";
import { adviceOn } from "../report/advice.ts";
import { headlineOf } from "../report/headline.ts";
import type { Report } from "../report/model.ts";
import type { Range } from "../report/proof.ts";
import type { Row } from "../report/rows.ts";
import type { Subject } from "../report/subjects.ts";
import { code, fenced, link, oneLine, prose, sentence } from "./escape.ts";
import { COMMENT_LIMIT, renderMarkdown } from "./markdown.ts";
import { cutAtLine } from "./plan-text.ts";

export type IssueText = { readonly title: string; readonly body: string };

/** The issue of one unit: what happened, what to do next, where to look. */
export function renderIssue(report: Report, subject: Subject): IssueText {
  const { unit, action } = subject;
  const { verb } = traitsOf(action);
  if (subject.kind === "withheld") {
    return {
      title: title(`${verb} withheld: ${unit}`),
      body: join([
        `**${code(unit)} was removed from the code, and was not destroyed.** ${sentence(subject.message)}`,
        `**Next:** ${sentence(subject.next)}`,
        facts(report, unit, subject.environment, null),
        "This issue closes itself when the unit has been destroyed. Close it by hand when nothing is left to destroy.",
      ]),
    };
  }
  const { row, notStarted } = subject;
  const advice = adviceOn(row);
  return {
    title: title(`${verb} ${endedHow(row.end.kind)}: ${unit}`),
    body: join([
      `**${code(unit)} ${sentence((advice?.happened ?? "did not end well").replace(/[.]$/, ""))}.**`,
      `**Next:** ${sentence(advice?.next ?? "Read the job's log.")}`,
      notStartedPart(notStarted),
      advice?.detail === null || advice?.detail === undefined ? "" : fenced(cutAtLine(advice.detail, 8000).text),
      facts(report, unit, row.environment, row.logUrl),
      notStarted.length === 0
        ? "This issue is updated when it fails again, and closes itself when the unit next succeeds."
        : "This issue is updated when it fails again, and closes itself when all of these units have been applied.",
    ]),
  };
}

/** Units that a fix of another does not bring back by itself: a later run applies only what its own commits change. */
function notStartedPart(units: readonly string[]): string {
  if (units.length === 0) return "";
  const [shown, more] = [units.slice(0, 50), units.length - 50];
  const names = `${shown.map((unit) => code(unit)).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return `**Not started because of it:** ${names}. A re-run of the failed jobs applies ${units.length === 1 ? "it" : "them"} too; after a fix in another commit, run the workflow by hand with action ${code("apply")} for ${units.length === 1 ? "it" : "them"}.`;
}

function endedHow(kind: UnitEnd["kind"]): string {
  if (kind === "withheld" || kind === "interrupted" || kind === "waiting") return kind;
  return kind === "skipped" ? "not started" : "failed";
}

/** One issue for many units. */
export function renderRollUp(report: Report, units: number): IssueText {
  return {
    title: title(`Apply failed: ${count(units, "unit")}`),
    body: join([
      `${count(units, "unit")} did not end well in one run. They often share one cause: start with the first ones.`,
      renderMarkdown(report, { ...COMMENT_LIMIT, most: 30_000 }),
      "This issue closes itself when all of these units have succeeded.",
    ]),
  };
}

/** What a run did of an issue that is not done yet. */
export function renderProgress(report: Report, done: readonly Row[], left: number): string {
  const lines = done.slice(0, 50).map((row) => `- ${doneText(report, row)}`);
  const more = done.length > 50 ? `\n- … and ${count(done.length - 50, "more unit")}` : "";
  return `${count(left, "unit")} of this issue ${left === 1 ? "is" : "are"} still to be done. Done since it was written:\n\n${lines.join("\n")}${more}`;
}

/** The issue of a push run that could not determine, start or finish its jobs; `lead` alone is its first paragraphs. */
export function renderRunIssue(report: Report, ranges: readonly Range[]): IssueText & { readonly lead: string } {
  const commits = ranges.map(({ from, to }) => `${commitLink(report, from)}..${commitLink(report, to)}`).join(", ");
  const lead = `Changes that were merged may not have been applied: ${commits}. **Next:** open ${link("the run", report.run.runUrl)}, fix what it names, and re-run it.`;
  return {
    title: title("A Pipelines run failed on the deploy branch"),
    lead,
    body: join([
      lead,
      renderMarkdown(report, { ...COMMENT_LIMIT, most: 30_000 }),
      "This issue closes itself when runs that succeed have covered all of these commits: the same runs once more, or a later one that starts where they did. Close it by hand when their changes are applied.",
    ]),
  };
}

/** One issue for all units that differ from the code. */
export function renderDriftIssue(report: Report): IssueText {
  return {
    title: title(headlineOf(report).text),
    body: join([
      driftLead(report),
      renderMarkdown(report, { ...COMMENT_LIMIT, most: 60_000 }),
      "Every drift check updates this issue, and closes it when there is no drift.",
    ]),
  };
}

function driftLead({ comparison, rows, run }: Report): string {
  const theRun = link("the run", run.runUrl);
  if (comparison === null) {
    return `The check could not begin, so it is not known whether the infrastructure differs from the code on the deploy branch. **Next:** open ${theRun}, fix what it names, and re-run it.`;
  }
  if (!rows.some(({ end }) => end.kind === "changed")) {
    return `Not every unit could be planned; of those it is not known whether they differ from the code on the deploy branch. All others match it. **Next:** see to what is named below, and re-run ${theRun}.`;
  }
  return "The infrastructure differs from the code on the deploy branch: it was changed elsewhere, or an apply did not finish. **Next:** bring the change into the code, or run the workflow by hand with action `apply` for these units.";
}

/** The last text of an issue that is closed. */
export function renderClosedIssue(report: Report, row: Row | null): string {
  return row === null ? `Resolved by ${runLink(report)}.` : `Resolved: ${doneText(report, row)}`;
}

function doneText(report: Report, row: Row): string {
  const log = row.logUrl === null ? "" : ` (${link("log", row.logUrl)})`;
  return `${code(row.unit)} was ${traitsOf(row.action).done} by ${runLink(report)}${log}.`;
}

function runLink(report: Report): string {
  const { run } = report;
  return `${link(`run ${run.runNumber}`, run.runUrl)} on ${commitLink(report, run.commit)}`;
}

function commitLink({ run }: Report, commit: string): string {
  return link(code(commit.slice(0, 7)), `${run.serverUrl}/${run.repository}/commit/${commit}`);
}

function facts(report: Report, unit: string, environment: string, logUrl: string | null): string {
  const { run } = report;
  const rows = [
    `| unit | ${code(unit)} |`,
    `| environment | ${prose(environment)} |`,
    `| commit | ${commitLink(report, run.commit)} |`,
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
