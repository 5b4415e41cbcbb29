/**
 * A plan's text so that GitHub colours it as a diff: the sign of a line, which OpenTofu and Terraform indent, moves to
 * its start; an update's `~` becomes `!`.
 */
export function asDiff(plan: string): string {
  return plan
    .split("\n")
    .map((line) =>
      line
        .replace(/^(\s+)([+~-])(?=\s)/, (_, space: string, sign: string) => `${sign === "~" ? "!" : sign}${space}`)
        .replace(/^~(?=\s)/, "!"),
    )
    .join("\n");
}

/** The longest beginning of whole lines within so many characters; a first line that is longer is cut itself. */
export function cutAtLine(text: string, characters: number): { text: string; whole: boolean } {
  if (text.length <= characters) return { text, whole: true };
  const end = text.lastIndexOf("\n", characters);
  const kept = end > 0 ? text.slice(0, end) : text.slice(0, characters).replace(/[\ud800-\udbff]$/, "");
  return { text: kept, whole: false };
}
