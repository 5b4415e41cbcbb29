import { adviceOn } from "../report/advice.ts";
import { type Cut, type Detail, type Form, fitReport, type Limit } from "../report/fit.ts";
import { count, headlineOf } from "../report/headline.ts";
import type { Report, Row } from "../report/model.ts";
import { unitIsWell } from "../report/status.ts";
import { code, fenced, html, link, oneLine, prose } from "./escape.ts";
import { asDiff, cutAtLine } from "./plan-text.ts";

/** GitHub's limit for the text of a comment or an issue. */
export const COMMENT_LIMIT: Limit = { most: 65_536, size: (text) => text.length };
/** GitHub's limit for a step's summary, with room for what else the step writes. */
export const SUMMARY_LIMIT: Limit = { most: 1_000_000, size: (text) => Buffer.byteLength(text) };

/** The report as GitHub-flavoured Markdown within a limit, with `marker` as its first line. */
export function renderMarkdown(report: Report, limit: Limit, marker = ""): string {
  const start = marker === "" ? "" : `${marker}\n`;
  const room = { ...limit, most: limit.most - limit.size(start) };
  return start + fitReport(report, room, markdownForm).text;
}

const markdownForm: Form = {
  head: (report, detail) =>
    [
      statusBlock(report),
      dangerBlock(report, detail),
      failureBlock(report, detail),
      problemBlock(report, detail),
      withheldBlock(report, detail),
      unitTable(report, detail),
      accountBlock(report, detail),
      hookBlock(report, detail),
    ]
      .filter((block) => block !== "")
      .join("\n\n")
      .concat("\n\n"),
  fold: planFold,
  tail: (report, detail, cut) =>
    [unchangedBlock(report, detail), unmatchedBlock(report, detail), noticeBlock(report, detail), cutBlock(report, cut)]
      .filter((block) => block !== "")
      .map((block) => `${block}\n\n`)
      .join(""),
};

function statusBlock(report: Report): string {
  const { run, comparison, totals } = report;
  const headline = headlineOf(report);
  const commit = link(code(run.commit.slice(0, 7)), `${run.serverUrl}/${run.repository}/commit/${run.commit}`);
  const base = comparison?.base ?? null;
  const into = comparison === null ? "" : ` into ${code(comparison.pullRequest?.baseRef ?? comparison.deployBranch)}`;
  const against =
    base === null
      ? ""
      : `${report.kind === "plan" ? into : ""} at ${link(code(base.slice(0, 7)), `${run.serverUrl}/${run.repository}/commit/${base}`)}`;
  const facts = [
    report.kind === "plan"
      ? `${commit}${against}`
      : `Commit ${commit}${comparison === null ? "" : ` on ${code(comparison.deployBranch)}`}`,
    totals.units === 0 ? null : `${count(totals.units, "unit")} in ${count(totals.environments, "environment")}`,
    totals.units === 0 ? null : figures(totals),
    totals.seconds < 1 ? null : `${duration(totals.seconds)} of work`,
    link(`run ${run.runNumber}${run.attempt > 1 ? `, attempt ${run.attempt}` : ""}`, run.runUrl),
  ].filter((fact) => fact !== null);
  return `### ${headline.icon} ${headline.text}\n\n${facts.join(" · ")}${offBranch(report)}`;
}

function offBranch({ comparison }: Report): string {
  const base = comparison?.pullRequest?.baseRef;
  if (comparison === null || base === undefined || base === comparison.deployBranch) return "";
  return `\n\n> This pull request goes into ${code(base)}, not the deploy branch ${code(comparison.deployBranch)}: merging it applies nothing, and this plan counts as reviewed by nobody.`;
}

