import { HttpError, notFound, validationFailed } from "../http-error.ts";
import { commitShape, diffEntryShape, readCommit, sizesOf } from "../shapes/commit.ts";
import { isPullRequest, pullRequestSimple } from "../shapes/pull-request.ts";
import { fullRepository } from "../shapes/repository.ts";
import { repositoryPage, repositoryUrl } from "../shapes/urls.ts";
import { gitOf } from "./git.ts";
import { type Call, created, list, noContent, ok, type Route } from "./route.ts";
import { otherOf } from "./settings.ts";

const REPO = "/repos/{owner}/{repo}";

export const repositoryRoutes: readonly Route[] = [
  { method: "GET", path: REPO, needs: [], others: true, handle: getRepository },
  { method: "POST", path: "/orgs/{org}/repos", needs: ["administration:write"], handle: makeRepository },
  { method: "DELETE", path: REPO, needs: ["administration:write"], others: true, handle: deleteRepository },
  {
    method: "GET",
    path: `${REPO}/commits/{commit_sha}/pulls`,
    needs: ["contents:read", "pull_requests:read"],
    handle: pullRequestsOfCommit,
  },
  { method: "GET", path: `${REPO}/commits/{ref}`, needs: ["contents:read"], others: true, handle: getCommit },
  { method: "GET", path: `${REPO}/compare/{basehead}`, needs: ["contents:read"], handle: compare },
  { method: "GET", path: `${REPO}/contents/{path}`, needs: ["contents:read"], handle: getContent },
];

function getRepository(call: Call) {
  const { world, params, token } = call;
  const other = otherOf(call);
  const isAdministrator = token.permissions.administration === "write";
  const { settings } = world.state;
  const shown = fullRepository(
    other === null ? world : { ...world, owner: params["owner"] ?? "", repo: params["repo"] ?? "" },
  );
  const isPrivate = other?.isPrivate ?? settings.isPrivate;
  return ok({
    ...shown,
    id: other?.id ?? shown.id,
    description: other === null ? settings.description : other.description,
    owner: { ...shown.owner, type: settings.ownerIsOrganization ? "Organization" : "User" },
    private: isPrivate,
    visibility: isPrivate ? "private" : "public",
    archived: other === null && settings.isArchived,
    permissions: { admin: isAdministrator, maintain: isAdministrator, push: true, triage: true, pull: true },
  });
}

/** Makes a repository; the one that is served is there from the start, and is taken for made when it is asked for. */
function makeRepository(call: Call) {
  const { world, body, params } = call;
  const { settings } = world.state;
  const owner = params["org"] ?? "";
  const name = body.text("name");
  const [description, isPrivate] = [body.optionalText("description"), body.flag("private", false)];
  const isServed = owner === world.owner && name === world.repo;
  if (settings.others.has(`${owner}/${name}`))
    throw validationFailed("Repository", "name", "custom", "name already exists");
  if (isServed) {
    settings.description = description;
    settings.isPrivate = isPrivate;
  } else {
    const id = world.state.nextId();
    settings.others.set(`${owner}/${name}`, {
      id,
      description,
      isPrivate,
      access: "none",
      commits: new Map(),
      environments: new Map(),
    });
  }
  return created(getRepository({ ...call, params: { owner, repo: name } }).json);
}

function deleteRepository(call: Call) {
  const { world, params } = call;
  if (otherOf(call) === null) world.state.settings.isDeleted = true;
  else world.state.settings.others.delete(`${params["owner"]}/${params["repo"]}`);
  return noContent;
}

function pullRequestsOfCommit(call: Call) {
  const sha = call.params["commit_sha"] ?? "";
  const found = [...call.world.state.issues.values()]
    .filter(isPullRequest)
    .filter((issue) => !issue.deleted && (issue.pull.commits.has(sha) || issue.pull.mergeSha === sha))
    .filter((issue) => issue.pull.mergedAt !== null || issue.pull.commits.has(sha));
  return list(call, found, (issue) => pullRequestSimple(call.world, issue));
}

