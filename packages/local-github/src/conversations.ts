import { type Comment, type Issue, labelOf, type PullRequest, type User, userOf } from "./state.ts";
import type { World } from "./world.ts";

export type NewIssue = {
  readonly title: string;
  readonly body: string | null;
  readonly user: User;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
  readonly pull?: PullRequest;
};

/** Stores an issue or pull request under the next number. Only who has access is assigned, as on GitHub. */
export function addIssue(world: World, fields: NewIssue): Issue {
  const { state } = world;
  const now = world.now();
  const issue: Issue = {
    id: state.nextId(),
    number: state.issues.size + 1,
    title: fields.title,
    body: fields.body,
    user: fields.user,
    state: "open",
    stateReason: null,
    closedBy: null,
    labels: (fields.labels ?? []).map((name) => labelOf(state, name).name),
    assignees: assignable(world, fields.assignees ?? []),
    locked: false,
    deleted: false,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    pull: fields.pull ?? null,
  };
  state.issues.set(issue.number, issue);
  return issue;
}

/** Opens or closes an issue or pull request. */
export function setIssueState(world: World, issue: Issue, state: "open" | "closed", by: User): void {
  if (issue.state === state) return;
  issue.state = state;
  issue.closedAt = state === "closed" ? world.now() : null;
  issue.closedBy = state === "closed" ? by : null;
  issue.updatedAt = world.now();
  if (issue.pull === null) issue.stateReason = state === "closed" ? "completed" : "reopened";
}

/** Those of the logins who have access. */
export const assignable = (world: World, logins: readonly string[]): User[] =>
  logins.filter((login) => world.state.collaborators.has(login)).map((login) => userOf(world.state, login));

/** Stores a comment. */
export function addComment(world: World, issue: Issue, user: Comment["user"], body: string): Comment {
  const now = world.now();
  const comment: Comment = {
    id: world.state.nextId(),
    issue: issue.number,
    body,
    user,
    createdAt: now,
    updatedAt: now,
  };
  world.state.comments.set(comment.id, comment);
  issue.updatedAt = now;
  return comment;
}