/** `+3 ~1 −2 ±1`, without the figures that are 0. */
function figures(plan: {
  add: number;
  change: number;
  destroy: number;
  replace: number;
  import: number;
  move: number;
  forget: number;
}): string {
  const parts = [
    plan.add > 0 ? `+${plan.add}` : null,
    plan.change > 0 ? `\\~${plan.change}` : null,
    plan.destroy > 0 ? `**−${plan.destroy}**` : null,
    plan.replace > 0 ? `**±${plan.replace}**` : null,
    plan.forget > 0 ? `**forget ${plan.forget}**` : null,
    plan.import > 0 ? `import ${plan.import}` : null,
    plan.move > 0 ? `move ${plan.move}` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "none" : parts.join(" ");
}

function dangerBlock(report: Report, detail: Detail): string {
  if (report.dangers.length === 0) return "";
  const verb = { delete: "🗑️ destroy", replace: "♻️ replace", forget: "🫥 forget" } as const;
  const title = report.kind === "plan" ? "What is lost when this is merged" : "What was to be destroyed or replaced";
  const lines = report.dangers
    .slice(0, detail.lines)
    .map(({ action, address, unit }) => `| ${verb[action]} | ${code(address, 200)} | ${code(unit, 200)} |`);
  return `**${title}**\n\n| | resource | unit |\n|---|---|---|\n${lines.join("\n")}${more(report.dangers.length, detail.lines, "resource")}`;
}

function failureBlock(report: Report, detail: Detail): string {
  const rows = report.rows.filter(({ end }) => !unitIsWell(end));
  const jobs = report.jobs.filter(({ name }) => name !== "");
  if (rows.length + jobs.length === 0) return "";
  const lines = [
    ...jobs
      .slice(0, detail.lines)
      .map(
        ({ name, failure, logUrl }) =>
          `- Job ${code(name, detail.characters)}: ${prose(failure, detail.characters)}${logLink(logUrl)}`,
      ),
    ...rows.slice(0, detail.lines).map((row) => failureItem(row, detail)),
  ];
  return `**What needs somebody**\n\n${lines.join("\n")}${more(Math.max(rows.length, jobs.length), detail.lines, "entry")}`;
}

function failureItem(row: Row, detail: Detail): string {
  const advice = adviceOn(row.end);
  if (advice === null) return "";
  const unseen = row.end.kind === "withheld" ? row.end.stop.unseen.slice(0, 10) : [];
  const parts = [
    `- ${code(row.unit, 200)} ${prose(advice.happened, detail.characters)}${logLink(row.logUrl)}`,
    unseen.length === 0
      ? null
      : `  Nobody reviewed: ${unseen.map(({ action, address }) => `${action} ${code(address, 150)}`).join(", ")}`,
    `  **Next:** ${prose(advice.next, detail.characters)}`,
    advice.detail === null || advice.detail.trim() === ""
      ? null
      : indent(fenced(cutAtLine(advice.detail, detail.characters).text), "  "),
  ];
  return parts.filter((part) => part !== null).join("\n\n");
}

function problemBlock(report: Report, detail: Detail): string {
  if (report.problems.length === 0) return "";
  const lines = report.problems.slice(0, detail.lines).map(({ path, file, line, message }) => {
    const place = file === null ? path : `${file}${line === null ? "" : `:${line}`}`;
    return `- ${place === null ? "" : `${code(place, 200)} `}${prose(message, detail.characters)}`;
  });
  return `**Problems**\n\n${lines.join("\n")}${more(report.problems.length, detail.lines, "problem")}`;
}

function withheldBlock(report: Report, detail: Detail): string {
  if (report.withheld.length === 0) return "";
  const lines = report.withheld
    .slice(0, detail.lines)
    .map(({ unit, action, message }) => `- ✋ ${action} of ${code(unit, 200)}: ${prose(message, detail.characters)}`);
  return `**Held back**\n\n${lines.join("\n")}${more(report.withheld.length, detail.lines, "unit")}`;
}

function unitTable(report: Report, detail: Detail): string {
  const rows = report.rows.filter(({ end }) => end.kind !== "unchanged");
  if (rows.length === 0) return "";
  const lines = rows.slice(0, detail.rows).map((row) => {
    const cells = [
      resultOf(row, report.kind),
      code(row.unit, 200),
      prose(row.environment, 60),
      row.plan === null ? "" : figures(row.plan),
      prose(row.because, 120),
      row.logUrl === null ? "" : link("log", row.logUrl),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `| result | unit | environment | resources | because | |\n|---|---|---|---|---|---|\n${lines.join("\n")}${more(rows.length, detail.rows, "unit")}`;
}

function resultOf(row: Row, kind: Report["kind"]): string {
  const removal = row.action === "destroy" || row.action === "plan-destroy";
  const notes = `${row.plan !== null && row.plan.mocked.length > 0 ? ", on mocked outputs" : ""}${row.differs ? ", differs from the reviewed plan" : ""}`;
  switch (row.end.kind) {
    case "changed":
      if (kind === "plan") return `${removal ? "🗑️ to destroy" : "📝 to apply"}${notes}`;
      return `${removal ? "🗑️ destroyed" : "✅ applied"}${notes}`;
    case "unchanged":
      return "⚪ no changes";
    case "failed":
      return `❌ failed at ${row.end.at}`;
    case "skipped":
      return "⏭️ skipped";
    case "withheld":
      return "✋ stopped";
    case "superseded":
      return "➡️ left to a later run";
    case "waiting":
      return "⏳ after merge";
    case "interrupted":
      return "⚠️ interrupted";
    case "unknown":
      return "❓ unknown";
    default:
      return row.end satisfies never;
  }
}

function accountBlock(report: Report, detail: Detail): string {
  return report.accounts
    .slice(0, detail.lines)
    .map(({ name, files, pullRequestUrl, failure }) => {
      if (failure !== null) return `❌ Account ${code(name)}: ${prose(failure, detail.characters)}`;
      if (pullRequestUrl !== null)
        return `📬 Account ${code(name)}: ${link("pull request with its code", pullRequestUrl)}`;
      const shown = files
        .slice(0, 10)
        .map((file) => `${code(file.path, 200)}\n\n${fenced(cutAtLine(file.content, detail.characters).text, "hcl")}`);
      const rest = files.length > 10 ? `\n\n… and ${count(files.length - 10, "more file")}` : "";
      return `<details><summary>📬 Account <code>${html(oneLine(name, 100))}</code>: ${count(files.length, "file")} will be proposed after the merge</summary>\n\n${shown.join("\n\n")}${rest}\n\n</details>`;
    })
    .join("\n\n");
}

function hookBlock(report: Report, detail: Detail): string {
  if (report.hooks.length === 0) return "";
  const icon = { pass: "✅", warn: "⚠️", deny: "🛑", failed: "❌" } as const;
  const lines = report.hooks
    .slice(0, detail.lines)
    .map(({ name, result, summary }) => `- ${icon[result]} ${code(name, 100)}: ${prose(summary, detail.characters)}`);
  return `**Checks**\n\n${lines.join("\n")}${more(report.hooks.length, detail.lines, "check")}`;
}

function planFold(row: Row, characters: number): string {
  const { text, whole } = cutAtLine(row.text ?? "", characters);
  const note = whole ? "" : "\n\n*The plan goes on; the rest is in the job's log.*";
  const sum = row.plan === null ? "" : ` <b>${figures(row.plan).replaceAll("**", "").replaceAll("\\", "")}</b>`;
  return `<details><summary><code>${html(oneLine(row.unit, 200))}</code>${sum}</summary>\n\n${fenced(asDiff(text), "diff")}${note}\n\n</details>\n\n`;
}

function unchangedBlock(report: Report, detail: Detail): string {
  const rows = report.rows.filter(({ end }) => end.kind === "unchanged");
  if (rows.length === 0) return "";
  const names = rows.slice(0, detail.lines).map(({ unit }) => code(unit, 200));
  const rest = rows.length > names.length ? ` and ${rows.length - names.length} more` : "";
  return `<details><summary>⚪ ${count(rows.length, "unit")} without changes</summary>\n\n${names.join(", ")}${rest}\n\n</details>`;
}

function unmatchedBlock(report: Report, detail: Detail): string {
  if (report.unmatched.length === 0) return "";
  const names = report.unmatched.slice(0, detail.lines).map((file) => code(file, 200));
  const rest = report.unmatched.length > names.length ? ` and ${report.unmatched.length - names.length} more` : "";
  return `<details><summary>${count(report.unmatched.length, "changed file")} that no unit reads</summary>\n\n${names.join(", ")}${rest}\n\n</details>`;
}

function noticeBlock(report: Report, detail: Detail): string {
  return report.notices
    .slice(0, detail.lines)
    .map((notice) => `> ${prose(notice, detail.characters)}`)
    .join("\n>\n");
}

function cutBlock(report: Report, cut: Cut): string {
  const parts = [
    cut.rows > 0 ? `${count(cut.rows, "unit")} of the table` : null,
    cut.plans > 0 ? `${count(cut.plans, "plan")}` : null,
    cut.shortened > 0 ? `the end of ${count(cut.shortened, "plan")}` : null,
    cut.lines > 0 ? `${count(cut.lines, "line")} of the lists` : null,
  ].filter((part) => part !== null);
  if (parts.length === 0) return "";
  return `*Left out for want of room: ${parts.join(", ")}. All of it is in the ${link("summary and logs of the run", report.run.runUrl)}.*`;
}

function more(all: number, shown: number, noun: string): string {
  return all > shown ? `\n\n*… and ${count(all - shown, `more ${noun}`).replace("entrys", "entries")}.*` : "";
}

function logLink(url: string | null): string {
  return url === null ? "" : ` (${link("log", url)})`;
}

function indent(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by);
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
