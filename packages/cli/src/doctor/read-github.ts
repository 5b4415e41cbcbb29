import { z } from "zod";
import type { ActionsFacts, CheckoutFacts, Facts, Place, RunnerFacts, ToolFacts } from "./facts.ts";
import { type Look, look, mapLook, refused } from "./look.ts";
import { readBranch } from "./read-branch.ts";
import { readEnvironments } from "./read-environments.ts";
import { type Client, type Common, NEEDS, pages } from "./reading.ts";

/** Everything about the repository that GitHub shows this token. Only reads. */
export async function readGitHub(
  client: Client,
  place: Place,
  checkout: CheckoutFacts,
): Promise<Look<Omit<Facts, "roles" | "place" | "checkout">>> {
  const found = await look(
    () => client.rest.repos.get({ owner: place.owner, repo: place.name }),
    "a token that may read the repository, and the right name of it",
  );
  if (found.kind !== "seen") return found;
  const { data } = found.value;
  // After a rename GitHub answers under the old name too; from here on the new one counts.
  const common = { owner: data.owner.login, repo: data.name };
  const ownerIsOrganization = data.owner.type === "Organization";
  const deployBranch =
    checkout.configuration.kind === "read" ? checkout.configuration.value.deploy_branch : data.default_branch;
  const [branch, environments, actions, secrets, runners, tool, subject, codeOwnersErrors] = await Promise.all([
    readBranch(client, common, deployBranch),
    readEnvironments(client, common),
    readActions(client, common, !data.private),
    readSecrets(client, common),
    readRunners(client, common, ownerIsOrganization),
    readTool(client, common, checkout),
    look(() => client.rest.actions.getCustomOidcSubClaimForRepo(common), NEEDS.actions).then((from) =>
      mapLook(from, ({ data: claims }) => ({
        usesDefault: claims.use_default,
        claims: claims.include_claim_keys ?? [],
        prefix: prefixOf(claims),
      })),
    ),
    look(() => client.rest.repos.codeownersErrors(common), NEEDS.contents, ["not found"]).then((from) =>
      mapLook(from, ({ data: { errors } }) => errors.map(({ line, kind, path }) => `${path}:${line}: ${kind}`)),
    ),
  ]);
  return {
    kind: "seen",
    value: {
      deployBranch,
      repository: {
        fullName: data.full_name,
        ids: { owner: data.owner.id, repository: data.id },
        ownerIsOrganization,
        isPublic: !data.private,
        isArchived: data.archived,
        defaultBranch: data.default_branch,
        isAdministrator: data.permissions?.admin === true,
      },
      branch,
      environments,
      actions,
      secrets,
      runners,
      tool,
      subject,
      codeOwnersErrors,
    },
  };
}

/** GitHub's description knows the prefix; octokit's types are a little older. */
function prefixOf(claims: object): string | null {
  return "sub_claim_prefix" in claims && typeof claims.sub_claim_prefix === "string" ? claims.sub_claim_prefix : null;
}

async function readActions(client: Client, common: Common, isPublic: boolean): Promise<ActionsFacts> {
  const { actions } = client.rest;
  const general = mapLook(
    await look(() => actions.getGithubActionsPermissionsRepository(common), NEEDS.administration),
    ({ data }) => ({
      enabled: data.enabled,
      allowed: data.allowed_actions ?? ("all" as const),
      requiresShas: "sha_pinning_required" in data && data.sha_pinning_required === true,
    }),
  );
  const isSelected = general.kind === "seen" && general.value.allowed === "selected";
  const [selected, token, outsiders] = await Promise.all([
    isSelected ? look(() => actions.getAllowedActionsRepository(common), NEEDS.administration) : absent,
    look(() => actions.getGithubActionsDefaultWorkflowPermissionsRepository(common), NEEDS.administration),
    isPublic ? look(() => client.request(`GET ${OUTSIDERS}`, common), NEEDS.administration) : absent,
  ]);
  return {
    general,
    selected: mapLook(selected, ({ data }) => ({
      githubOwned: data.github_owned_allowed === true,
      patterns: data.patterns_allowed ?? [],
    })),
    token: mapLook(token, ({ data }) => ({
      mayWrite: data.default_workflow_permissions === "write",
      mayCreatePullRequests: data.can_approve_pull_request_reviews,
    })),
    outsiders: mapLook(outsiders, ({ data }) => Outsiders.parse(data).approval_policy),
  };
}

