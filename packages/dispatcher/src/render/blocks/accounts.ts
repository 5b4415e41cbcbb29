import { count } from "@pipelines/core/wording/count";
import type { Detail } from "../../report/fit.ts";
import type { Report } from "../../report/model.ts";
import { code, fenced, html, link, oneLine, sentence } from "../escape.ts";
import { cutAtLine } from "../plan-text.ts";

/** New accounts: the code that will be proposed, or the pull request that proposes it. */
export function accountBlock(report: Report, detail: Detail): string {
  return report.accounts
    .slice(0, detail.lines)
    .map(({ name, files, pullRequestUrl, failure }) => {
      if (failure !== null) return `❌ Account ${code(name)}: ${sentence(failure, detail.characters)}`;
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
