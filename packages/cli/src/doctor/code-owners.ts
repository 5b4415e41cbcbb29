import { fits, type Piece, piecesOf } from "./glob.ts";

/** Who owns a path by a CODEOWNERS file; empty where nobody does. The last line that matches decides, as on GitHub. */
export function ownersOf(text: string, path: string): string[] {
  let owners: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [pattern, ...who] = wordsOf(line);
    if (pattern !== undefined && matches(pattern, path)) owners = who;
  }
  return owners;
}

/** The words of a line up to a comment; `\ ` is a blank inside a pattern, `\#` a number sign. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith("#"));
  return comment < 0 ? words : words.slice(0, comment);
}

/**
 * The patterns of `.gitignore` without `!` and `[ ]`, and with one difference: `docs/*` takes the files of that folder
 * and none of folders in it (GitHub's documentation of CODEOWNERS syntax).
 */
function matches(pattern: string, path: string): boolean {
  // GitHub leaves lines with these out.
  if (/^!|[[\]]/.test(pattern)) return false;
  const plain = pattern.replace(/\\(.)/g, "$1");
  const isAnchored = plain.replace(/\/$/, "").includes("/");
  const segments = plain.replace(/^\//, "").replace(/\/$/, "").split("/");
  const pieces: Piece[] = isAnchored ? [] : ["folders"];
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "**") pieces.push(isLast ? "any" : "folders");
    else pieces.push(...piecesOf(segment, () => "segment"), ...(isLast ? [] : [{ text: "/" }]));
  }
  // A name stands for a file or for all that is in a folder of the name; a star at the end for files alone.
  if (plain.endsWith("/")) pieces.push({ text: "/" }, "any");
  else if (!(isAnchored && segments.at(-1) === "*")) pieces.push("below");
  return fits(pieces, path);
}
