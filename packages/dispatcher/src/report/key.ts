import { createHash } from "node:crypto";

/** A name in a hidden first line: it can't break out of it, whatever the path or title holds. */
export function keyOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 16);
}

/** Only the first line of a text is ours: further down, a text from elsewhere may hold something that looks like it. */
export function firstLineOf(body: string): string {
  return (body.split("\n", 1)[0] ?? "").trimEnd();
}
