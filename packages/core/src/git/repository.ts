import { type SimpleGit, type SimpleGitOptions, simpleGit } from "simple-git";
import type { ChangedFile, FileStatus } from "../contracts/change.ts";
import { CommitSha } from "../contracts/comparison.ts";
import type { Contains } from "./ancestry.ts";
import { ancestryOf } from "./ancestry.ts";
import { type Blob, readBlobs } from "./blobs.ts";

/** One file of a commit's tree. */
export type TreeEntry = {
  readonly path: string;
  readonly kind: "file" | "symlink" | "submodule";
  readonly blob: string;
};

/** A commit that is needed and can't be had. */
export class MissingCommitError extends Error {
  override readonly name = "MissingCommitError";
  readonly revision: string;

  constructor(revision: string, advice: string, options?: ErrorOptions) {
    super(`commit ${revision} is not in this clone. ${advice}`, options);
    this.revision = revision;
  }
}

/** Read access to a git repository. Every method speaks of commits, never of the working tree. */
export type Repository = {
  /** The folder of the working tree. */
  readonly folder: string;
  /** The full id of the commit that a revision names, or `null` when this clone does not have it. */
  resolve(revision: string): Promise<CommitSha | null>;
  parents(commit: CommitSha): Promise<CommitSha[]>;
  mergeBase(a: CommitSha, b: CommitSha): Promise<CommitSha | null>;
  isShallow(): Promise<boolean>;
  /** Whether `ancestor` is `commit` or one of its ancestors. */
  contains(commit: CommitSha, ancestor: CommitSha): Promise<boolean>;
  /** Which of these commits, and of all that they build on, have which others among their ancestors. */
  ancestry(commits: Iterable<CommitSha>): Promise<Contains>;
  /** The commits that `head` has and `base` has not. */
  between(base: CommitSha, head: CommitSha): Promise<CommitSha[]>;
  /** What differs between two trees, mode-only changes left out; `base` null means that everything is new. */
  diff(base: CommitSha | null, head: CommitSha): Promise<ChangedFile[]>;
  /** Files among `pathspecs` that git takes for renamed, as pairs of the old and the new path, however many they are. */
  renames(base: CommitSha, head: CommitSha, pathspecs: readonly string[]): Promise<[from: string, to: string][]>;
  tree(commit: CommitSha): Promise<TreeEntry[]>;
  /** The texts of blobs by their names; those that the clone lacks are missing. @param longest bytes up to which one is read */
  blobs(names: Iterable<string>, longest: number): Promise<Map<string, Blob>>;
  /** Whether this clone leaves out objects, which git then fetches one by one when they are asked for. */
  isPartial(): Promise<boolean>;
  /** The text of a file at a commit, or `null` when it is not there. */
  read(commit: CommitSha, path: string): Promise<string | null>;
  /** Fetches commits or refs from `origin`. Resolves to false when origin does not give them. */
  fetch(refspecs: readonly string[], options?: { readonly deepen?: number }): Promise<boolean>;
  /** The current branch's name, or `null` when HEAD is detached. */
  branch(): Promise<string | null>;
};

/**
 * Opens the git repository whose working tree is at `folder`.
 *
 * @param environment the whole environment of the git processes
 */
