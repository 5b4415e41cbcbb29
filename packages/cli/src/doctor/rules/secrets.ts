import { environmentsOf } from "@pipelines/core/configuration/environments";
import type { Facts } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { type Look, unseen } from "../look.ts";
import { shellWord } from "../quote.ts";
import { ghApi, settings } from "./places.ts";

/** The one secret that holds the values of those that environments declare. */
export const SECRET = "PIPELINES_SECRETS";

/** Whether declared secrets have a place, and who can read what. GitHub says names, never values. */
export function secretRules(facts: Facts): Found[] {
  const { configuration, callers } = facts.checkout;
  if (configuration.kind !== "read") return [];
  const environments = environmentsOf(configuration.value);
  const access = configuration.value.module_access?.secret;
  const declared = [
    ...new Set([...environments.flatMap(({ secrets }) => secrets), ...(access === undefined ? [] : [access])]),
  ];
  const findings: Found[] = [];
  if (declared.length > 0) {
    const names = declared.join(", ");
    const page = settings(facts, "secrets/actions");
    const places = [facts.secrets.repository, facts.secrets.organization];
    const refusal = places.find((look) => look.kind === "refused");
    if (places.some((look) => has(look))) {
      findings.push(
        good("secrets/there", `the secret ${SECRET} is there. Whether ${names} are in it GitHub does not say.`),
      );
    } else if (refusal?.kind === "refused")
      findings.push(unseen("secrets/there", `whether there is a secret ${SECRET}`, refusal));
    else {
      findings.push(
        missing(
          "secrets/there",
          `${names} are declared, and there is no secret ${SECRET} with their values: their units fail by name.`,
          `${page}: ${SECRET}, a JSON object on one line; or gh secret set ${SECRET} --repo ${facts.repository.fullName}`,
        ),
      );
    }
    for (const { file, secrets } of callers.callers) {
      if (secrets === "inherit" || secrets.includes(SECRET)) continue;
      findings.push(
        missing(
          "secrets/handed-on",
          `${file} does not hand ${SECRET} on: no unit gets a secret.`,
          `in ${file}: secrets: { ${SECRET}: \${{ secrets.${SECRET} }} }`,
        ),
      );
    }
  }
  return [...findings, ...environmentRule(facts), ...readable(facts)];
}

const has = (look: Look<readonly string[]>): boolean => look.kind === "seen" && look.value.includes(SECRET);

/** Jobs that plan name no GitHub environment, so a secret there is out of reach of pull requests. */
function environmentRule(facts: Facts): Found[] {
  const { configuration } = facts.checkout;
  if (configuration.kind !== "read") return [];
  const wanted = environmentsOf(configuration.value).filter(
    ({ secrets, github_environment }) => secrets.length > 0 && github_environment !== undefined,
  );
  return wanted.flatMap(({ name, github_environment }): Found[] => {
    const id = `secrets/environment/${name}`;
    const found =
      facts.environments.kind === "seen"
        ? facts.environments.value.find(
            (environment) => environment.name.toLowerCase() === github_environment?.toLowerCase(),
          )
        : undefined;
    if (facts.environments.kind === "refused")
      return [unseen(id, `the secrets of \`${github_environment}\``, facts.environments)];
    if (found === undefined) return [];
    if (found.secrets.kind === "refused")
      return [unseen(id, `the secrets of \`${github_environment}\``, found.secrets)];
    return [
      has(found.secrets)
        ? good(
            id,
            `what only applies of ${name} need can be kept from pull requests: \`${github_environment}\` has its own ${SECRET}.`,
          )
        : note(
            id,
            `applies of ${name} use the repository's ${SECRET}, which every pull request can read.`,
            `gh secret set ${SECRET} --repo ${facts.repository.fullName} --env ${shellWord(github_environment ?? "")}`,
          ),
    ];
  });
}

/** Whoever can push a branch can read the secrets that no environment guards. */
function readable({ secrets, place, repository }: Facts): Found[] {
  const id = "secrets/readable";
  const refusal = [secrets.repository, secrets.organization].find((look) => look.kind === "refused");
  const names = [secrets.repository, secrets.organization].flatMap((look) => (look.kind === "seen" ? look.value : []));
  const cloud = names.filter((name) =>
    /^(?:AWS_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_ID|ARM_CLIENT_SECRET|GOOGLE_(?:APPLICATION_)?CREDENTIALS)$/.test(name),
  );
  if (cloud.length > 0) {
    return [
      dangerous(
        id,
        `${cloud.join(", ")}: whoever can push a branch can read and use them, past every review.`,
        `give jobs an identity instead (docs/aws.md), then: ${cloud.map((name) => `gh secret delete ${name} --repo ${repository.fullName}`).join("; ")}`,
      ),
    ];
  }
  if (refusal?.kind === "refused") return [unseen(id, "which secrets whoever can push a branch can read", refusal)];
  if (names.length === 0) return [good(id, "no secret is readable by whoever can push a branch.")];
  return [
    note(
      id,
      `whoever can push a branch can read: ${names.join(", ")}. Keep what writes in environments that allow the deploy branch alone (${place.serverUrl}/${repository.fullName}/settings/environments).`,
    ),
  ];
}

/** The command that allows a workflow's token what an account's pull request needs. */
export const allowPullRequests = (facts: Facts): string =>
  ghApi(facts, "PUT", "/actions/permissions/workflow", "can_approve_pull_request_reviews=true");
