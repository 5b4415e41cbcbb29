import { z } from "zod";
import type { BranchFacts, Guard } from "./facts.ts";
import { type Look, look, mapLook, refused, seen } from "./look.ts";
import { type Client, type Common, NEEDS, pages } from "./reading.ts";

/** The rules of a branch from a ruleset, as far as they matter here; GitHub has more kinds and will have others. */
const Rule = z.looseObject({
  type: z.string(),
  ruleset_id: z.number().optional(),
  ruleset_source: z.string().optional(),
  parameters: z
    .looseObject({
      required_approving_review_count: z.number().optional(),
      require_code_owner_review: z.boolean().optional(),
      required_status_checks: z
        .array(z.looseObject({ context: z.string(), integration_id: z.number().nullable().optional() }))
        .optional(),
    })
    .optional(),
});
type Rule = z.infer<typeof Rule>;

/** What keeps a branch from being pushed to at will: rulesets of the repository and above it, and branch protection. */
export async function readBranch(client: Client, common: Common, branch: string): Promise<BranchFacts> {
  const [exists, rulesets, protection] = await Promise.all([
    look(() => client.rest.repos.getBranch({ ...common, branch }), NEEDS.contents, ["branch not found"]),
    readRulesets(client, common, branch),
    readProtection(client, common, branch),
  ]);
  return { exists: mapLook(exists, () => true as const), guards: [rulesets, protection] };
}

async function readRulesets(client: Client, common: Common, branch: string): Promise<Look<Guard[]>> {
  const found = await look(
    () => client.paginate(client.rest.repos.getBranchRules, { ...common, branch, ...pages }),
    NEEDS.metadata,
  );
  if (found.kind !== "seen") return found;
  const rules = z.array(Rule).parse(found.value);
  const byRuleset = Map.groupBy(rules, ({ ruleset_id }) => ruleset_id ?? 0);
  const guards = [...byRuleset].map(async ([id, own]) => {
    const { name, bypass } = await readRuleset(client, common, id);
    return guardOf(`ruleset ${name} of ${own[0]?.ruleset_source ?? `${common.owner}/${common.repo}`}`, own, bypass);
  });
  return seen(await Promise.all(guards));
}

/** GitHub says who may go round a ruleset only to those who may edit it. */
async function readRuleset(
  client: Client,
  common: Common,
  id: number,
): Promise<{ name: string; bypass: Guard["bypass"] }> {
  const found = await look(
    () => client.rest.repos.getRepoRuleset({ ...common, ruleset_id: id, includes_parents: true }),
    NEEDS.administration,
  );
  if (found.kind !== "seen") return { name: String(id), bypass: found };
  const { name, bypass_actors: actors } = found.value.data;
  if (actors === undefined) return { name, bypass: refused(NEEDS.administration, "GitHub left out who may bypass it") };
  return {
    name,
    bypass: seen(
      actors
        .filter(({ bypass_mode }) => bypass_mode !== "pull_request")
        .map(
          ({ actor_type, actor_id }) =>
            `${actor_type}${actor_id === null || actor_id === undefined ? "" : ` ${actor_id}`}`,
        ),
    ),
  };
}

function guardOf(source: string, rules: readonly Rule[], bypass: Guard["bypass"]): Guard {
  const of = (type: string): Rule[] => rules.filter((rule) => rule.type === type);
  const pulls = of("pull_request").map(({ parameters }) => parameters ?? {});
  return {
    source,
    requiresPullRequest: pulls.length > 0,
    approvals: Math.max(0, ...pulls.map(({ required_approving_review_count: count = 0 }) => count)),
    requiresCodeOwners: pulls.some(({ require_code_owner_review }) => require_code_owner_review === true),
    checks: of("required_status_checks").flatMap(({ parameters }) =>
      (parameters?.required_status_checks ?? []).map(({ context, integration_id }) => ({
        name: context,
        app: integration_id ?? null,
      })),
    ),
    refusesForcePush: of("non_fast_forward").length > 0,
    refusesDeletion: of("deletion").length > 0,
    hasMergeQueue: of("merge_queue").length > 0,
    bypass,
  };
}

async function readProtection(client: Client, common: Common, branch: string): Promise<Look<Guard[]>> {
  const found = await look(() => client.rest.repos.getBranchProtection({ ...common, branch }), NEEDS.administration, [
    "branch not protected",
    "branch not found",
  ]);
  if (found.kind !== "seen") return found;
  const { data } = found.value;
  const reviews = data.required_pull_request_reviews;
  const isForAdministrators = data.enforce_admins?.enabled === true;
  return seen([
    {
      source: "branch protection",
      requiresPullRequest: reviews !== undefined,
      approvals: reviews?.required_approving_review_count ?? 0,
      requiresCodeOwners: reviews?.require_code_owner_reviews === true,
      checks: (data.required_status_checks?.checks ?? []).map(({ context, app_id }) => ({
        name: context,
        // -1 stands for any app.
        app: app_id === -1 ? null : app_id,
      })),
      refusesForcePush: data.allow_force_pushes?.enabled !== true,
      refusesDeletion: data.allow_deletions?.enabled !== true,
      hasMergeQueue: false,
      bypass: seen(isForAdministrators ? [] : ["administrators"]),
    },
  ]);
}
