import { addIssue, assignable, setIssueState } from "../conversations.ts";
import { HttpError, notFound, validationFailed } from "../http-error.ts";
import { issueShape } from "../shapes/issue.ts";
import { type Issue, labelOf } from "../state.ts";
import { requireBodyFits } from "./comments.ts";
import { type Call, created, issueOf, list, type Need, noContent, ok, type Route } from "./route.ts";

const REPO = "/repos/{owner}/{repo}";
const ISSUE = `${REPO}/issues/{issue_number}`;
const READ: readonly Need[] = ["issues:read"];
const READ_ANY: readonly Need[] = ["issues:read", "pull_requests:read"];
const WRITE_ANY: readonly Need[] = ["issues:write", "pull_requests:write"];

export const issueRoutes: readonly Route[] = [
  { method: "GET", path: `${REPO}/issues`, needs: READ, handle: listIssues },
  { method: "POST", path: `${REPO}/issues`, needs: ["issues:write"], handle: createIssue },
  { method: "GET", path: ISSUE, needs: READ_ANY, handle: (call) => ok(issueShape(call.world, issueOf(call))) },
  { method: "PATCH", path: ISSUE, needs: WRITE_ANY, handle: updateIssue },
  { method: "PUT", path: `${ISSUE}/lock`, needs: WRITE_ANY, handle: (call) => lock(call, true) },
  { method: "DELETE", path: `${ISSUE}/lock`, needs: WRITE_ANY, handle: (call) => lock(call, false) },
  { method: "GET", path: `${REPO}/assignees/{assignee}`, needs: READ_ANY, handle: checkAssignee },
  { method: "POST", path: `${ISSUE}/assignees`, needs: WRITE_ANY, handle: addAssignees },
  { method: "DELETE", path: `${ISSUE}/assignees`, needs: WRITE_ANY, handle: removeAssignees },
];

function listIssues(call: Call) {
  const { world, query } = call;
  const wanted = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter((name) => name !== "");
  const [creator, assignee, since] = [query.get("creator"), query.get("assignee"), query.get("since")];
  const found = [...world.state.issues.values()].filter(
    (issue) =>
      !issue.deleted &&
      (issue.pull !== null || world.state.hasIssues) &&
      (wanted === "all" || issue.state === wanted) &&
      labels.every((name) => issue.labels.some((label) => label.toLowerCase() === name.toLowerCase())) &&
      (creator === null || issue.user.login === creator) &&
      matchesAssignee(issue, assignee) &&
      (since === null || Date.parse(issue.updatedAt) >= Date.parse(since)),
  );
  return list(call, sorted(call, found), (issue) => issueShape(world, issue));
}

function matchesAssignee(issue: Issue, wanted: string | null): boolean {
  if (wanted === null) return true;
  if (wanted === "*") return issue.assignees.length > 0;
  if (wanted === "none") return issue.assignees.length === 0;
  return issue.assignees.some((user) => user.login === wanted);
}

/** Newest first, unless the call says otherwise. */
export function sorted<T extends Issue>({ query }: Call, issues: readonly T[], otherwise = "desc"): T[] {
  const key = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const direction = (query.get("direction") ?? otherwise) === "asc" ? 1 : -1;
  return issues.toSorted((a, b) => direction * (a[key].localeCompare(b[key]) || a.number - b.number));
}

function createIssue(call: Call) {
  const { world, body, user } = call;
  if (!world.state.hasIssues) throw new HttpError(410, "Issues has been disabled in this repository.");
  const title = body.text("title");
  if (title.trim() === "") throw validationFailed("Issue", "title", "missing_field");
  const text = body.optionalText("body");
  requireBodyFits("Issue", text ?? "");
  const issue = addIssue(world, {
    title,
    body: text,
    user,
    labels: body.names("labels"),
    assignees: body.names("assignees"),
  });
  return created(issueShape(world, issue));
}

function updateIssue(call: Call) {
  const { world, body } = call;
  const issue = issueOf(call);
  if (body.has("title")) issue.title = body.text("title");
  if (body.has("body")) {
    const text = body.optionalText("body");
    requireBodyFits("Issue", text ?? "");
    issue.body = text;
  }
  if (body.has("labels")) issue.labels = body.names("labels").map((name) => labelOf(world.state, name).name);
  if (body.has("assignees")) issue.assignees = assignable(world, body.names("assignees"));
  const state = body.optionalText("state");
  if (state === "open" || state === "closed") {
    if (state === "open" && issue.pull?.mergedAt) throw validationFailed("PullRequest", "state", "invalid");
    setIssueState(world, issue, state, call.user);
  }
  const reason = body.optionalText("state_reason");
  if (reason === "completed" || reason === "not_planned" || reason === "duplicate" || reason === "reopened") {
    issue.stateReason = reason;
  }
  issue.updatedAt = world.now();
  return ok(issueShape(world, issue));
}

function lock(call: Call, locked: boolean) {
  issueOf(call).locked = locked;
  return noContent;
}

function checkAssignee({ world, params }: Call) {
  if (!world.state.collaborators.has(params["assignee"] ?? "")) throw notFound();
  return noContent;
}

function addAssignees(call: Call) {
  const issue = issueOf(call);
  // GitHub leaves out, without a word, who can't be assigned.
  const added = assignable(call.world, call.body.names("assignees"));
  issue.assignees = [...new Set([...issue.assignees, ...added])];
  return created(issueShape(call.world, issue));
}

function removeAssignees(call: Call) {
  const issue = issueOf(call);
  const removed = new Set(call.body.names("assignees"));
  issue.assignees = issue.assignees.filter((user) => !removed.has(user.login));
  return ok(issueShape(call.world, issue));
}
