import { HttpError, notFound, validationFailed } from "../http-error.ts";
import type { OtherRepository, Runner, Settings } from "../settings.ts";
import { commitShape, readCommit } from "../shapes/commit.ts";
import { repositoryPage, repositoryUrl } from "../shapes/urls.ts";
import { gitOf } from "./git.ts";
import { type Call, counted, created, list, type Need, noContent, ok, type Route } from "./route.ts";

const REPO = "/repos/{owner}/{repo}";
const ACTIONS = `${REPO}/actions`;
const ADMINISTRATION: readonly Need[] = ["administration:read"];
const SECRETS: readonly Need[] = ["secrets:read"];
const RUNNERS: readonly Need[] = ["organization_self_hosted_runners:read"];

const settings = ({ world }: Call): Settings => world.state.settings;

/** What is set in a repository's settings. The permissions are those of fine-grained tokens in GitHub's documentation. */
export const settingsRoutes: readonly Route[] = [
  { method: "GET", path: `${REPO}/branches/{branch}`, needs: ["contents:read"], handle: getBranch },
  { method: "GET", path: `${REPO}/branches/{branch}/protection`, needs: ADMINISTRATION, handle: getProtection },
  { method: "GET", path: `${REPO}/rules/branches/{branch}`, needs: [], handle: rulesOfBranch },
  { method: "GET", path: `${REPO}/rulesets/{ruleset_id}`, needs: [], handle: getRuleset },
  { method: "GET", path: `${REPO}/codeowners/errors`, needs: ["contents:read"], handle: codeOwnersErrors },
  {
    method: "GET",
    path: `${ACTIONS}/permissions`,
    needs: ADMINISTRATION,
    handle: (call) => {
      const { enabled, allowed, requiresShas } = settings(call).actions;
      return ok({ enabled, allowed_actions: allowed, sha_pinning_required: requiresShas });
    },
  },
  {
    method: "GET",
    path: `${ACTIONS}/permissions/selected-actions`,
    needs: ADMINISTRATION,
    handle: (call) => {
      const { githubOwned, patterns } = settings(call).actions;
      return ok({ github_owned_allowed: githubOwned, verified_allowed: false, patterns_allowed: patterns });
    },
  },
  {
    method: "GET",
    path: `${ACTIONS}/permissions/workflow`,
    needs: ADMINISTRATION,
    handle: (call) => {
      const { tokenMayWrite, mayCreatePullRequests } = settings(call).actions;
      return ok({
        default_workflow_permissions: tokenMayWrite ? "write" : "read",
        can_approve_pull_request_reviews: mayCreatePullRequests,
      });
    },
  },
  {
    method: "GET",
    path: `${ACTIONS}/permissions/fork-pr-contributor-approval`,
    needs: ADMINISTRATION,
    handle: (call) => ok({ approval_policy: settings(call).actions.outsiders }),
  },
  {
    method: "GET",
    path: `${ACTIONS}/permissions/access`,
    needs: ADMINISTRATION,
    others: true,
    handle: (call) => ok({ access_level: otherOf(call)?.access ?? "none" }),
  },
  {
    method: "PUT",
    path: `${ACTIONS}/permissions/access`,
    needs: ["administration:write"],
    others: true,
    handle: (call) => {
      const other = otherOf(call);
      const level = call.body.text("access_level");
      if (other !== null) other.access = level === "organization" || level === "user" ? level : "none";
      return noContent;
    },
  },
  {
    method: "POST",
    path: `${REPO}/keys`,
    needs: ["administration:write"],
    handle: ({ world, body, url }) => {
      const { deployKeys } = world.state.settings;
      const key = body.text("key");
      const made = { id: world.state.nextId(), title: body.text("title"), key, readOnly: body.flag("read_only", true) };
      if (!/^ssh-\S+ [A-Za-z0-9+/=]+/.test(key)) throw validationFailed("PublicKey", "key", "custom", "key is invalid");
      deployKeys.push(made);
      const { id, title, readOnly } = made;
      return created({
        id,
        key,
        url: `${url}/${id}`,
        title,
        verified: true,
        created_at: world.now(),
        read_only: readOnly,
      });
    },
  },
  {
    method: "GET",
    path: `${ACTIONS}/secrets/public-key`,
    needs: SECRETS,
    handle: () => ok(PUBLIC_KEY),
  },
  {
    method: "PUT",
    path: `${ACTIONS}/secrets/{secret_name}`,
    needs: ["secrets:write"],
    handle: (call) => {
      requireSealed(call.body.text("encrypted_value"));
      const name = call.params["secret_name"] ?? "";
      const isNew = !settings(call).secrets.has(name);
      settings(call).secrets.add(name);
      return isNew ? created({}) : noContent;
    },
  },
  {
    method: "GET",
    path: `${ACTIONS}/secrets`,
    needs: SECRETS,
    handle: (call) => secrets(call, settings(call).secrets),
  },
  {
    method: "GET",
    path: `${ACTIONS}/organization-secrets`,
    needs: SECRETS,
    handle: (call) => secrets(call, settings(call).organizationSecrets),
  },
  {
    method: "GET",
    path: `${ACTIONS}/runners`,
    needs: ADMINISTRATION,
    handle: (call) => counted(call, "runners", settings(call).runners, runnerShape),
  },
  {
    method: "GET",
    path: "/orgs/{org}/actions/runners",
    needs: RUNNERS,
    handle: (call) => counted(call, "runners", settings(call).organizationRunners, runnerShape),
  },
  {
    method: "GET",
    path: "/orgs/{org}/actions/hosted-runners",
    needs: RUNNERS,
    handle: (call) => counted(call, "runners", [], (none) => none),
  },
  {
    method: "GET",
    path: `${ACTIONS}/oidc/customization/sub`,
    needs: ["actions:read"],
    handle: (call) => {
      const { usesDefault, claims, prefix } = settings(call).subject;
      return ok({
        use_default: usesDefault,
        ...(claims.length === 0 ? {} : { include_claim_keys: claims }),
        ...(prefix === null ? {} : { sub_claim_prefix: prefix }),
      });
    },
  },
];

