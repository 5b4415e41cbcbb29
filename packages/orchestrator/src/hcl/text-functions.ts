import { posix } from "node:path";

/** Go's `filepath.Dir`: what is before the last slash, cleaned. */
export function goDirectory(path: string): string {
  const folder = posix.normalize(path.slice(0, path.lastIndexOf("/") + 1));
  return folder.length > 1 && folder.endsWith("/") ? folder.slice(0, -1) : folder;
}

/** Go's `filepath.Base`: the last part; `.` of nothing, `/` of nothing but slashes. */
export function goBase(path: string): string {
  return path === "" ? "." : posix.basename(path) || "/";
}

/** Go changes the case of one character to one character. Where the two don't agree on that, nothing is said. */
export function caseOf(text: string, change: (character: string) => string): string | null {
  const changed = [...text].map(change);
  return changed.every((character) => [...character].length === 1) ? changed.join("") : null;
}

/** Go's `strings.TrimSpace`, which goes by Unicode's White_Space: a byte order mark stays, U+0085 goes. */
export function withoutSpaceAround(text: string): string {
  const characters = [...text];
  const isText = (character: string): boolean => !/\p{White_Space}/u.test(character);
  const [first, last] = [characters.findIndex(isText), characters.findLastIndex(isText)];
  return first < 0 ? "" : characters.slice(first, last + 1).join("");
}

/** Of the verbs, those that show a text as it is. */
export function formatted(texts: readonly (string | null)[]): string | null {
  const [pattern, ...values] = texts;
  if (pattern === null || pattern === undefined || values.some((value) => value === null)) return null;
  const parts = pattern.split(/(%[sv%])/);
  let next = 0;
  const result = parts.map((part) => {
    if (part === "%%") return "%";
    if (part !== "%s" && part !== "%v") return part.includes("%") ? null : part;
    next += 1;
    return values[next - 1] ?? null;
  });
  return next === values.length && result.every((part) => part !== null) ? result.join("") : null;
}
