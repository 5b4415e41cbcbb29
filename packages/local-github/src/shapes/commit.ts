import type { BareRepository, Commit } from "../git/bare-repository.ts";
import type { DiffFile } from "../git/diff.ts";
import type { World } from "../world.ts";
import { nodeId, repositoryPage, repositoryUrl } from "./urls.ts";

const UNSIGNED = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** A commit of the git data API. */
export function gitCommitShape(world: World, commit: Commit) {
  const url = (kind: string, sha: string): string => `${repositoryUrl(world)}/git/${kind}/${sha}`;
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: url("commits", commit.sha),
    html_url: `${repositoryPage(world)}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: url("trees", commit.tree) },
    parents: commit.parents.map((sha) => ({
      sha,
      url: url("commits", sha),
      html_url: `${repositoryPage(world)}/commit/${sha}`,
    })),
    verification: UNSIGNED,
  };
}

/** A commit of the repository API. */
export function commitShape(world: World, commit: Commit) {
  const url = `${repositoryUrl(world)}/commits/${commit.sha}`;
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url,
    html_url: `${repositoryPage(world)}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${repositoryUrl(world)}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${repositoryUrl(world)}/git/trees/${commit.tree}` },
      verification: UNSIGNED,
    },
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${repositoryUrl(world)}/commits/${sha}`,
      html_url: `${repositoryPage(world)}/commit/${sha}`,
    })),
  };
}

/** A file of a pull request, a commit or a comparison; `commit` is where its content is read. */
export function diffEntryShape(world: World, file: DiffFile, commit: string) {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${repositoryPage(world)}/blob/${commit}/${path}`,
    raw_url: `${repositoryPage(world)}/raw/${commit}/${path}`,
    contents_url: `${repositoryUrl(world)}/contents/${path}?ref=${commit}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

export const sizesOf = (files: readonly DiffFile[]) => ({
  additions: files.reduce((sum, file) => sum + file.additions, 0),
  deletions: files.reduce((sum, file) => sum + file.deletions, 0),
  changedFiles: files.length,
});

/** The commit of a revision, or `null`. */
export async function readCommit(git: BareRepository, revision: string): Promise<Commit | null> {
  const sha = await git.resolve(revision, "commit");
  return sha === null ? null : git.commit(sha);
}
