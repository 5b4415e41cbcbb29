import { randomBytes } from "node:crypto";
import { addIssue, setIssueState } from "./conversations.ts";
import { HttpError, notFound, validationFailed } from "./http-error.ts";
import { sizesOf } from "./shapes/commit.ts";
import { isPullRequest, type PullRequestIssue, type PullRequestSizes } from "./shapes/pull-request.ts";
import type { User } from "./state.ts";
import type { World } from "./world.ts";

export type NewPullRequest = {
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string | null;
  readonly author: User;
  readonly draft?: boolean;
};
export type MergeMethod = "merge" | "squash" | "rebase";
export type Merged = { readonly before: string; readonly after: string };

/** The pull request with a number. @throws {HttpError} 404 */
export function findPullRequest(world: World, number: number): PullRequestIssue {
  const issue = world.state.issues.get(number);
  if (issue === undefined || issue.deleted || !isPullRequest(issue)) throw notFound();
  return issue;
}

/**
 * Opens a pull request for branches of the git repository. Without one the commits are made up.
 *
 * @throws {HttpError} 422 as GitHub does: an unknown branch, nothing to merge, or one that is open already
 */
export async function openPullRequest(world: World, fields: NewPullRequest): Promise<PullRequestIssue> {
  const headRef = fields.head.replace(/^[^:]*:/, "");
  const twin = [...world.state.issues.values()].find(
    ({ pull, state }) => state === "open" && pull?.headRef === headRef && pull.baseRef === fields.base,
  );
  if (twin !== undefined) {
    const message = `A pull request already exists for ${world.owner}:${headRef}.`;
    throw new HttpError(422, "Validation Failed", [{ resource: "PullRequest", code: "custom", message }]);
  }
  const [headSha, baseSha] = [await tipOf(world, headRef), await tipOf(world, fields.base)];
  if (headSha === null) throw validationFailed("PullRequest", "head", "invalid");
  if (baseSha === null) throw validationFailed("PullRequest", "base", "invalid");
  if (world.git !== null && (await world.git.isAncestor(headSha, baseSha))) {
    const message = `No commits between ${fields.base} and ${headRef}`;
    throw new HttpError(422, "Validation Failed", [{ resource: "PullRequest", code: "custom", message }]);
  }
  const pull = {
    headRef,
    baseRef: fields.base,
    headSha,
    baseSha,
    mergeSha: null,
    mergedAt: null,
    mergedBy: null,
    draft: fields.draft ?? false,
    commits: new Set<string>(),
  };
  const issue = addIssue(world, { title: fields.title, body: fields.body, user: fields.author, pull });
  const opened = findPullRequest(world, issue.number);
  await refreshPullRequest(world, opened);
  return opened;
}

/** Looks at the branches again: head and base move, and `refs/pull/N/{head,merge}` with them. */
export async function refreshPullRequest(world: World, issue: PullRequestIssue): Promise<void> {
  const { git } = world;
  const { pull } = issue;
  if (issue.state !== "open") return;
  if (git === null) {
    pull.commits.add(pull.headSha);
    pull.mergeSha ??= madeUpSha();
    return;
  }
  const headSha = (await tipOf(world, pull.headRef)) ?? pull.headSha;
  const baseSha = (await tipOf(world, pull.baseRef)) ?? pull.baseSha;
  if (pull.commits.size > 0 && headSha === pull.headSha && baseSha === pull.baseSha) return;
  if (headSha !== pull.headSha) issue.updatedAt = world.now();
  pull.headSha = headSha;
  pull.baseSha = baseSha;
  for (const commit of await git.commitsBetween(baseSha, headSha)) pull.commits.add(commit);
  const tree = await git.mergedTree(baseSha, headSha);
  pull.mergeSha =
    tree === null
      ? null
      : await git.writeCommit({ tree, parents: [baseSha, headSha], message: `Merge ${headSha} into ${baseSha}` });
  await git.setRef(`refs/pull/${issue.number}/head`, headSha);
  const mergeRef = `refs/pull/${issue.number}/merge`;
  if (pull.mergeSha !== null) await git.setRef(mergeRef, pull.mergeSha);
  else if ((await git.resolve(mergeRef)) !== null) await git.setRef(mergeRef, null);
}

/**
 * Merges a pull request into its base branch, in git too.
 *
 * @returns the base branch's tip before and after, as a push event tells them
 * @throws {HttpError} 405 when it is not open or has conflicts
 */