async function getCommit(call: Call) {
  const { world } = call;
  const other = otherOf(call);
  if (other !== null) return commitOfOther(call, other.commits.get(call.params["ref"] ?? ""));
  const git = gitOf(world);
  const commit = await readCommit(git, call.params["ref"] ?? "");
  if (commit === null) throw notFound();
  const files = await git.diff(commit.parents[0] ?? null, commit.sha);
  const { additions, deletions } = sizesOf(files);
  return ok({
    ...commitShape(world, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.map((file) => diffEntryShape(world, file, commit.sha)),
  });
}

/** Of another repository only which commits there are is known. */
function commitOfOther({ world, params }: Call, sha: string | undefined) {
  if (sha === undefined) throw new HttpError(422, `No commit found for SHA: ${params["ref"]}`);
  const by = { name: "robin", email: "robin@example.com", date: world.now() };
  const commit = { sha, tree: sha, parents: [], message: "A release", author: by, committer: by };
  const place = { ...world, owner: params["owner"] ?? "", repo: params["repo"] ?? "" };
  return ok({ ...commitShape(place, commit), stats: { additions: 0, deletions: 0, total: 0 }, files: [] });
}

async function compare(call: Call) {
  const { world } = call;
  const git = gitOf(world);
  const [from = "", to = ""] = (call.params["basehead"] ?? "").split("...");
  const [base, head] = await Promise.all([readCommit(git, from), readCommit(git, to)]);
  if (base === null || head === null) throw notFound();
  const mergeBase = await git.mergeBase(base.sha, head.sha);
  if (mergeBase === null) throw notFound();
  const [ahead, behind] = await Promise.all([
    git.commitsBetween(base.sha, head.sha),
    git.commitsBetween(head.sha, base.sha),
  ]);
  const commits = await Promise.all(ahead.slice(0, 250).map((sha) => git.commit(sha)));
  const files = await git.diff(mergeBase, head.sha);
  const page = `${repositoryPage(world)}/compare/${from}...${to}`;
  return ok({
    url: `${repositoryUrl(world)}/compare/${from}...${to}`,
    html_url: page,
    permalink_url: `${repositoryPage(world)}/compare/${base.sha}...${head.sha}`,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: commitShape(world, base),
    merge_base_commit: commitShape(world, await git.commit(mergeBase)),
    status: statusOf(ahead.length, behind.length),
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: commits.map((commit) => commitShape(world, commit)),
    files: files.map((file) => diffEntryShape(world, file, head.sha)),
  });
}

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? "diverged" : "ahead";
  return behind > 0 ? "behind" : "identical";
}

async function getContent(call: Call) {
  const { world } = call;
  const git = gitOf(world);
  const ref = call.query.get("ref") ?? world.defaultBranch;
  const path = (call.params["path"] ?? "").replace(/^\/+|\/+$/g, "");
  const commit = await git.resolve(ref, "commit");
  const sha = commit === null ? null : await git.resolve(`${commit}:${path}`);
  if (sha === null) throw notFound();
  if ((await git.typeOf(sha)) === "tree") {
    const items = await git.tree(sha, false);
    return ok(
      items.map((item) => ({
        type: item.type === "tree" ? "dir" : item.type === "commit" ? "submodule" : "file",
        size: item.size ?? 0,
        ...placeOf(call, path === "" ? item.path : `${path}/${item.path}`, ref, item.sha, item.type),
      })),
    );
  }
  const content = await git.blob(sha);
  return ok({
    type: "file",
    encoding: "base64",
    size: content.byteLength,
    content: content.toString("base64"),
    ...placeOf(call, path, ref, sha, "blob"),
  });
}

function placeOf({ world }: Call, path: string, ref: string, sha: string, type: string) {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  const self = `${repositoryUrl(world)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const git = `${repositoryUrl(world)}/git/${type === "tree" ? "trees" : "blobs"}/${sha}`;
  const html = `${repositoryPage(world)}/${type === "tree" ? "tree" : "blob"}/${encodeURIComponent(ref)}/${encoded}`;
  return {
    name: path.split("/").at(-1) ?? "",
    path,
    sha,
    url: self,
    git_url: git,
    html_url: html,
    download_url: type === "blob" ? `${repositoryPage(world)}/raw/${encodeURIComponent(ref)}/${encoded}` : null,
    _links: { self, git, html },
  };
}
