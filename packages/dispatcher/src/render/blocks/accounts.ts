import type { AccountOutcome } from "@pipelines/core/contracts/outcome";
import { count } from "@pipelines/core/wording/count";
import type { Detail } from "../../report/fit.ts";
import type { Report } from "../../report/model.ts";
import { code, fenced, html, link, oneLine, sentence } from "../escape.ts";
import { cutAtLine } from "../plan-text.ts";

/** New accounts: the code that will be proposed, or the pull request that proposes it. */
export function accountBlock(report: Report, detail: Detail): string {
  return report.accounts
    .slice(0, detail.lines)
    .map((account) => {
      const notes = (account.notes ?? []).slice(0, detail.lines).map((note) => `- ${sentence(note, 500)}`);
      return [blockOf(account, detail), ...(notes.length === 0 ? [] : ["", ...notes])].join("\n");
    })
    .join("\n\n");
}

function blockOf({ name, files, pullRequestUrl, failure }: AccountOutcome, detail: Detail): string {
  if (failure !== null) return `❌ Account ${code(name)}: ${sentence(failure, detail.characters)}`;
  if (pullRequestUrl !== null) return `📬 Account ${code(name)}: ${link("pull request with its code", pullRequestUrl)}`;
  if (files.length === 0) return `📬 Account ${code(name)}: nothing is proposed`;
  const shown = files.slice(0, 10).map((file) => {
    const language = /\.ya?ml$/.test(file.path) ? "yaml" : "hcl";
    return `${code(file.path, 200)}\n\n${fenced(cutAtLine(file.content, detail.characters).text, language)}`;
  });
  const rest = files.length > 10 ? `\n\n… and ${count(files.length - 10, "more file")}` : "";
  return `<details><summary>📬 Account <code>${html(oneLine(name, 100))}</code>: ${count(files.length, "file")} will be proposed after the merge</summary>\n\n${shown.join("\n\n")}${rest}\n\n</details>`;
}
