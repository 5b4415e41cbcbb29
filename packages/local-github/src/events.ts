import { findPullRequest, refreshPullRequest, sizesOfPullRequest } from "./pull-requests.ts";
import { readCommit } from "./shapes/commit.ts";
import { pullRequestShape } from "./shapes/pull-request.ts";
import { fullRepository } from "./shapes/repository.ts";
import { repositoryPage } from "./shapes/urls.ts";
import { simpleUser } from "./shapes/user.ts";
import { type User, userOf } from "./state.ts";
import type { World } from "./world.ts";

const NOTHING = "0".repeat(40);

export type PullRequestAction = "opened" | "synchronize" | "reopened" | "closed" | "edited" | "ready_for_review";

/** What a runner gets for a pull request's event. */
export type PullRequestEvent = {
  /** The content of `GITHUB_EVENT_PATH`. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** `GITHUB_SHA`: the merge commit; the head where there is none. */
  readonly sha: string;
  /** `GITHUB_REF`. */
  readonly ref: string;
  readonly headSha: string;
  readonly headBranch: string;
};

/** The event of a pull request as it is now: its branches are looked at again. */
export async function pullRequestEvent(
  world: World,
  number: number,
  action: PullRequestAction,
): Promise<PullRequestEvent> {
  const issue = findPullRequest(world, number);
  const before = issue.pull.headSha;
  await refreshPullRequest(world, issue);
  const { pull } = issue;
  return {
    payload: {
      action,
      number,
      pull_request: pullRequestShape(world, issue, await sizesOfPullRequest(world, issue)),
      ...(action === "synchronize" ? { before, after: pull.headSha } : {}),
      ...surroundings(world, issue.user),
    },
    sha: pull.mergeSha ?? pull.headSha,
    ref: `refs/pull/${number}/merge`,
    headSha: pull.headSha,
    headBranch: pull.headRef,
  };
}

export type PushOptions = {
  /** Default: the default branch. */
  readonly branch?: string;
  /** Who pushed; default: the owner of the repository. */
  readonly author?: string;
};

/** The event of a push of `before..after`; all zeros stand for no commit, as on GitHub. */
export async function pushEvent(
  world: World,
  before: string,
  after: string,
  options: PushOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { git } = world;
  const author = userOf(world.state, options.author ?? world.owner);
  const created = before === NOTHING;
  const deleted = after === NOTHING;
  const commits = git === null || deleted ? [] : await pushedCommits(world, before, after);
  const forced = git !== null && !created && !deleted && !(await git.isAncestor(before, after));
  return {
    ref: `refs/heads/${options.branch ?? world.defaultBranch}`,
    before,
    after,
    created,
    deleted,
    forced,
    base_ref: null,
    compare: `${repositoryPage(world)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    // GitHub lists at most 2048.
    commits: commits.slice(-2048),
    head_commit: commits.at(-1) ?? null,
    pusher: { name: author.login, email: `${author.login}@example.com` },
    ...surroundings(world, author),
  };
}

async function pushedCommits(world: World, before: string, after: string) {
  const { git } = world;
  if (git === null) return [];
  const known = before !== NOTHING && (await git.resolve(before, "commit")) !== null;
  const shas = known ? await git.commitsBetween(before, after) : [after];
  return Promise.all(
    shas.map(async (sha) => {
      const commit = await readCommit(git, sha);
      if (commit === null) throw new Error(`commit ${sha} of the push is not in ${git.folder}`);
      const files = await git.diff(commit.parents[0] ?? null, sha);
      const paths = (...statuses: string[]): string[] =>
        files.filter(({ status }) => statuses.includes(status)).map(({ path }) => path);
      return {
        id: sha,
        tree_id: commit.tree,
        distinct: true,
        message: commit.message,
        timestamp: commit.committer.date,
        url: `${repositoryPage(world)}/commit/${sha}`,
        author: { name: commit.author.name, email: commit.author.email },
        committer: { name: commit.committer.name, email: commit.committer.email },
        added: paths("added", "copied", "renamed"),
        removed: [
          ...paths("removed"),
          ...files.flatMap(({ status, previousPath }) =>
            status === "renamed" && previousPath !== null ? [previousPath] : [],
          ),
        ],
        modified: paths("modified", "changed"),
      };
    }),
  );
}

function surroundings(world: World, sender: User) {
  return { repository: fullRepository(world), sender: simpleUser(world, sender) };
}
