/** What GitHub leaves standing of HTML in Markdown, as far as reports use it; everything else becomes text. */
const ALLOWED = new Set(
  "details summary br hr sub sup code pre kbd b strong i em del ins s p blockquote ul ol li table thead tbody tr th td h1 h2 h3 h4 h5 h6 a".split(
    " ",
  ),
);
const VOID = new Set(["br", "hr"]);
const COMMENT_OR_TAG = /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^<>]*?)?)\s*\/?>/g;

export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/**
 * Makes a piece of HTML safe: allowed elements without attributes (but `open` of a fold and a web `href`), comments
 * dropped, the rest escaped. `open` holds the elements that earlier pieces of the same text left open; a closing tag
 * without its opening one is dropped, so that no text can break out of its place.
 */
export function sanitizeHtml(html: string, open: string[]): string {
  let result = "";
  let last = 0;
  for (const match of html.matchAll(COMMENT_OR_TAG)) {
    result += escapeText(html.slice(last, match.index));
    last = match.index + match[0].length;
    const [whole, slash, tag = "", attributes = ""] = match;
    if (whole.startsWith("<!--")) continue;
    const name = tag.toLowerCase();
    if (!ALLOWED.has(name)) result += escapeHtml(whole);
    else if (slash === "/") result += closed(name, open);
    else {
      if (!VOID.has(name)) open.push(name);
      result += `<${name}${safeAttributes(name, attributes)}>`;
    }
  }
  return result + escapeText(html.slice(last));
}

/** The closing tags of what a text left open. */
export const closeAll = (open: readonly string[]): string =>
  open
    .toReversed()
    .map((name) => `</${name}>`)
    .join("");

function closed(name: string, open: string[]): string {
  const index = open.lastIndexOf(name);
  if (index < 0) return "";
  const ended = open.splice(index);
  return closeAll(ended);
}

function safeAttributes(name: string, attributes: string): string {
  if (name === "details") return /\bopen\b/i.test(attributes) ? " open" : "";
  if (name !== "a") return "";
  const [, href = ""] = /\bhref\s*=\s*"((?:https?:\/\/|#)[^"]*)"/i.exec(attributes) ?? [];
  return href === "" ? "" : ` href="${escapeHtml(href.replaceAll("&amp;", "&"))}"`;
}

/** Text between tags: what is an entity already stays one. */
const escapeText = (text: string): string =>
  text
    .replace(/&(?!(?:#\d+|#x[0-9a-f]+|\w+);)/gi, "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