export async function mergePullRequest(
  world: World,
  issue: PullRequestIssue,
  method: MergeMethod,
  by: User,
): Promise<Merged> {
  const { pull } = issue;
  if (issue.state !== "open") throw new HttpError(405, "Pull Request is not mergeable");
  await refreshPullRequest(world, issue);
  const before = pull.baseSha;
  const after = world.git === null ? madeUpSha() : await mergeInGit(world, issue, method, by);
  if (after === null) throw new HttpError(405, "Pull Request is not mergeable");
  if (world.git !== null) {
    await world.git.setRef(`refs/heads/${pull.baseRef}`, after);
    for (const commit of await world.git.commitsBetween(before, after)) pull.commits.add(commit);
    const mergeRef = `refs/pull/${issue.number}/merge`;
    if ((await world.git.resolve(mergeRef)) !== null) await world.git.setRef(mergeRef, null);
  }
  pull.commits.add(after);
  pull.mergeSha = after;
  pull.mergedAt = world.now();
  pull.mergedBy = by;
  setIssueState(world, issue, "closed", by);
  return { before, after };
}

/**
 * Merges the base branch into the pull request's, as the button does.
 *
 * @throws {HttpError} 422 when the head is another one than expected, nothing is new, or there is a conflict
 */
export async function updatePullRequestBranch(
  world: World,
  issue: PullRequestIssue,
  expected: string | null,
  by: User,
): Promise<void> {
  await refreshPullRequest(world, issue);
  const { git } = world;
  const { pull, number } = issue;
  if (expected !== null && expected !== pull.headSha) {
    throw new HttpError(422, "expected head sha didn’t match current head ref.");
  }
  if (git === null) return;
  if (await git.isAncestor(pull.baseSha, pull.headSha)) {
    throw new HttpError(422, "There are no new commits on the base branch.");
  }
  const tree = await git.mergedTree(pull.headSha, pull.baseSha);
  if (tree === null) throw new HttpError(422, "merge conflict between base and head");
  const author = { name: by.login, email: `${by.id}+${by.login}@users.noreply.github.com` };
  const message = `Merge branch '${pull.baseRef}' into ${pull.headRef}\n`;
  const sha = await git.writeCommit({ tree, parents: [pull.headSha, pull.baseSha], message, author });
  await git.setRef(`refs/heads/${pull.headRef}`, sha);
  await refreshPullRequest(world, findPullRequest(world, number));
}

/** How large a pull request is; zeros when there is no git repository. */
export async function sizesOfPullRequest(world: World, issue: PullRequestIssue): Promise<PullRequestSizes> {
  if (world.git === null) return { commits: 1, additions: 0, deletions: 0, changedFiles: 0 };
  const [commits, files] = await Promise.all([commitsOfPullRequest(world, issue), filesOfPullRequest(world, issue)]);
  return { commits: commits.length, ...sizesOf(files) };
}

/** What a pull request proposes: merge base to head. */
export async function filesOfPullRequest(world: World, { pull }: PullRequestIssue) {
  if (world.git === null) return [];
  return world.git.diff(await world.git.mergeBase(pull.baseSha, pull.headSha), pull.headSha);
}

/** The commits of a pull request that its base did not have, oldest first. */
export async function commitsOfPullRequest(world: World, { pull }: PullRequestIssue): Promise<string[]> {
  return world.git === null ? [pull.headSha] : world.git.commitsBetween(pull.baseSha, pull.headSha);
}

async function mergeInGit(
  world: World,
  issue: PullRequestIssue,
  method: MergeMethod,
  by: User,
): Promise<string | null> {
  const { git } = world;
  const { pull } = issue;
  if (git === null || pull.mergeSha === null) return null;
  const author = { name: by.login, email: `${by.id}+${by.login}@users.noreply.github.com` };
  const tree = (await git.commit(pull.mergeSha)).tree;
  switch (method) {
    case "merge":
      return git.writeCommit({
        tree,
        parents: [pull.baseSha, pull.headSha],
        message: `Merge pull request #${issue.number} from ${world.owner}/${pull.headRef}\n\n${issue.title}\n`,
        author,
      });
    case "squash":
      return git.writeCommit({
        tree,
        parents: [pull.baseSha],
        message: `${issue.title} (#${issue.number})\n`,
        author: { ...author, name: issue.user.login },
      });
    case "rebase":
      return git.replay(await commitsOfPullRequest(world, issue), pull.baseSha);
    default:
      return method satisfies never;
  }
}

async function tipOf(world: World, branch: string): Promise<string | null> {
  return world.git === null ? madeUpSha() : world.git.resolve(`refs/heads/${branch}`, "commit");
}

const madeUpSha = (): string => randomBytes(20).toString("hex");
