import { withoutColours } from "@pipelines/core/redaction/colours";
import { inert } from "@pipelines/core/redaction/inert";
import { maskOf } from "@pipelines/core/redaction/mask";

/** Characters that hide or reorder text: control, bidi, zero-width, and unusual line ends. */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const JOINER = "&#8203;";

/** The tools' own secrets are masked where they are known; here, what looks like a credential, whoever wrote it. */
const mask = maskOf([]);

/**
 * Text from elsewhere, fit to be shown: hidden characters are seen, halves of surrogate pairs and workflow commands
 * have no effect, credentials are masked. Line feeds and tabs stay.
 */
export function visible(text: string): string {
  const shown = withoutColours(text.toWellFormed())
    .replaceAll("\r\n", "\n")
    .replace(
      HIDDEN,
      (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
    );
  return inert(mask(shown));
}

/** One line of at most `length` characters; what is cut is shown by an ellipsis. */
export function oneLine(text: string, length: number): string {
  const line = visible(text).replace(/\s+/g, " ").trim();
  return line.length <= length
    ? line
    : `${line
        .slice(0, Math.max(0, length - 1))
        .toWellFormed()
        .replace(/\ufffd$/, "")}…`;
}

/** Text for an HTML context in which Markdown is not read (`<summary>`). */
export function html(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** One line of prose: it means nothing to Markdown or HTML, calls nobody, and links nowhere. */
export function prose(text: string, length = 2000): string {
  return plain(oneLine(text, length));
}

/** One line of prose in which `code` stands between backticks, as our own sentences and those of the tools write it. */
export function sentence(text: string, length = 2000): string {
  return oneLine(text, length)
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? code(part.slice(1, -1), length) : plain(part)))
    .join("");
}

function plain(line: string): string {
  return html(line)
    .replace(/[\\`*_[\]#|~$]/g, "\\$&")
    .replace(/^(\s*)([-+=])/, "$1\\$2")
    .replace(/^(\s*\d+)([.)])/, "$1\\$2")
    .replaceAll("@", `@${JOINER}`)
    .replaceAll("\\#", `\\#${JOINER}`)
    .replace(/(?<![A-Za-z0-9])(gh|https?|ftp|mailto|www|xmpp)(?=[-:.])/gi, `$1${JOINER}`);
}

/** One line as inline code; also right inside a table. */
export function code(text: string, length = 300): string {
  const line = oneLine(text, length);
  if (line === "") return "";
  const ticks = "`".repeat(longestRun(line) + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${space}${line.replaceAll("|", "\\|")}${space}${ticks}`;
}

/** A code block whose fence is longer than any run of backticks in the text. */
export function fenced(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${visible(text).replace(/\n+$/, "")}\n${fence}`;
}

/** A link to an address of ours; its text must be escaped already. */
export function link(text: string, url: string): string {
  return /^https?:\/\/[^\s<>()"'`\\|]+$/.test(url) ? `[${text}](${url})` : text;
}

function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}
