/** Why a glob of repository paths can match nothing that it looks like, or `null`. */
export function malformedGlob(glob: string): string | null {
  if (glob.trim() !== glob) return "it begins or ends with a blank";
  if (glob.startsWith("/")) return "paths begin at the repository's root, without a `/`";
  if (glob.startsWith("!")) return "it is negated, and every glob adds; leave the `!` out";
  if (/^[A-Za-z]:[\\/]/.test(glob) || /\\[A-Za-z0-9]/.test(glob)) return "folders are separated by `/`";
  const parts = glob.split("/");
  if (parts.includes("..")) return "it leaves the repository with `..`";
  if (parts.includes(".") && glob !== ".") return "it has a `.` as a folder; leave it out";
  if (glob.endsWith("/")) return "it ends with a `/`; write `/**` for all that is in the folder";
  if (parts.includes("")) return "it has an empty folder's name in it (`//`)";
  return unbalanced(glob);
}

const CLOSING: Readonly<Record<string, string>> = { "[": "]", "{": "}", "(": ")" };

function unbalanced(glob: string): string | null {
  const open: string[] = [];
  for (let index = 0; index < glob.length; index += 1) {
    const character = glob.charAt(index);
    const closing = CLOSING[character];
    if (character === "\\") index += 1;
    else if (open.at(-1) === "]" && character !== "]") continue;
    else if (closing !== undefined) open.push(closing);
    else if (character === open.at(-1)) open.pop();
    else if ("]})".includes(character)) return `its \`${character}\` closes nothing`;
  }
  const missing = open.at(-1);
  return missing === undefined
    ? null
    : `a \`${missing}\` is missing; write \`\\\` before a bracket that is part of a name`;
}

/** Why a text is no path of a file or folder in a repository, or `null`. */
export function malformedPath(path: string): string | null {
  if (path === "") return "it is empty";
  if (/[*?]/.test(path)) return "it is one path, without `*` and `?`";
  return malformedGlob(path.replace(/\/$/, ""));
}
