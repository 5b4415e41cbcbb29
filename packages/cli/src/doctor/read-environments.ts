import { z } from "zod";
import type { EnvironmentFacts } from "./facts.ts";
import { type Look, look, mapLook } from "./look.ts";
import { type Client, type Common, NEEDS, pages } from "./reading.ts";

const Environment = z.looseObject({
  name: z.string(),
  protection_rules: z
    .array(z.looseObject({ reviewers: z.array(z.unknown()).default([]), wait_timer: z.number().default(0) }))
    .default([]),
  deployment_branch_policy: z
    .looseObject({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullable()
    .default(null),
});

/** The GitHub environments of a repository with their rules, the named ones alone where names are given. */
export async function readEnvironments(
  client: Client,
  common: Common,
  names: readonly string[] | null = null,
): Promise<Look<EnvironmentFacts[]>> {
  const listed = await look(
    () => client.paginate(client.rest.repos.getAllEnvironments, { ...common, ...pages }),
    NEEDS.actions,
  );
  if (listed.kind !== "seen") return listed;
  const wanted = z
    .array(Environment)
    .parse(listed.value)
    .filter(({ name }) => names === null || names.includes(name));
  const value = await Promise.all(
    wanted.map(async ({ name, protection_rules, deployment_branch_policy }) => {
      const reviewers = protection_rules.flatMap((rule) => rule.reviewers);
      const waits = protection_rules.map((rule) => rule.wait_timer);
      return {
        name,
        reviewers: reviewers.length,
        waitMinutes: Math.max(0, ...waits),
        branches: await branchesOf(client, common, name, deployment_branch_policy),
        secrets: mapLook(
          await look(
            () =>
              client.paginate(client.rest.actions.listEnvironmentSecrets, {
                ...common,
                environment_name: name,
                ...pages,
              }),
            NEEDS.environments,
          ),
          (found) => found.map((secret) => secret.name),
        ),
      };
    }),
  );
  return { kind: "seen", value };
}

async function branchesOf(
  client: Client,
  common: Common,
  name: string,
  policy: { protected_branches: boolean; custom_branch_policies: boolean } | null,
): Promise<EnvironmentFacts["branches"]> {
  if (policy === null) return { kind: "any" };
  if (policy.protected_branches) return { kind: "protected" };
  const found = await look(
    () =>
      client.paginate(client.rest.repos.listDeploymentBranchPolicies, {
        ...common,
        environment_name: name,
        ...pages,
      }),
    NEEDS.actions,
  );
  const patterns = mapLook(found, (list) =>
    list.map((item) => ({ name: item.name ?? "", isTag: "type" in item && item.type === "tag" })),
  );
  return { kind: "listed", patterns };
}
