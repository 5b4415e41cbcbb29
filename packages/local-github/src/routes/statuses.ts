import { HttpError } from "../http-error.ts";
import { nodeId, repositoryUrl } from "../shapes/urls.ts";
import { simpleUser } from "../shapes/user.ts";
import type { CommitStatus } from "../state.ts";
import type { World } from "../world.ts";
import { type Call, created, list, type Route } from "./route.ts";

const REPO = "/repos/{owner}/{repo}";
const STATES = ["error", "failure", "pending", "success"] as const;

export const statusRoutes: readonly Route[] = [
  { method: "POST", path: `${REPO}/statuses/{sha}`, needs: ["statuses:write"], handle: createStatus },
  { method: "GET", path: `${REPO}/commits/{ref}/statuses`, needs: ["statuses:read"], handle: listStatuses },
];

async function createStatus({ world, params, body, user }: Call) {
  const sha = params["sha"] ?? "";
  if (world.git !== null && (await world.git.resolve(sha, "commit")) !== sha) {
    throw new HttpError(422, `No commit found for SHA: ${sha}`);
  }
  const state = STATES.find((known) => known === body.text("state"));
  const description = body.optionalText("description");
  // https://docs.github.com/en/rest/commits/statuses: the description is short.
  if (state === undefined || (description?.length ?? 0) > 140) throw new HttpError(422, "Validation Failed");
  const status: CommitStatus = {
    id: world.state.nextId(),
    ...{ sha, state, description, context: body.optionalText("context") ?? "default" },
    ...{ targetUrl: body.optionalText("target_url"), creator: user, createdAt: world.now() },
  };
  world.state.statuses.push(status);
  return created(shape(world, status));
}

/** Newest first. */
function listStatuses(call: Call) {
  const { world, params } = call;
  const found = world.state.statuses.filter(({ sha }) => sha === params["ref"]).toReversed();
  return list(call, found, (status) => shape(world, status));
}

function shape(world: World, { id, sha, state, description, context, targetUrl, creator, createdAt }: CommitStatus) {
  return {
    url: `${repositoryUrl(world)}/statuses/${sha}`,
    avatar_url: null,
    id,
    node_id: nodeId("StatusContext", id),
    ...{ state, description, target_url: targetUrl, context, created_at: createdAt, updated_at: createdAt },
    creator: simpleUser(world, creator),
  };
}
