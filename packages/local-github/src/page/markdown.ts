import { nameToEmoji } from "gemoji";
import MarkdownIt, { type Token } from "markdown-it";
import { drawing } from "./mermaid.ts";
import { escapeHtml, sanitizeHtml, unescapeHtml } from "./sanitize.ts";

export type Markdown = (text: string) => string;

/**
 * GitHub's Markdown as a safe piece of HTML: tables, task lists, alerts, emoji names, coloured `diff` fences, and the
 * HTML that GitHub allows. `linkOf` answers where an address leads instead, or `null` to leave it; `draw` makes an image of a
 * Mermaid source, or `null` to leave that to Mermaid's own script.
 */
export function createMarkdown(
  linkOf: (address: string) => string | null,
  draw: (source: string) => string | null = drawing,
): Markdown {
  const markdown = new MarkdownIt({ html: true, linkify: true, breaks: true });
  markdown.renderer.rules["text"] = (tokens, index) => withEmoji(escapeHtml(tokens[index]?.content ?? ""));
  markdown.renderer.rules["image"] = (tokens, index) => escapeHtml(tokens[index]?.content ?? "");
  markdown.renderer.rules["fence"] = (tokens, index) => fence(tokens[index]);
  markdown.renderer.rules["link_open"] = (tokens, index, options, _environment, self) => {
    const token = tokens[index];
    const address = String(token?.attrGet("href") ?? "");
    token?.attrSet("href", linkOf(address) ?? address);
    return self.renderToken(tokens, index, options);
  };
  markdown.core.ruler.push("task-lists", (state) => {
    for (const [index, token] of state.tokens.entries()) {
      if (token.type === "inline" && state.tokens[index - 2]?.type === "list_item_open")
        asTask(token, state.tokens[index - 2]);
    }
  });
  markdown.core.ruler.push("alerts", (state) => {
    for (const [index, token] of state.tokens.entries()) {
      if (token.type === "inline" && state.tokens[index - 2]?.type === "blockquote_open")
        asAlert(token, state.tokens[index - 2]);
    }
  });
  return (text) => drawn(sanitizeHtml(markdown.render(text)), draw);
}

/** Draws what is Mermaid. Nobody but this puts an image into the page, since the rest is made safe before. */
function drawn(html: string, draw: (source: string) => string | null): string {
  return html.replace(/<pre class="mermaid">([\s\S]*?)<\/pre>/g, (whole, source: string) => {
    const image = draw(unescapeHtml(source));
    return image === null ? whole : `<p><img class="drawing" alt="${source.replaceAll("\n", " ")}" src="${image}"></p>`;
  });
}

/** The names are GitHub's own; any other stays as it is. */
const withEmoji = (text: string): string =>
  text.replace(/:([a-z0-9_+-]+):/g, (whole, name: string) =>
    Object.hasOwn(nameToEmoji, name) ? (nameToEmoji[name] ?? whole) : whole,
  );

function fence(token: Token | undefined): string {
  const language = (token?.info ?? "").trim().split(/\s+/)[0] ?? "";
  if (language === "mermaid") return `<pre class="mermaid">${escapeHtml(token?.content ?? "")}</pre>\n`;
  const lines = (token?.content ?? "").replace(/\n$/, "").split("\n");
  const content = language === "diff" ? lines.map(diffLine).join("") : `${escapeHtml(lines.join("\n"))}\n`;
  return `<pre class="${language === "diff" ? "diff" : ""}"><code>${content}</code></pre>\n`;
}

/** One line of a diff, coloured by its sign. */
export function diffLine(line: string): string {
  const kinds: Readonly<Record<string, string>> = { "+": "add", "-": "del", "!": "change", "#": "note", "@": "hunk" };
  const kind = kinds[line[0] ?? ""];
  return `<span class="line${kind === undefined ? "" : ` ${kind}`}">${escapeHtml(line)}\n</span>`;
}

/** `[ ] text` at the start of a list item becomes a box. */
function asTask(inline: Token, item: Token | undefined): void {
  const first = inline.children?.[0];
  const [mark, done] = /^\[([ xX])\] /.exec(first?.content ?? "") ?? [];
  if (first === undefined || first.type !== "text" || mark === undefined) return;
  first.content = `${done === " " ? "☐" : "☑"} ${first.content.slice(mark.length)}`;
  item?.attrJoin("class", "task");
}

/** `[!NOTE]` at the start of a quote makes it an alert. */
function asAlert(inline: Token, quote: Token | undefined): void {
  const first = inline.children?.[0];
  const [mark, kind = ""] = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]$/.exec(first?.content ?? "") ?? [];
  if (first === undefined || mark === undefined) return;
  first.content = `${kind[0]}${kind.slice(1).toLowerCase()}`;
  quote?.attrJoin("class", `alert ${kind.toLowerCase()}`);
}
