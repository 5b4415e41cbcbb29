import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DiffFile, diffFiles } from "./diff.ts";
import { GitFailedError, runGit, tryGit } from "./run-git.ts";

export type Person = { readonly name: string; readonly email: string; readonly date: string };
export type Commit = {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
};
export type TreeItem = {
  readonly path: string;
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly sha: string;
  readonly size: number | null;
};
export type Ref = { readonly ref: string; readonly sha: string; readonly type: string };
/** A change to a tree; a `sha` of `null` removes the path. */
export type TreeChange = { readonly path: string; readonly mode: string; readonly sha: string | null };
export type Signature = { readonly name: string; readonly email: string; readonly date?: string | undefined };
export type NewCommit = {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author?: Signature | undefined;
  readonly committer?: Signature | undefined;
};

/** A bare git repository, read and written with git's own plumbing. Every id is a full sha. */
export type BareRepository = {
  readonly folder: string;
  /** The id of what a revision names, or `null`; with `kind`, of the commit or tree that it leads to. */
  resolve(revision: string, kind?: "commit" | "tree"): Promise<string | null>;
  /** `commit`, `tree`, `blob` or `tag`; `null` for an id that is not there. */
  typeOf(sha: string): Promise<string | null>;
  commit(sha: string): Promise<Commit>;
  tree(sha: string, recursive: boolean): Promise<TreeItem[]>;
  blob(sha: string): Promise<Buffer>;
  refs(prefix: string): Promise<Ref[]>;
  /** Commits of `head` that `base` does not have, oldest first. */
  commitsBetween(base: string, head: string): Promise<string[]>;
  mergeBase(a: string, b: string): Promise<string | null>;
  isAncestor(ancestor: string, commit: string): Promise<boolean>;
  diff(base: string | null, head: string): Promise<DiffFile[]>;
  writeBlob(content: Buffer): Promise<string>;
  writeTree(base: string | null, changes: readonly TreeChange[]): Promise<string>;
  writeCommit(commit: NewCommit): Promise<string>;
  /** Sets a ref, or deletes it with `null`. */
  setRef(ref: string, sha: string | null): Promise<void>;
  /** The tree of a three-way merge, or `null` on a conflict. */
  mergedTree(ours: string, theirs: string): Promise<string | null>;
  /** Replays commits on `onto` and answers the new tip, or `null` on a conflict. */
  replay(commits: readonly string[], onto: string): Promise<string | null>;
};

