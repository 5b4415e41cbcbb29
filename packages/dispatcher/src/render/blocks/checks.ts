import type { Detail } from "../../report/fit.ts";
import type { Report } from "../../report/model.ts";
import { code, html, oneLine, sentence } from "../escape.ts";
import { foreignMarkdown } from "../foreign-markdown.ts";
import { cutAtLine } from "../plan-text.ts";
import { more } from "./block.ts";

const ICONS = { pass: "✅", warn: "⚠️", deny: "🛑", failed: "❌" } as const;

/** What hooks said. A summary of several lines is Markdown of theirs, in a fold that is open when it denies. */
export function checkBlock(report: Report, detail: Detail): string {
  if (report.hooks.length === 0) return "";
  const several = report.hooks.length > new Set(report.hooks.map(({ name }) => name)).size;
  const items = report.hooks.slice(0, detail.lines).map(({ name, result, summary, job }) => {
    const text = summary.trim();
    if (!text.includes("\n")) {
      const of = several ? ` (${code(job, 100)})` : "";
      return `${ICONS[result]} ${code(name, 100)}${of}${text === "" ? "" : `: ${sentence(text, detail.characters)}`}`;
    }
    const open = result === "deny" || result === "failed" ? " open" : "";
    const of = several ? ` (${html(oneLine(job, 100))})` : "";
    const first = (text.split("\n", 1)[0] ?? "").replaceAll(/[*_#`]/g, "").trim();
    const title = /[|<>]/.test(first) ? "" : ` ${html(oneLine(first, 150))}`;
    return `<details${open}><summary>${ICONS[result]} <code>${html(oneLine(name, 100))}</code>${of}${title}</summary>\n\n${foreignMarkdown(cutAtLine(text, detail.characters).text)}\n\n</details>`;
  });
  return `**Checks**\n\n${items.join("\n\n")}${more(report.hooks.length, detail.lines, "check")}`;
}
