import type { BareRepository, Ref, Signature, TreeChange } from "../git/bare-repository.ts";
import { HttpError, notFound, validationFailed } from "../http-error.ts";
import { gitCommitShape } from "../shapes/commit.ts";
import { nodeId, repositoryUrl } from "../shapes/urls.ts";
import type { World } from "../world.ts";
import type { Body } from "./body.ts";
import { type Call, created, list, noContent, ok, type Route } from "./route.ts";

const GIT = "/repos/{owner}/{repo}/git";

export const gitRoutes: readonly Route[] = [
  { method: "GET", path: `${GIT}/ref/{ref}`, needs: ["contents:read"], handle: getRef },
  { method: "GET", path: `${GIT}/matching-refs/{ref}`, needs: ["contents:read"], handle: matchingRefs },
  { method: "POST", path: `${GIT}/refs`, needs: ["contents:write"], handle: createRef },
  { method: "PATCH", path: `${GIT}/refs/{ref}`, needs: ["contents:write"], handle: updateRef },
  { method: "DELETE", path: `${GIT}/refs/{ref}`, needs: ["contents:write"], handle: deleteRef },
  { method: "GET", path: `${GIT}/commits/{commit_sha}`, needs: ["contents:read"], handle: getCommit },
  { method: "POST", path: `${GIT}/commits`, needs: ["contents:write"], handle: createCommit },
  { method: "GET", path: `${GIT}/trees/{tree_sha}`, needs: ["contents:read"], handle: getTree },
  { method: "POST", path: `${GIT}/trees`, needs: ["contents:write"], handle: createTree },
  { method: "GET", path: `${GIT}/blobs/{file_sha}`, needs: ["contents:read"], handle: getBlob },
  { method: "POST", path: `${GIT}/blobs`, needs: ["contents:write"], handle: createBlob },
];

/** The git repository behind the server. @throws 409, GitHub's answer for an empty repository, when there is none */
export function gitOf(world: World): BareRepository {
  if (world.git === null) throw new HttpError(409, "Git Repository is empty.");
  return world.git;
}

function refShape(world: World, { ref, sha, type }: Ref) {
  const kind = type === "commit" ? "commits" : type === "tag" ? "tags" : `${type}s`;
  return {
    ref,
    node_id: nodeId("Ref", ref),
    url: `${repositoryUrl(world)}/git/${ref}`,
    object: { sha, type, url: `${repositoryUrl(world)}/git/${kind}/${sha}` },
  };
}

async function findRef(world: World, name: string): Promise<Ref | null> {
  const ref = `refs/${name}`;
  return (await gitOf(world).refs(ref)).find((candidate) => candidate.ref === ref) ?? null;
}

async function getRef({ world, params }: Call) {
  const ref = await findRef(world, params["ref"] ?? "");
  if (ref === null) throw notFound();
  return ok(refShape(world, ref));
}

async function matchingRefs(call: Call) {
  const refs = await gitOf(call.world).refs(`refs/${call.params["ref"] ?? ""}`);
  return list(call, refs, (ref) => refShape(call.world, ref));
}

async function createRef({ world, body }: Call) {
  const git = gitOf(world);
  const [ref, sha] = [body.text("ref"), body.text("sha")];
  if (!/^refs\/[^/]+\/.+/.test(ref)) throw new HttpError(422, "Reference name must start with 'refs/'.");
  if ((await git.typeOf(sha)) === null) throw new HttpError(422, "Object does not exist");
  if ((await findRef(world, ref.slice("refs/".length))) !== null) throw new HttpError(422, "Reference already exists");
  await git.setRef(ref, sha);
  return created(refShape(world, { ref, sha, type: (await git.typeOf(sha)) ?? "commit" }));
}

async function updateRef({ world, params, body }: Call) {
  const git = gitOf(world);
  const known = await findRef(world, params["ref"] ?? "");
  if (known === null) throw new HttpError(422, "Reference does not exist");
  const sha = body.text("sha");
  if ((await git.typeOf(sha)) === null) throw new HttpError(422, "Object does not exist");
  if (!body.flag("force", false) && !(await git.isAncestor(known.sha, sha))) {
    throw new HttpError(422, "Update is not a fast forward");
  }
  await git.setRef(known.ref, sha);
  return ok(refShape(world, { ...known, sha }));
}

