import { runGit } from "./run-git.ts";

/** A file that differs between two commits, as GitHub lists it. */
export type DiffFile = {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  /** The hunks of a unified diff; `null` for a binary file. */
  readonly patch: string | null;
};

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** What differs from `base` (`null`: from nothing) to `head`; renames are found. */
export async function diffFiles(folder: string, base: string | null, head: string): Promise<DiffFile[]> {
  const range = [base ?? EMPTY_TREE, head];
  const options = ["--no-ext-diff", "--no-textconv", "--find-renames"];
  const [raw, patch] = await Promise.all([
    runGit(folder, ["diff", "--raw", "-z", "--no-abbrev", ...options, ...range]),
    runGit(folder, ["diff", "--full-index", ...options, ...range]),
  ]);
  // Both list the same files in the same order, so the patches need no path of their own.
  const patches = patch
    .toString("utf8")
    .split(/^diff --git /m)
    .slice(1);
  return parseRaw(raw.toString("utf8")).map((entry, index) => {
    const text = patches[index] ?? "";
    const start = text.search(/^@@ /m);
    const hunks = start < 0 ? null : text.slice(start).trimEnd();
    const count = (sign: string): number => (hunks ?? "").split("\n").filter((line) => line.startsWith(sign)).length;
    return { ...entry, patch: hunks, additions: count("+"), deletions: count("-") };
  });
}

type RawEntry = Pick<DiffFile, "path" | "previousPath" | "status" | "sha">;

function parseRaw(text: string): RawEntry[] {
  const fields = text.split("\0");
  const entries: RawEntry[] = [];
  let index = 0;
  while (index + 1 < fields.length) {
    const [, oldSha = "", newSha = "", letter = ""] =
      /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])/.exec(fields[index] ?? "") ?? [];
    const first = fields[index + 1] ?? "";
    const moved = letter === "R" || letter === "C";
    const path = moved ? (fields[index + 2] ?? "") : first;
    const sha = letter === "D" ? oldSha : newSha;
    entries.push({ path, previousPath: moved ? first : null, status: statusOf(letter), sha });
    index += moved ? 3 : 2;
  }
  return entries;
}

function statusOf(letter: string): DiffFile["status"] {
  const statuses: Readonly<Record<string, DiffFile["status"]>> = {
    A: "added",
    D: "removed",
    M: "modified",
    R: "renamed",
    C: "copied",
  };
  return statuses[letter] ?? "changed";
}
