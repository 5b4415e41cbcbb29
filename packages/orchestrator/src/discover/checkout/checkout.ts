import { readFileSync } from "node:fs";
import { posix } from "node:path";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { TreeEntry } from "@pipelines/core/git/repository";
import { addWorktree } from "@pipelines/core/git/worktree";
import { type Body, type HclParser, unreadableHcl } from "../../hcl/parse.ts";
import { type Exclusion, excludeUnreadable } from "./exclusions.ts";
import { readSymlinks, type Symlinks } from "./symlinks.ts";

/** The files of one commit on disk, without what Terragrunt must not read there; gone when disposed of. */
export type Checkout = AsyncDisposable & {
  /** Absolute path. */
  readonly root: string;
  readonly links: Symlinks;
  /** HCL files that were removed from it, each with the reason. */
  readonly exclusions: ReadonlyMap<string, Exclusion>;
  /** Whether a file of the commit was removed from it. */
  isExcluded(file: string): boolean;
  /** The text of a file, or `null` when it can't be read. */
  textOf(file: string): string | null;
  /** The HCL of a file, parsed once; `null` when it can't be read. */
  parsed(file: string): Body | null;
};

/** Checks a commit out in a folder of its own: discovery runs code and must not meet anybody's files. */
export async function openCheckout(
  { repository, gitEnvironment, parseHcl }: CheckoutEdges,
  commit: CommitSha,
  entries: readonly TreeEntry[],
): Promise<Checkout> {
  const worktree = await addWorktree(repository.folder, commit, gitEnvironment);
  const root = worktree.folder;
  try {
    const links = await readSymlinks(root, entries);
    const hcl = entries.map(({ path }) => path).filter((file) => file.endsWith(".hcl") && !links.leaving.has(file));
    const exclusions = await excludeUnreadable(root, hcl);
    return {
      ...{ root, links, exclusions },
      isExcluded: (file) => exclusions.has(file) || links.leaving.has(file),
      textOf: (file) => textOf(root, file),
      parsed: parsedFiles(root, parseHcl),
      [Symbol.asyncDispose]: () => worktree[Symbol.asyncDispose](),
    };
  } catch (error) {
    await worktree[Symbol.asyncDispose]();
    throw error;
  }
}

export type CheckoutEdges = {
  readonly repository: { readonly folder: string };
  readonly parseHcl: HclParser;
  /** The whole environment of git. */
  readonly gitEnvironment: Readonly<Record<string, string>>;
};

function textOf(root: string, file: string): string | null {
  try {
    return readFileSync(posix.join(root, file), "utf8");
  } catch {
    return null;
  }
}

function parsedFiles(root: string, parse: HclParser): (file: string) => Body | null {
  const known = new Map<string, Body | null>();
  return (file) => {
    const parsed = known.get(file);
    if (parsed !== undefined) return parsed;
    const text = textOf(root, file);
    const body = text === null || unreadableHcl(text) !== null ? null : parse(text);
    known.set(file, body);
    return body;
  };
}