async function deleteRef({ world, params }: Call) {
  const known = await findRef(world, params["ref"] ?? "");
  if (known === null) throw new HttpError(422, "Reference does not exist");
  await gitOf(world).setRef(known.ref, null);
  return noContent;
}

async function getCommit({ world, params }: Call) {
  const git = gitOf(world);
  const sha = params["commit_sha"] ?? "";
  if ((await git.typeOf(sha)) !== "commit") throw notFound();
  return ok(gitCommitShape(world, await git.commit(sha)));
}

async function createCommit({ world, body, user }: Call) {
  const git = gitOf(world);
  const tree = body.text("tree");
  if ((await git.typeOf(tree)) !== "tree") throw new HttpError(422, "Tree SHA does not exist");
  const parents = body.names("parents");
  for (const parent of parents) {
    if ((await git.typeOf(parent)) !== "commit") throw new HttpError(422, "Parent SHA does not exist");
  }
  const self = { name: user.login, email: `${user.id}+${user.login}@users.noreply.github.com` };
  const sha = await git.writeCommit({
    tree,
    parents,
    message: body.text("message"),
    author: signatureOf(body.object("author")) ?? self,
    committer: signatureOf(body.object("committer")) ?? undefined,
  });
  return created(gitCommitShape(world, await git.commit(sha)));
}

function signatureOf(body: Body | null): Signature | null {
  if (body === null) return null;
  return { name: body.text("name"), email: body.text("email"), date: body.optionalText("date") ?? undefined };
}

async function treeShape(world: World, sha: string, recursive: boolean) {
  const items = await gitOf(world).tree(sha, recursive);
  const url = (kind: string, id: string): string => `${repositoryUrl(world)}/git/${kind}/${id}`;
  return {
    sha,
    url: url("trees", sha),
    truncated: false,
    tree: items.map(({ path, mode, type, sha: id, size }) => ({
      path,
      mode,
      type,
      sha: id,
      ...(size === null ? {} : { size }),
      ...(type === "commit" ? {} : { url: url(`${type}s`, id) }),
    })),
  };
}

async function getTree({ world, params, query }: Call) {
  const sha = await gitOf(world).resolve(params["tree_sha"] ?? "", "tree");
  if (sha === null) throw notFound();
  // GitHub takes any value of `recursive`, `0` and `false` too, as yes.
  return ok(await treeShape(world, sha, query.has("recursive")));
}

async function createTree({ world, body }: Call) {
  const git = gitOf(world);
  const base = body.optionalText("base_tree");
  const baseTree = base === null ? null : await git.resolve(base, "tree");
  if (base !== null && baseTree === null) throw new HttpError(422, "base_tree is not a valid tree oid");
  const changes: TreeChange[] = [];
  for (const entry of body.objects("tree")) {
    const content = entry.optionalText("content");
    const sha = content === null ? entry.optionalText("sha") : await git.writeBlob(Buffer.from(content, "utf8"));
    if (sha !== null && (await git.typeOf(sha)) === null) {
      throw validationFailed("Tree", "sha", "invalid", `tree.sha ${sha} is not a valid blob`);
    }
    changes.push({ path: entry.text("path"), mode: entry.optionalText("mode") ?? "100644", sha });
  }
  return created(await treeShape(world, await git.writeTree(baseTree, changes), false));
}

async function getBlob({ world, params }: Call) {
  const git = gitOf(world);
  const sha = params["file_sha"] ?? "";
  if ((await git.typeOf(sha)) !== "blob") throw notFound();
  const content = await git.blob(sha);
  return ok({
    ...blobPlace(world, sha),
    node_id: nodeId("Blob", sha),
    size: content.byteLength,
    content: content.toString("base64"),
    encoding: "base64",
  });
}

async function createBlob({ world, body }: Call) {
  const encoding = body.optionalText("encoding") === "base64" ? "base64" : "utf8";
  return created(blobPlace(world, await gitOf(world).writeBlob(Buffer.from(body.text("content"), encoding))));
}

const blobPlace = (world: World, sha: string) => ({ sha, url: `${repositoryUrl(world)}/git/blobs/${sha}` });