// Newer than octokit's methods.
const OUTSIDERS = "/repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval";
const Outsiders = z.object({
  approval_policy: z.enum([
    "first_time_contributors_new_to_github",
    "first_time_contributors",
    "all_external_contributors",
  ]),
});

const absent: Promise<Look<never>> = Promise.resolve({ kind: "absent" });

async function readSecrets(client: Client, common: Common): Promise<Facts["secrets"]> {
  const { actions } = client.rest;
  const [repository, organization] = await Promise.all([
    look(() => client.paginate(actions.listRepoSecrets, { ...common, ...pages }), NEEDS.secrets),
    look(() => client.paginate(actions.listRepoOrganizationSecrets, { ...common, ...pages }), NEEDS.secrets),
  ]);
  const names = (from: Look<{ name: string }[]>): Look<readonly string[]> =>
    mapLook(from, (found) => found.map(({ name }) => name));
  return { repository: names(repository), organization: names(organization) };
}

async function readRunners(
  client: Client,
  common: Common,
  ownerIsOrganization: boolean,
): Promise<Look<RunnerFacts[]>[]> {
  const { actions } = client.rest;
  const org = { org: common.owner, ...pages };
  type Runner = { status: string; ephemeral?: boolean; labels: { name: string }[] };
  const shape = (from: Look<Runner[]>): Look<RunnerFacts[]> =>
    mapLook(from, (found) =>
      found.map(({ status, labels, ephemeral }) => ({
        labels: labels.map(({ name }) => name),
        isOnline: status === "online",
        isEphemeral: ephemeral ?? null,
      })),
    );
  return Promise.all([
    look(
      () => client.paginate(actions.listSelfHostedRunnersForRepo, { ...common, ...pages }),
      NEEDS.administration,
    ).then(shape),
    ...(ownerIsOrganization
      ? [
          look(() => client.paginate(actions.listSelfHostedRunnersForOrg, org), NEEDS.organization).then(shape),
          // A larger runner is called by its name.
          look(() => client.paginate(actions.listHostedRunnersForOrg, org), NEEDS.organization).then((from) =>
            mapLook(from, (found) =>
              found.map(({ name, status }) => ({ labels: [name], isOnline: status === "Ready", isEphemeral: true })),
            ),
          ),
        ]
      : []),
  ]);
}

async function readTool(client: Client, live: Common, { callers }: CheckoutFacts): Promise<ToolFacts | null> {
  const tool = callers.callers.find((caller) => caller.tool.kind === "repository")?.tool;
  if (tool?.kind !== "repository") return null;
  const common = { owner: tool.owner, repo: tool.name };
  const repository = mapLook(
    await look(() => client.rest.repos.get(common), `a token that may read ${tool.owner}/${tool.name}`),
    ({ data }) => ({ isPublic: !data.private }),
  );
  const isOurs = tool.owner.toLowerCase() === live.owner.toLowerCase();
  const isPrivate = repository.kind === "seen" && !repository.value.isPublic;
  const needs = `an administrator's token of ${tool.owner}/${tool.name}`;
  const [access, commit, release] = await Promise.all([
    isPrivate
      ? look(() => client.rest.actions.getWorkflowAccessToRepository(common), needs).then((from) =>
          mapLook(from, ({ data }): string => data.access_level),
        )
      : absent,
    repository.kind === "seen"
      ? look(() => client.rest.repos.getCommit({ ...common, ref: tool.ref }), NEEDS.contents).then((from) =>
          mapLook(from, ({ data }) => data.sha),
        )
      : Promise.resolve(refused(needs, "the repository was not seen")),
    isOurs && repository.kind === "seen" ? readEnvironments(client, common, ["release"]) : absent,
  ]);
  return { owner: tool.owner, name: tool.name, repository, access, commit, release };
}
