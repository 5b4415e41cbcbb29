import { notFound } from "../http-error.ts";
import type { EnvironmentSettings } from "../settings.ts";
import { nodeId, repositoryPage, repositoryUrl } from "../shapes/urls.ts";
import { simpleUser } from "../shapes/user.ts";
import type { World } from "../world.ts";
import { type Call, counted, created, noContent, ok, type Route } from "./route.ts";
import { otherOf, PUBLIC_KEY, requireSealed } from "./settings.ts";

const ENVIRONMENTS = "/repos/{owner}/{repo}/environments";
const ENVIRONMENT = `${ENVIRONMENTS}/{environment_name}`;

/** GitHub environments: what protects them, and the names of their secrets. */
export const environmentRoutes: readonly Route[] = [
  { method: "GET", path: ENVIRONMENTS, needs: ["actions:read"], others: true, handle: listEnvironments },
  { method: "PUT", path: ENVIRONMENT, needs: ["administration:write"], handle: putEnvironment },
  {
    method: "GET",
    path: `${ENVIRONMENT}/deployment-branch-policies`,
    needs: ["actions:read"],
    others: true,
    handle: (call) => {
      const { branches } = environmentOf(call);
      return counted(call, "branch_policies", Array.isArray(branches) ? branches : [], (policy) => policy);
    },
  },
  {
    method: "POST",
    path: `${ENVIRONMENT}/deployment-branch-policies`,
    needs: ["administration:write"],
    handle: (call) => {
      const environment = environmentOf(call);
      if (!Array.isArray(environment.branches)) throw notFound();
      const policy = { name: call.body.text("name"), type: "branch" as const };
      environment.branches.push(policy);
      return ok(policy);
    },
  },
  {
    method: "GET",
    path: `${ENVIRONMENT}/secrets`,
    needs: ["environments:read"],
    others: true,
    handle: (call) => {
      const now = call.world.now();
      return counted(call, "secrets", [...environmentOf(call).secrets.keys()], (name) => ({
        name,
        created_at: now,
        updated_at: now,
      }));
    },
  },
  {
    method: "GET",
    path: `${ENVIRONMENT}/secrets/public-key`,
    needs: ["environments:read"],
    handle: (call) => {
      environmentOf(call);
      return ok(PUBLIC_KEY);
    },
  },
  {
    method: "PUT",
    path: `${ENVIRONMENT}/secrets/{secret_name}`,
    needs: ["environments:write"],
    handle: (call) => {
      const { secrets } = environmentOf(call);
      const sent = call.body.text("encrypted_value");
      requireSealed(sent);
      const name = call.params["secret_name"] ?? "";
      const isNew = !secrets.has(name);
      secrets.set(name, sent);
      return isNew ? created({}) : noContent;
    },
  },
];

function environmentsOf(call: Call): ReadonlyMap<string, EnvironmentSettings> {
  return otherOf(call)?.environments ?? call.world.state.settings.environments;
}

function environmentOf(call: Call): EnvironmentSettings {
  const found = environmentsOf(call).get(call.params["environment_name"] ?? "");
  if (found === undefined) throw notFound();
  return found;
}

function listEnvironments(call: Call) {
  return counted(call, "environments", [...environmentsOf(call)], ([name, environment]) =>
    environmentShape(call.world, name, environment),
  );
}

function putEnvironment(call: Call) {
  const { state } = call.world;
  const name = call.params["environment_name"] ?? "";
  const policy = call.body.object("deployment_branch_policy");
  const environment: EnvironmentSettings = {
    id: state.settings.environments.get(name)?.id ?? state.nextId(),
    reviewers: call.body.objects("reviewers").map((reviewer) => ({
      type: reviewer.text("type") === "Team" ? "Team" : "User",
      id: reviewer.number("id"),
    })),
    waitMinutes: call.body.has("wait_timer") ? call.body.number("wait_timer") : 0,
    branches: policy === null ? null : policy.flag("protected_branches", false) ? "protected" : [],
    secrets: state.settings.environments.get(name)?.secrets ?? new Map(),
  };
  state.settings.environments.set(name, environment);
  return ok(environmentShape(call.world, name, environment));
}

function environmentShape(world: World, name: string, { id, reviewers, waitMinutes, branches }: EnvironmentSettings) {
  const path = `environments/${encodeURIComponent(name)}`;
  const user = [...world.state.users.values()];
  return {
    id,
    node_id: nodeId("Environment", id),
    name,
    url: `${repositoryUrl(world)}/${path}`,
    html_url: `${repositoryPage(world)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: world.now(),
    updated_at: world.now(),
    protection_rules: [
      ...(waitMinutes > 0
        ? [{ id: id * 10, node_id: nodeId("Gate", id * 10), type: "wait_timer", wait_timer: waitMinutes }]
        : []),
      ...(reviewers.length > 0
        ? [
            {
              id: id * 10 + 1,
              node_id: nodeId("Gate", id * 10 + 1),
              type: "required_reviewers",
              prevent_self_review: false,
              reviewers: reviewers.flatMap((reviewer) => {
                const found = user.find((candidate) => candidate.id === reviewer.id);
                return found === undefined ? [] : [{ type: "User", reviewer: simpleUser(world, found) }];
              }),
            },
          ]
        : []),
      ...(branches === null ? [] : [{ id: id * 10 + 2, node_id: nodeId("Gate", id * 10 + 2), type: "branch_policy" }]),
    ],
    deployment_branch_policy:
      branches === null
        ? null
        : { protected_branches: branches === "protected", custom_branch_policies: branches !== "protected" },
  };
}
