import sanitize from "sanitize-html";

/**
 * What GitHub leaves standing of HTML in Markdown, as far as reports use it, and the classes that this page's own
 * Markdown sets. Everything else is taken out, the text inside of it stays.
 */
const ALLOWED: sanitize.IOptions = {
  allowedTags:
    "details summary br hr sub sup code pre kbd b strong i em del ins s p blockquote ul ol li table thead tbody tr th td h1 h2 h3 h4 h5 h6 a span".split(
      " ",
    ),
  allowedAttributes: { a: ["href"], details: ["open"], ol: ["start"], td: ["style"], th: ["style"] },
  allowedStyles: { "*": { "text-align": [/^(?:left|center|right)$/] } },
  allowedClasses: {
    pre: ["diff", "mermaid"],
    span: ["line", "add", "del", "change", "note", "hunk"],
    li: ["task"],
    blockquote: ["alert", "note", "tip", "important", "warning", "caution"],
  },
  allowedSchemes: ["http", "https"],
  allowProtocolRelative: false,
};

export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export const unescapeHtml = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&gt;", ">").replaceAll("&lt;", "<").replaceAll("&amp;", "&");

/** Makes HTML safe. Elements that are left open are closed at its end, so that no text can break out of its place. */
export function sanitizeHtml(html: string): string {
  return sanitize(html, ALLOWED);
}
