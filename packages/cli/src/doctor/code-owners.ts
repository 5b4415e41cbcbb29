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
  const body = plain.replace(/^\//, "").replace(/\/$/, "");
  const source = body
    .split("/")
    .map((segment) =>
      segment === "**"
        ? "\u0000"
        : segment
            .replace(/[.+^${}()|\\]/g, "\\$&")
            .replace(/\*+/g, "[^/]*")
            .replaceAll("?", "[^/]"),
    )
    .join("/")
    .replaceAll("\u0000/", "(?:.*/)?")
    .replaceAll("\u0000", ".*");
  const last = body.split("/").at(-1) ?? "";
  // A name stands for a file or for all that is in a folder of the name; a star at the end for files alone.
  const rest = plain.endsWith("/") ? "/.*" : isAnchored && last === "*" ? "" : "(?:/.*)?";
  return new RegExp(`^${isAnchored ? "" : "(?:.*/)?"}${source}${rest}$`).test(path);
}
