import { commentsOf, type Issue, type PullRequest, userOf } from "../state.ts";
import type { World } from "../world.ts";
import { associationOf, issuePage, labelsOf } from "./issue.ts";
import { fullRepository } from "./repository.ts";
import { nodeId, repositoryUrl } from "./urls.ts";
import { simpleUser } from "./user.ts";

/** An issue that is a pull request. */
export type PullRequestIssue = Issue & { readonly pull: PullRequest };

export const isPullRequest = (issue: Issue): issue is PullRequestIssue => issue.pull !== null;

/** Sizes that only a single pull request shows. */
export type PullRequestSizes = {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
};

/** A pull request as in a list. */
export function pullRequestSimple(world: World, issue: PullRequestIssue) {
  const { pull } = issue;
  const url = `${repositoryUrl(world)}/pulls/${issue.number}`;
  const issueUrl = `${repositoryUrl(world)}/issues/${issue.number}`;
  const page = issuePage(world, issue);
  const statuses = `${repositoryUrl(world)}/statuses/${pull.headSha}`;
  const assignees = issue.assignees.map((user) => simpleUser(world, user));
  const links = {
    self: url,
    html: page,
    issue: issueUrl,
    comments: `${issueUrl}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${repositoryUrl(world)}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses,
  };
  return {
    url,
    id: issue.id,
    node_id: nodeId("PullRequest", issue.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: simpleUser(world, issue.user),
    body: issue.body,
    labels: labelsOf(world, issue),
    milestone: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeSha,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: [],
    requested_teams: [],
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: statuses,
    head: side(world, pull.headRef, pull.headSha),
    base: side(world, pull.baseRef, pull.baseSha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: associationOf(world, issue.user.login),
    auto_merge: null,
    active_lock_reason: null,
    draft: pull.draft,
  };
}

/** A pull request on its own. */
export function pullRequestShape(world: World, issue: PullRequestIssue, sizes: PullRequestSizes) {
  const { pull } = issue;
  const mergeable = issue.state === "open" ? pull.mergeSha !== null : null;
  return {
    ...pullRequestSimple(world, issue),
    merged: pull.mergedAt !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? "unknown" : mergeable ? "clean" : "dirty",
    merged_by: pull.mergedBy === null ? null : simpleUser(world, pull.mergedBy),
    comments: commentsOf(world.state, issue.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: sizes.commits,
    additions: sizes.additions,
    deletions: sizes.deletions,
    changed_files: sizes.changedFiles,
  };
}

function side(world: World, ref: string, sha: string) {
  return {
    label: `${world.owner}:${ref}`,
    ref,
    sha,
    user: simpleUser(world, userOf(world.state, world.owner)),
    repo: fullRepository(world),
  };
}