export function openBareRepository(folder: string): BareRepository {
  const git = async (...args: string[]): Promise<string> => (await runGit(folder, args)).toString("utf8");
  const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
  const quiet = async (...args: string[]): Promise<string | null> => {
    const { exitCode, stdout } = await tryGit(folder, args);
    return exitCode === 0 ? stdout.toString("utf8").trim() : null;
  };
  return {
    folder,
    resolve: (revision, kind) =>
      quiet(
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        kind === undefined ? revision : `${revision}^{${kind}}`,
      ),
    typeOf: (sha) => quiet("cat-file", "-t", sha),
    commit: async (sha) => parseCommit(sha, await git("cat-file", "commit", sha)),
    async tree(sha, recursive) {
      const output = await git("ls-tree", "-z", "--long", "--full-tree", ...(recursive ? ["-r", "-t"] : []), sha);
      return output
        .split("\0")
        .filter((record) => record !== "")
        .map(parseTreeItem);
    },
    blob: (sha) => runGit(folder, ["cat-file", "blob", sha]),
    async refs(prefix) {
      const output = await git("for-each-ref", "--format=%(refname) %(objectname) %(objecttype)");
      return lines(output)
        .map((line) => line.split(" "))
        .map(([ref = "", sha = "", type = ""]) => ({ ref, sha, type }))
        .filter(({ ref }) => ref.startsWith(prefix));
    },
    commitsBetween: async (base, head) => lines(await git("rev-list", "--reverse", "--topo-order", head, `^${base}`)),
    mergeBase: async (a, b) => (await quiet("merge-base", a, b))?.split("\n")[0] ?? null,
    isAncestor: async (ancestor, commit) =>
      (await tryGit(folder, ["merge-base", "--is-ancestor", ancestor, commit])).exitCode === 0,
    diff: (base, head) => diffFiles(folder, base, head),
    async writeBlob(content) {
      return (await runGit(folder, ["hash-object", "-w", "--stdin"], { input: content })).toString("utf8").trim();
    },
    async writeTree(base, changes) {
      const scratch = await mkdtemp(join(tmpdir(), "local-github-index-"));
      const env = { GIT_INDEX_FILE: join(scratch, "index") };
      try {
        await runGit(folder, base === null ? ["read-tree", "--empty"] : ["read-tree", base], { env });
        const records = changes.map(({ path, mode, sha }) =>
          sha === null ? `0 ${"0".repeat(40)}\t${path}\0` : `${mode} ${sha}\t${path}\0`,
        );
        await runGit(folder, ["update-index", "-z", "--index-info"], { env, input: records.join("") });
        return (await runGit(folder, ["write-tree"], { env })).toString("utf8").trim();
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    async writeCommit({ tree, parents, message, author, committer }) {
      const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])];
      const env = { ...identity("AUTHOR", author), ...identity("COMMITTER", committer ?? author) };
      return (await runGit(folder, args, { input: message, env })).toString("utf8").trim();
    },
    async setRef(ref, sha) {
      await git("update-ref", ...(sha === null ? ["-d", ref] : [ref, sha]));
    },
    async mergedTree(ours, theirs) {
      const result = await tryGit(folder, ["merge-tree", "--write-tree", "--allow-unrelated-histories", ours, theirs]);
      if (result.exitCode > 1) throw new GitFailedError(["merge-tree"], result.stderr);
      return result.exitCode === 0 ? (result.stdout.toString("utf8").split("\n")[0] ?? null) : null;
    },
    async replay(commits, onto) {
      const scratch = await mkdtemp(join(tmpdir(), "local-github-replay-"));
      const worktree = join(scratch, "tree");
      try {
        await git("worktree", "add", "--detach", "--quiet", worktree, onto);
        for (const commit of commits) {
          const args = ["cherry-pick", "--allow-empty", "--keep-redundant-commits", commit];
          if ((await tryGit(folder, args, { cwd: worktree })).exitCode !== 0) return null;
        }
        return (await runGit(folder, ["rev-parse", "HEAD"], { cwd: worktree })).toString("utf8").trim();
      } finally {
        await quiet("worktree", "remove", "--force", worktree);
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}

function identity(role: "AUTHOR" | "COMMITTER", signature: Signature | undefined): Record<string, string> {
  if (signature === undefined) return {};
  return {
    [`GIT_${role}_NAME`]: signature.name,
    [`GIT_${role}_EMAIL`]: signature.email,
    ...(signature.date === undefined ? {} : { [`GIT_${role}_DATE`]: signature.date }),
  };
}

function parseTreeItem(record: string): TreeItem {
  const [, mode = "", type = "", sha = "", size = "", path = ""] =
    /^(\d{6}) (\w+) ([0-9a-f]+) +(\S+)\t([\s\S]+)$/.exec(record) ?? [];
  if (type !== "blob" && type !== "tree" && type !== "commit") {
    throw new GitFailedError(["ls-tree"], `printed what is not understood: ${record}`);
  }
  return { path, mode, type, sha, size: size === "-" ? null : Number(size) };
}

function parseCommit(sha: string, text: string): Commit {
  const end = text.indexOf("\n\n");
  const headers = text.slice(0, end).split("\n");
  const values = (name: string): string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    sha,
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    author: parsePerson(values("author")[0] ?? ""),
    committer: parsePerson(values("committer")[0] ?? ""),
    message: text.slice(end + 2).trimEnd(),
  };
}

function parsePerson(text: string): Person {
  const [, name = "", email = "", seconds = "0"] = /^(.*) <(.*)> (\d+) [+-]\d{4}$/.exec(text) ?? [];
  return { name, email, date: new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+/, "") };
}
