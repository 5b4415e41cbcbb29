import { setIssueState } from "../conversations.ts";
import { HttpError, validationFailed } from "../http-error.ts";
import {
  commitsOfPullRequest,
  filesOfPullRequest,
  mergePullRequest,
  openPullRequest,
  refreshPullRequest,
  sizesOfPullRequest,
  updatePullRequestBranch,
} from "../pull-requests.ts";
import { commitShape, diffEntryShape } from "../shapes/commit.ts";
import { isPullRequest, type PullRequestIssue, pullRequestShape, pullRequestSimple } from "../shapes/pull-request.ts";
import { requireBodyFits } from "./comments.ts";
import { gitOf } from "./git.ts";
import { sorted } from "./issues.ts";
import { type Answer, type Call, created, list, ok, pullRequestOf, type Route } from "./route.ts";

const PULLS = "/repos/{owner}/{repo}/pulls";
const PULL = `${PULLS}/{pull_number}`;

export const pullRequestRoutes: readonly Route[] = [
  { method: "GET", path: PULLS, needs: ["pull_requests:read"], handle: listPullRequests },
  { method: "POST", path: PULLS, needs: ["pull_requests:write"], handle: createPullRequest },
  { method: "GET", path: PULL, needs: ["pull_requests:read"], handle: getPullRequest },
  { method: "PATCH", path: PULL, needs: ["pull_requests:write"], handle: updatePullRequest },
  { method: "PUT", path: `${PULL}/merge`, needs: ["contents:write"], handle: merge },
  { method: "PUT", path: `${PULL}/update-branch`, needs: ["pull_requests:write"], handle: updateBranch },
  { method: "GET", path: `${PULL}/files`, needs: ["pull_requests:read"], handle: listFiles },
  { method: "GET", path: `${PULL}/commits`, needs: ["pull_requests:read"], handle: listCommits },
];

function listPullRequests(call: Call) {
  const { world, query } = call;
  const wanted = query.get("state") ?? "open";
  const [head, base] = [query.get("head"), query.get("base")];
  const found = [...world.state.issues.values()].filter(isPullRequest).filter(
    (issue) =>
      !issue.deleted &&
      (wanted === "all" || issue.state === wanted) &&
      (base === null || issue.pull.baseRef === base) &&
      // Without an owner GitHub does not filter at all.
      (head === null || !head.includes(":") || head === `${world.owner}:${issue.pull.headRef}`),
  );
  const otherwise = query.has("sort") && query.get("sort") !== "created" ? "asc" : "desc";
  return list(call, sorted(call, found, otherwise), (issue) => pullRequestSimple(world, issue));
}

async function createPullRequest({ world, body, user }: Call) {
  const text = body.optionalText("body");
  requireBodyFits("PullRequest", text ?? "");
  const issue = await openPullRequest(world, {
    head: body.text("head"),
    base: body.text("base"),
    title: body.text("title"),
    body: text,
    author: user,
    draft: body.flag("draft", false),
  });
  return created((await single(world, issue)).json);
}

async function getPullRequest(call: Call) {
  const issue = pullRequestOf(call);
  await refreshPullRequest(call.world, issue);
  return single(call.world, issue);
}

async function updatePullRequest(call: Call) {
  const { world, body, user } = call;
  const issue = pullRequestOf(call);
  if (body.has("title")) issue.title = body.text("title");
  if (body.has("body")) {
    const text = body.optionalText("body");
    requireBodyFits("PullRequest", text ?? "");
    issue.body = text;
  }
  if (body.has("base")) issue.pull.baseRef = body.text("base");
  const state = body.optionalText("state");
  if (state === "open" && issue.pull.mergedAt !== null) throw validationFailed("PullRequest", "state", "invalid");
  if (state === "open" || state === "closed") setIssueState(world, issue, state, user);
  issue.updatedAt = world.now();
  await refreshPullRequest(world, issue);
  return single(world, issue);
}

async function merge(call: Call) {
  const issue = pullRequestOf(call);
  const method = call.body.optionalText("merge_method") ?? "merge";
  const expected = call.body.optionalText("sha");
  if (expected !== null && expected !== issue.pull.headSha) {
    throw new HttpError(409, "Head branch was modified. Review and try the merge again.");
  }
  if (method !== "merge" && method !== "squash" && method !== "rebase") {
    throw validationFailed("PullRequest", "merge_method", "invalid");
  }
  const { after } = await mergePullRequest(call.world, issue, method, call.user);
  return ok({ sha: after, merged: true, message: "Pull Request successfully merged" });
}

async function updateBranch(call: Call) {
  const issue = pullRequestOf(call);
  await updatePullRequestBranch(call.world, issue, call.body.optionalText("expected_head_sha"), call.user);
  const url = `${call.url.replace(/\/update-branch$/, "")}`;
  return { status: 202, json: { message: "Updating pull request branch.", url } };
}

async function listFiles(call: Call) {
  const issue = pullRequestOf(call);
  const files = await filesOfPullRequest(call.world, issue);
  return list(call, files, (file) => diffEntryShape(call.world, file, issue.pull.headSha));
}

async function listCommits(call: Call) {
  const git = gitOf(call.world);
  const shas = await commitsOfPullRequest(call.world, pullRequestOf(call));
  const commits = await Promise.all(shas.slice(0, 250).map((sha) => git.commit(sha)));
  return list(call, commits, (commit) => commitShape(call.world, commit));
}

async function single(world: Call["world"], issue: PullRequestIssue): Promise<Answer> {
  return ok(pullRequestShape(world, issue, await sizesOfPullRequest(world, issue)));
}
