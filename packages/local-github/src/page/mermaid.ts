import { renderMermaidSVG } from "beautiful-mermaid";

/** Longer sources are no drawing that anybody looks at. */
const LONGEST = 20_000;

/** Lines and words that can be read on a light and on a dark ground. */
const GREY = "#768390";

/**
 * A Mermaid source drawn, as an image that holds itself: what is in it can't reach the page, and nothing is fetched for
 * it. `null` for what can't be drawn.
 */
export function drawing(source: string): string | null {
  if (source.length > LONGEST) return null;
  try {
    const svg = renderMermaidSVG(withoutSettings(source), { fg: GREY, line: GREY, accent: GREY, transparent: true })
      .replace(/@import [^;]*;[^;]*;[^;]*;[^\n]*\n/, "")
      // Mermaid writes a character by its number; the library leaves that as it is. A colour stands in an attribute.
      .replace(/>[^<]*</g, (words) => words.replace(/(?<!&)#(\d{1,7});/g, "&#$1;"));
    return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  } catch {
    // It may be any kind of drawing, or none: its source is shown.
    return null;
  }
}

function withoutSettings(source: string): string {
  return source.replace(/^---\n[\s\S]*?\n---\n/, "");
}
