import { addComment } from "../conversations.ts";
import { HttpError, notFound, validationFailed } from "../http-error.ts";
import { commentShape } from "../shapes/issue.ts";
import { type Comment, commentsOf } from "../state.ts";
import { type Call, created, issueOf, list, type Need, noContent, numberOf, ok, type Route } from "./route.ts";

const REPO = "/repos/{owner}/{repo}";
const READ: readonly Need[] = ["issues:read", "pull_requests:read"];
const WRITE: readonly Need[] = ["issues:write", "pull_requests:write"];

/** GitHub refuses a longer comment, issue or pull request text. Counted in characters. */
const LONGEST_BODY = 65_536;

export const commentRoutes: readonly Route[] = [
  { method: "GET", path: `${REPO}/issues/comments`, needs: READ, handle: listAllComments },
  { method: "GET", path: `${REPO}/issues/{issue_number}/comments`, needs: READ, handle: listComments },
  { method: "POST", path: `${REPO}/issues/{issue_number}/comments`, needs: WRITE, handle: createComment },
  {
    method: "GET",
    path: `${REPO}/issues/comments/{comment_id}`,
    needs: READ,
    handle: (call) => ok(commentShape(call.world, commentOf(call))),
  },
  { method: "PATCH", path: `${REPO}/issues/comments/{comment_id}`, needs: WRITE, handle: updateComment },
  { method: "DELETE", path: `${REPO}/issues/comments/{comment_id}`, needs: WRITE, handle: deleteComment },
];

/** @throws 422 as GitHub does for a text that is too long */
export function requireBodyFits(resource: string, body: string): void {
  if ([...body].length > LONGEST_BODY) {
    throw validationFailed(resource, "body", "custom", `body is too long (maximum is ${LONGEST_BODY} characters)`);
  }
}

function commentOf(call: Call): Comment {
  const comment = call.world.state.comments.get(numberOf(call, "comment_id"));
  if (comment === undefined) throw notFound();
  return comment;
}

function listComments(call: Call) {
  const since = call.query.get("since");
  const comments = commentsOf(call.world.state, issueOf(call).number).filter(
    (comment) => since === null || Date.parse(comment.updatedAt) >= Date.parse(since),
  );
  return list(call, comments, (comment) => commentShape(call.world, comment));
}

/** Of all issues and pull requests, oldest first; with `sort` newest first. */
function listAllComments(call: Call) {
  const { query, world } = call;
  const key = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const direction = (query.get("direction") ?? (query.has("sort") ? "desc" : "asc")) === "asc" ? 1 : -1;
  const comments = [...world.state.comments.values()].toSorted(
    (a, b) => direction * (a[key].localeCompare(b[key]) || a.id - b.id),
  );
  return list(call, comments, (comment) => commentShape(world, comment));
}

function createComment(call: Call) {
  const issue = issueOf(call);
  if (issue.locked) throw new HttpError(403, "Unable to create comment because issue is locked.");
  const body = call.body.text("body");
  if (body.trim() === "") throw validationFailed("IssueComment", "body", "missing_field");
  requireBodyFits("IssueComment", body);
  return created(commentShape(call.world, addComment(call.world, issue, call.user, body)));
}

function updateComment(call: Call) {
  const comment = commentOf(call);
  const body = call.body.text("body");
  requireBodyFits("IssueComment", body);
  comment.body = body;
  comment.updatedAt = call.world.now();
  return ok(commentShape(call.world, comment));
}

function deleteComment(call: Call) {
  call.world.state.comments.delete(commentOf(call).id);
  return noContent;
}
