import { withoutColours } from "./colours.ts";

/**
 * Text of tools, made harmless for a log that GitHub's runner reads: no workflow command has an effect, colours are
 * gone, control and bidirectional characters are shown instead of done.
 */
export function inert(text: string): string {
  return withoutColours(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, shown)
    .split("\n")
    .map(withoutCommand)
    .join("\n");
}

const shown = (character: string): string =>
  `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`;

/** `::name::` counts at the start of a line after white space, `##[name]` anywhere in it. */
function withoutCommand(line: string): string {
  return line.replace(/^(\s*):(?=:)/, "$1: ").replaceAll("##[", "# #[");
}