/** What secrets are encrypted for. Any point of the curve serves: nobody here has to open what is sent. */
export const PUBLIC_KEY = { key_id: "1", key: Buffer.alloc(32, 9).toString("base64") };

/** A sealed box of libsodium is 48 bytes longer than what is in it. @throws 422 for anything shorter */
export function requireSealed(text: string): void {
  if (Buffer.from(text, "base64").length < 48) throw new HttpError(422, "encrypted_value is not a sealed box");
}

/** The other repository that a path names, `null` for the served one. @throws 404 for one that there is not */
export function otherOf({ world, params }: Call): OtherRepository | null {
  const [owner = world.owner, repo = world.repo] = [params["owner"], params["repo"]];
  if (owner === world.owner && repo === world.repo) return null;
  const other = world.state.settings.others.get(`${owner}/${repo}`);
  if (other === undefined) throw notFound();
  return other;
}

async function getBranch(call: Call) {
  const { world, params } = call;
  const name = params["branch"] ?? "";
  const git = gitOf(world);
  const found = (await git.refs(`refs/heads/${name}`)).find(({ ref }) => ref === `refs/heads/${name}`);
  const commit = found === undefined ? null : await readCommit(git, found.sha);
  if (commit === null) throw notFound("Branch not found");
  const url = `${repositoryUrl(world)}/branches/${encodeURIComponent(name)}`;
  const isProtected = settings(call).protections.has(name);
  return ok({
    name,
    commit: commitShape(world, commit),
    _links: { html: `${repositoryPage(world)}/tree/${encodeURIComponent(name)}`, self: url },
    protected: isProtected,
    protection: { enabled: isProtected },
    protection_url: `${url}/protection`,
  });
}

function getProtection(call: Call) {
  const found = settings(call).protections.get(call.params["branch"] ?? "");
  // The words by which GitHub tells this from what the token may not see.
  if (found === undefined) throw notFound("Branch not protected");
  return ok(found);
}

function rulesOfBranch(call: Call) {
  const branch = call.params["branch"] ?? "";
  const rules = settings(call)
    .rulesets.filter(({ branches }) => branches.includes(branch))
    .flatMap(({ rules: own, id, source, sourceType }) =>
      own.map((rule) => ({ ...rule, ruleset_id: id, ruleset_source: source, ruleset_source_type: sourceType })),
    );
  return list(call, rules, (rule) => rule);
}

function getRuleset(call: Call) {
  const found = settings(call).rulesets.find(({ id }) => String(id) === call.params["ruleset_id"]);
  if (found === undefined) throw notFound();
  return ok({
    id: found.id,
    name: found.name,
    target: "branch",
    source_type: found.sourceType,
    source: found.source,
    enforcement: "active",
    ...(found.bypass === undefined ? {} : { bypass_actors: found.bypass }),
    conditions: { ref_name: { include: found.branches.map((name) => `refs/heads/${name}`), exclude: [] } },
    rules: found.rules,
  });
}

function codeOwnersErrors(call: Call) {
  return ok({
    errors: settings(call).codeOwnersErrors.map((error) => ({
      ...error,
      column: 1,
      source: "",
      suggestion: null,
      path: ".github/CODEOWNERS",
    })),
  });
}

function secrets(call: Call, names: Iterable<string>) {
  const now = call.world.now();
  return counted(call, "secrets", [...names], (name) => ({
    name,
    created_at: now,
    updated_at: now,
    // Only an organization's secrets have these.
    ...(call.url.endsWith("organization-secrets") ? { visibility: "private" } : {}),
  }));
}

const runnerShape = ({ id, name, labels, isOnline, isEphemeral }: Runner) => ({
  id,
  name,
  os: "linux",
  status: isOnline ? "online" : "offline",
  busy: false,
  ephemeral: isEphemeral,
  labels: labels.map((label) => ({ name: label })),
});
