import { count } from "@pipelines/core/wording/count";
import type { Cut, Detail } from "../../report/fit.ts";
import type { Report } from "../../report/model.ts";
import { code, link, sentence } from "../escape.ts";
import { more } from "./block.ts";

/** Changed files for which nothing runs. */
export function unmatchedBlock(report: Report, detail: Detail): string {
  if (report.unmatched.length === 0) return "";
  const names = report.unmatched.slice(0, detail.lines).map((file) => code(file, 200));
  const rest = report.unmatched.length > names.length ? ` and ${report.unmatched.length - names.length} more` : "";
  return `<details><summary>${count(report.unmatched.length, "changed file")} that no unit reads</summary>\n\n${names.join(", ")}${rest}\n\n</details>`;
}

/** Things worth saying that stop nothing. */
export function noticeBlock(report: Report, detail: Detail): string {
  return report.notices
    .slice(0, detail.lines)
    .map((notice) => `> ${sentence(notice, detail.characters)}`)
    .join("\n>\n");
}

/** Jobs that may still run. */
export function pendingBlock({ pending }: Report, detail: Detail): string {
  if (pending.length === 0) return "";
  const units = count(
    pending.reduce((sum, job) => sum + job.units, 0),
    "unit",
  );
  const names = pending.slice(0, detail.lines).map(({ name }) => `- ${code(name, 200)}`);
  const left = more(pending.length, detail.lines, "job");
  return `<details><summary>⏳ ${units} in ${count(pending.length, "job")} not run yet</summary>\n\n${names.join("\n")}${left}\n\n</details>`;
}

/** What did not fit, and where it is. */
export function cutBlock(report: Report, cut: Cut): string {
  const parts = [
    cut.rows > 0 ? `${count(cut.rows, "unit")} of the table` : null,
    cut.plans > 0 ? `${count(cut.plans, "plan")}` : null,
    cut.shortened > 0 ? `the end of ${count(cut.shortened, "plan")}` : null,
    cut.lines > 0 ? `${count(cut.lines, "line")} of the lists` : null,
  ].filter((part) => part !== null);
  if (parts.length === 0) return "";
  return `*Not shown for lack of space: ${parts.join(", ")}. See the ${link("summary and logs of the run", report.run.runUrl)}.*`;
}
