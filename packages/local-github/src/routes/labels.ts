import { notFound, validationFailed } from "../http-error.ts";
import { labelShape, labelsOf } from "../shapes/issue.ts";
import { labelOf } from "../state.ts";
import { type Call, created, issueOf, list, ok, type Route } from "./route.ts";

const REPO = "/repos/{owner}/{repo}";
const ON_ISSUE = `${REPO}/issues/{issue_number}/labels`;

export const labelRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${REPO}/labels`,
    needs: ["issues:read", "pull_requests:read"],
    handle: (call) => list(call, [...call.world.state.labels.values()], (label) => labelShape(call.world, label)),
  },
  { method: "POST", path: `${REPO}/labels`, needs: ["issues:write", "pull_requests:write"], handle: createLabel },
  { method: "GET", path: `${REPO}/labels/{name}`, needs: ["issues:read", "pull_requests:read"], handle: getLabel },
  {
    method: "GET",
    path: ON_ISSUE,
    needs: ["issues:read", "pull_requests:read"],
    handle: (call) => list(call, labelsOf(call.world, issueOf(call)), (label) => label),
  },
  { method: "POST", path: ON_ISSUE, needs: ["issues:write", "pull_requests:write"], handle: addLabels },
  { method: "DELETE", path: `${ON_ISSUE}/{name}`, needs: ["issues:write", "pull_requests:write"], handle: removeLabel },
];

function createLabel({ world, body }: Call) {
  const name = body.text("name");
  if (world.state.labels.has(name.toLowerCase())) throw validationFailed("Label", "name", "already_exists");
  const color = body.optionalText("color") ?? "ededed";
  if (!/^[0-9a-f]{6}$/i.test(color)) throw validationFailed("Label", "color", "invalid");
  const label = labelOf(world.state, name);
  label.color = color;
  label.description = body.optionalText("description");
  return created(labelShape(world, label));
}

function getLabel({ world, params }: Call) {
  const label = world.state.labels.get((params["name"] ?? "").toLowerCase());
  if (label === undefined) throw notFound();
  return ok(labelShape(world, label));
}

function addLabels(call: Call) {
  const issue = issueOf(call);
  for (const name of call.body.names("labels")) {
    const label = labelOf(call.world.state, name);
    if (!issue.labels.includes(label.name)) issue.labels.push(label.name);
  }
  issue.updatedAt = call.world.now();
  return ok(labelsOf(call.world, issue));
}

function removeLabel(call: Call) {
  const issue = issueOf(call);
  const name = (call.params["name"] ?? "").toLowerCase();
  if (!issue.labels.some((label) => label.toLowerCase() === name)) throw notFound();
  issue.labels = issue.labels.filter((label) => label.toLowerCase() !== name);
  return ok(labelsOf(call.world, issue));
}