export function openRepository(folder: string, environment: Readonly<Record<string, string>>): Repository {
  const git = gitAt(folder, environment);
  const quiet = async (...args: string[]): Promise<string | null> => {
    try {
      return await git.raw(args);
    } catch {
      return null;
    }
  };
  const commitOf = (text: string | null): CommitSha | null => {
    const result = CommitSha.safeParse(text?.trim());
    return result.success ? result.data : null;
  };
  return {
    folder,
    async resolve(revision) {
      // `--end-of-options`: a branch may be called like an option.
      return commitOf(await quiet("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`));
    },
    async parents(commit) {
      const line = (await git.raw(["rev-list", "--parents", "-n", "1", commit])).trim();
      return line
        .split(" ")
        .slice(1)
        .map((parent) => CommitSha.parse(parent));
    },
    async mergeBase(a, b) {
      return commitOf((await quiet("merge-base", a, b))?.split("\n", 1)[0] ?? null);
    },
    async isShallow() {
      return (await git.raw(["rev-parse", "--is-shallow-repository"])).trim() === "true";
    },
    async contains(commit, ancestor) {
      const count = await quiet("rev-list", "--count", "--max-count=1", ancestor, `^${commit}`);
      return count?.trim() === "0";
    },
    async ancestry(commits) {
      const wanted = [...new Set(commits)];
      if (wanted.length === 0) return ancestryOf("");
      return ancestryOf(await git.raw(["rev-list", "--parents", "--ignore-missing", ...wanted]));
    },
    async between(base, head) {
      const output = await git.raw(["rev-list", head, `^${base}`]);
      return output.split("\n").flatMap((line) => commitOf(line) ?? []);
    },
    async diff(base, head) {
      if (base === null) {
        return (await this.tree(head)).map(({ path }) => ({ path, status: "added" as const }));
      }
      const output = await git.raw(["diff", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", base, head]);
      return parseRawDiff(output);
    },
    async renames(base, head, pathspecs) {
      // `-l0`: git stops looking at 1,000 renamed files with edits otherwise, and says nothing of it.
      const options = ["-z", "--name-status", "--find-renames", "-l0", "--diff-filter=R"];
      const output = await git.raw(["diff", ...options, base, head, "--", ...pathspecs]);
      const fields = output.split("\0");
      const pairs: [string, string][] = [];
      for (let index = 0; index + 2 < fields.length; index += 3) {
        pairs.push([fields[index + 1] ?? "", fields[index + 2] ?? ""]);
      }
      return pairs;
    },
    async tree(commit) {
      const output = await git.raw(["ls-tree", "-r", "-z", "--full-tree", commit]);
      return parseTree(output);
    },
    blobs: (names, longest) => readBlobs(folder, names, environment, longest),
    async isPartial() {
      // Where nothing matches git ends with 1 and says nothing, which simple-git takes for an answer.
      return ((await quiet("config", "--get-regexp", "^remote\\..*\\.promisor$")) ?? "").trim() !== "";
    },
    async read(commit, path) {
      return quiet("cat-file", "blob", `${commit}:${path}`);
    },
    async fetch(refspecs, options = {}) {
      const depth = options.deepen === undefined ? [] : [`--deepen=${options.deepen}`];
      return (await quiet("fetch", "--quiet", "--no-tags", ...depth, "origin", ...refspecs)) !== null;
    },
    async branch() {
      const name = (await quiet("symbolic-ref", "--quiet", "--short", "HEAD"))?.trim();
      return name === undefined || name === "" ? null : name;
    },
  };
}

/** simple-git in a folder, with exactly the given environment. */
export function gitAt(
  folder: string,
  environment: Readonly<Record<string, string>>,
  options: Partial<SimpleGitOptions> = {},
): SimpleGit {
  return simpleGit({
    ...options,
    baseDir: folder,
    trimmed: false,
    config: ["core.quotePath=false"],
    // simple-git refuses variables that steer git. This one, which `toolEnvironment` sets, keeps git from asking a person.
    allowEnvironment: ["GIT_TERMINAL_PROMPT"],
    // A worktree is added with hooks turned off, which simple-git takes for an attempt to turn some on.
    unsafe: { allowUnsafeHooksPath: true },
  }).env({ ...environment });
}

/** Git printed something that is not what its documentation says. */
export class GitOutputError extends Error {
  override readonly name = "GitOutputError";
}

/** Parses `git diff -z --raw --no-renames`: `:<mode> <mode> <blob> <blob> <letter>` NUL `<path>` NUL. */
export function parseRawDiff(output: string): ChangedFile[] {
  const fields = output.split("\0");
  const files: ChangedFile[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [head, path] = [fields[index] ?? "", fields[index + 1] ?? ""];
    const match = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/.exec(head);
    if (match === null || path === "")
      throw new GitOutputError(`git diff printed an entry that is not understood: ${head}`);
    const [, oldMode, newMode, oldBlob, newBlob, letter] = match;
    // A change of the executable bit alone runs nothing; a file that became a symlink does.
    if (letter === "M" && oldBlob === newBlob && oldMode?.slice(0, 3) === newMode?.slice(0, 3)) continue;
    files.push({ path, status: statusOf(letter, path) });
  }
  return files;
}

function statusOf(letter: string | undefined, path: string): FileStatus {
  switch (letter) {
    case "A":
      return "added";
    case "M":
    case "T":
      return "modified";
    case "D":
      return "deleted";
    default:
      throw new GitOutputError(`git diff says \`${letter}\` of ${path}, which is neither added, modified nor deleted`);
  }
}

/** Parses `git ls-tree -r -z`: `<mode> <type> <object>` TAB `<path>` NUL. */
export function parseTree(output: string): TreeEntry[] {
  return output
    .split("\0")
    .filter((record) => record !== "")
    .map((record) => {
      const match = /^(\d{6}) (\w+) ([0-9a-f]+)\t([\s\S]+)$/.exec(record);
      const [, mode, , blob, path] = match ?? [];
      if (mode === undefined || blob === undefined || path === undefined) {
        throw new GitOutputError(`git ls-tree printed an entry that is not understood: ${record}`);
      }
      return { path, blob, kind: mode === "120000" ? "symlink" : mode === "160000" ? "submodule" : "file" };
    });
}
