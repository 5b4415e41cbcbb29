import { type Comment, commentsOf, type Issue, type Label, labelOf } from "../state.ts";
import type { World } from "../world.ts";
import { nodeId, repositoryPage, repositoryUrl } from "./urls.ts";
import { simpleUser } from "./user.ts";

export function labelShape(world: World, label: Label) {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${repositoryUrl(world)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export const labelsOf = (world: World, issue: Issue) =>
  issue.labels.map((name) => labelShape(world, labelOf(world.state, name)));

export const issuePage = (world: World, issue: Issue): string =>
  `${repositoryPage(world)}/${issue.pull === null ? "issues" : "pull"}/${issue.number}`;

export function issueShape(world: World, issue: Issue) {
  const url = `${repositoryUrl(world)}/issues/${issue.number}`;
  const assignees = issue.assignees.map((user) => simpleUser(world, user));
  return {
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    url,
    repository_url: repositoryUrl(world),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: issuePage(world, issue),
    number: issue.number,
    title: issue.title,
    user: simpleUser(world, issue.user),
    labels: labelsOf(world, issue),
    state: issue.state,
    state_reason: issue.stateReason,
    locked: issue.locked,
    active_lock_reason: null,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: commentsOf(world.state, issue.number).length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: issue.closedBy === null ? null : simpleUser(world, issue.closedBy),
    author_association: associationOf(world, issue.user.login),
    body: issue.body,
    performed_via_github_app: null,
    ...(issue.pull === null ? {} : { draft: issue.pull.draft, pull_request: pullRequestLinks(world, issue) }),
  };
}

function pullRequestLinks(world: World, issue: Issue) {
  const page = issuePage(world, issue);
  return {
    url: `${repositoryUrl(world)}/pulls/${issue.number}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    merged_at: issue.pull?.mergedAt ?? null,
  };
}

export function commentShape(world: World, comment: Comment) {
  const issue = world.state.issues.get(comment.issue);
  const page = issue === undefined ? repositoryPage(world) : issuePage(world, issue);
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url: `${repositoryUrl(world)}/issues/comments/${comment.id}`,
    html_url: `${page}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl(world)}/issues/${comment.issue}`,
    user: simpleUser(world, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(world, comment.user.login),
    body: comment.body,
    performed_via_github_app: null,
  };
}

export const associationOf = (world: World, login: string): string =>
  world.state.collaborators.has(login) ? "COLLABORATOR" : "NONE";
