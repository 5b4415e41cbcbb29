import { access } from "node:fs/promises";
import { join, posix } from "node:path";
import type { ChangedFile } from "../contracts/change.ts";
import type { CommitSha } from "../contracts/comparison.ts";
import { run } from "../process/run.ts";
import { readBlobs } from "./blobs.ts";
import { parseTree, type Repository, type TreeEntry } from "./repository.ts";

/**
 * A repository in whose commits the files of submodules are files like all others, as far as its checkout has them at
 * every one of these commits. A submodule that it lacks at one of them stays one entry: half of it would look like
 * files that were added or deleted.
 *
 * @param commits those that are read
 * @param environment a clean environment for git
 */
export async function withSubmodules(
  repository: Repository,
  commits: readonly CommitSha[],
  environment: Readonly<Record<string, string>>,
): Promise<Repository> {
  const trees = new Map<string, TreeEntry[]>();
  for (const commit of new Set(commits)) trees.set(commit, await repository.tree(commit));
  const found: Found = { folder: repository.folder, environment, contents: new Map(), objects: new Set() };
  for (const entries of trees.values()) await lookInto(entries, "", found);
  if (found.objects.size === 0) return repository;
  const whole = new Map([...trees].map(([commit, entries]) => [commit, expanded(entries, "", found.contents)]));
  const tree = async (commit: CommitSha): Promise<TreeEntry[]> => whole.get(commit) ?? (await repository.tree(commit));
  // Git looks for objects there as well, so that one process reads the files of all.
  const alternates = { ...environment, GIT_ALTERNATE_OBJECT_DIRECTORIES: [...found.objects].join(":") };
  return {
    ...repository,
    tree,
    async diff(base, head) {
      return changesBetween(base === null ? [] : await tree(base), await tree(head));
    },
    async renames(base, head, pathspecs) {
      const around = await repository.renames(base, head, pathspecs);
      const [before, after] = [await tree(base), await tree(head)];
      return [...around, ...movedUnchanged(changesBetween(before, after), before, after)];
    },
    blobs: (names, longest) => readBlobs(repository.folder, names, alternates, longest),
  };
}

type Found = {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What submodules hold at the commits that are named: by folder, then by commit; `null` for what is not there. */
  readonly contents: Map<string, Map<string, TreeEntry[] | null>>;
  /** Folders of git's objects. */
  readonly objects: Set<string>;
};

async function lookInto(entries: readonly TreeEntry[], inside: string, found: Found): Promise<void> {
  for (const { path, blob } of entries.filter(({ kind }) => kind === "submodule")) {
    const folder = posix.join(inside, path);
    const known = found.contents.get(folder) ?? new Map<string, TreeEntry[] | null>();
    found.contents.set(folder, known);
    if (known.has(blob)) continue;
    const content = await contentOf(folder, blob, found);
    known.set(blob, content);
    await lookInto(content ?? [], folder, found);
  }
}

async function contentOf(
  folder: string,
  commit: string,
  { folder: root, environment: env, objects }: Found,
): Promise<TreeEntry[] | null> {
  const cwd = join(root, folder);
  const ownGit = await access(join(cwd, ".git")).then(
    () => true,
    () => false,
  );
  // Without a repository of its own the folder would be taken for a part of the one around it.
  if (!ownGit) return null;
  const listed = await run("git", ["ls-tree", "-r", "-z", "--full-tree", commit], { cwd, env });
  const place = await run("git", ["rev-parse", "--path-format=absolute", "--git-path", "objects"], { cwd, env });
  if (listed.exitCode !== 0 || place.exitCode !== 0) return null;
  objects.add(place.stdout.trim());
  return parseTree(listed.stdout);
}

/** The entries with those of submodules in their places. */
function expanded(entries: readonly TreeEntry[], inside: string, contents: Found["contents"]): TreeEntry[] {
  return entries.flatMap((entry) => {
    const path = posix.join(inside, entry.path);
    const known = entry.kind === "submodule" ? contents.get(path) : undefined;
    const isWhole = known !== undefined && [...known.values()].every((content) => content !== null);
    const content = isWhole ? (known.get(entry.blob) ?? null) : null;
    return content === null ? [{ ...entry, path }] : expanded(content, path, contents);
  });
}

/** Files that are gone and files that are new, of the same name and content: git sees none that cross a submodule's border. */
function movedUnchanged(
  changes: readonly ChangedFile[],
  before: readonly TreeEntry[],
  after: readonly TreeEntry[],
): [from: string, to: string][] {
  const [old, current] = [blobsByPath(before), blobsByPath(after)];
  const added = changes.filter(({ status }) => status === "added").map(({ path }) => path);
  const byContent = Map.groupBy(added, (path) => `${posix.basename(path)} ${current.get(path)}`);
  return changes
    .filter(({ status }) => status === "deleted")
    .flatMap(({ path }) =>
      (byContent.get(`${posix.basename(path)} ${old.get(path)}`) ?? []).map((to): [string, string] => [path, to]),
    );
}

const blobsByPath = (entries: readonly TreeEntry[]): Map<string, string> =>
  new Map(entries.map(({ path, blob }) => [path, blob]));

function changesBetween(before: readonly TreeEntry[], after: readonly TreeEntry[]): ChangedFile[] {
  const [old, current] = [before, after].map((entries) => new Map(entries.map((entry) => [entry.path, entry])));
  if (old === undefined || current === undefined) return [];
  return [...new Set([...old.keys(), ...current.keys()])].toSorted().flatMap((path): ChangedFile[] => {
    const [was, is] = [old.get(path), current.get(path)];
    if (was === undefined) return [{ path, status: "added" }];
    if (is === undefined) return [{ path, status: "deleted" }];
    return was.blob === is.blob && was.kind === is.kind ? [] : [{ path, status: "modified" }];
  });
}
