import { type Environment, environmentsOf } from "@pipelines/core/configuration/environments";
import type { Facts, RoleFacts } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { unseen } from "../look.ts";
import { ghApi } from "./places.ts";

/**
 * What can be told about the trust between the repository and clouds. Whether a role can be taken is shown by a run
 * alone: nobody but a job of GitHub has the token for it. What is read instead is how the repository's tokens name
 * themselves and, where asked for, which names a role's trust policy lists.
 */
export function cloudRules(facts: Facts): Found[] {
  const environments = awsEnvironments(facts);
  const others = otherClouds(facts);
  const findings: Found[] =
    others.length === 0
      ? []
      : [
          note(
            "cloud/identity",
            `${others.join(", ")}: the trust of the cloud in \`identity\` was not looked at; its subjects have to be those that docs/azure-google.md lists.`,
          ),
        ];
  if (environments.length === 0) return findings;
  findings.push(subjectRule(facts));
  if (facts.roles === null) {
    findings.push(
      note(
        "cloud/aws",
        `nothing in AWS was looked at. Roles have to trust these subjects whole: ${environments.flatMap((environment) => [`${environment.name} plan ${quoted(planSubjects(facts))}`, `${environment.name} apply ${quoted(applySubjects(facts, environment))}`]).join("; ")}.`,
        "with credentials of an account: pipelines doctor --aws, which reads the roles' trust policies and takes no role",
      ),
    );
    return findings;
  }
  return [...findings, ...facts.roles.map((role) => roleRule(facts, role, environments))];
}

function awsEnvironments({ checkout: { configuration } }: Facts): Environment[] {
  return configuration.kind === "read"
    ? environmentsOf(configuration.value).filter(({ aws }) => aws !== undefined)
    : [];
}

function otherClouds({ checkout: { configuration } }: Facts): string[] {
  if (configuration.kind !== "read") return [];
  return environmentsOf(configuration.value)
    .filter(({ identity }) => identity !== undefined)
    .map(({ name }) => name);
}

const quoted = (subjects: readonly string[]): string => subjects.map((subject) => `\`${subject}\``).join(" or ");

/** How the tokens begin: as GitHub says, else both forms that there are (docs/aws.md). */
function prefixes({ subject, repository }: Facts): string[] {
  if (subject.kind === "seen" && subject.value.prefix !== null) return [subject.value.prefix];
  const [owner = "", name = ""] = repository.fullName.split("/");
  const { ids } = repository;
  return [`repo:${owner}/${name}`, `repo:${owner}@${ids.owner}/${name}@${ids.repository}`];
}

const withoutColons = (text: string): string => text.replaceAll(":", "%3A");

const planSubjects = (facts: Facts): string[] => prefixes(facts).map((prefix) => `${prefix}:pull_request`);

const applySubjects = (facts: Facts, { github_environment: name }: Environment): string[] =>
  prefixes(facts).map((prefix) =>
    name === undefined
      ? `${prefix}:ref:refs/heads/${withoutColons(facts.deployBranch)}`
      : `${prefix}:environment:${withoutColons(name)}`,
  );

function subjectRule(facts: Facts): Found {
  const { subject } = facts;
  const id = "cloud/subject";
  if (subject.kind !== "seen") {
    return unseen(id, "how the repository's tokens name themselves", subject);
  }
  return subject.value.usesDefault
    ? good(id, "the repository's tokens name themselves as roles of infra/aws-oidc expect.")
    : missing(
        id,
        `the subject of the repository's tokens was changed (${subject.value.claims.join(", ") || "by the organization"}): roles of infra/aws-oidc trust the usual one and refuse them.`,
        `${ghApi(facts, "PUT", "/actions/oidc/customization/sub", "use_default=true")}; or write the roles' trust for these claims`,
      );
}

function roleRule(
  facts: Facts,
  { environment: name, use, role, trust }: RoleFacts,
  environments: readonly Environment[],
): Found {
  const id = `cloud/role/${name}/${use}`;
  const what = `${name}, ${use}: ${role}`;
  if (trust.kind !== "seen") return unseen(id, `the role ${what}`, trust);
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment === undefined) return unseen(id, `the role ${what}`, { kind: "absent" });
  const { subjects, hasWildcard, audiences } = trust.value;
  const fix = "apply infra/aws-oidc in the account (docs/aws.md)";
  if (hasWildcard)
    return dangerous(
      id,
      `${what}: its trust ${subjects.length === 0 ? "asks for no subject" : `compares subjects by pattern (${quoted(subjects)})`}, so tokens of other branches or repositories may fit.`,
      fix,
    );
  const wanted = use === "plan" ? planSubjects(facts) : applySubjects(facts, environment);
  if (!wanted.some((subject) => subjects.includes(subject))) {
    return missing(
      id,
      `${what}: it trusts ${subjects.length === 0 ? "no subject" : quoted(subjects)}, and jobs come as ${quoted(wanted)}: AWS refuses them.`,
      fix,
    );
  }
  if (audiences.length > 0 && !audiences.includes("sts.amazonaws.com"))
    return missing(
      id,
      `${what}: it expects the audience ${audiences.join(", ")}, and jobs come with sts.amazonaws.com.`,
      fix,
    );
  const loose =
    use === "apply"
      ? subjects.filter(
          (subject) =>
            /:pull_request$/.test(subject) || (environment.github_environment !== undefined && /:ref:/.test(subject)),
        )
      : [];
  if (loose.length > 0) {
    return dangerous(
      id,
      `${what}: it also trusts ${quoted(loose)}: that goes round ${environment.github_environment === undefined ? "the merge" : "the environment's approvals"}.`,
      fix,
    );
  }
  return good(
    id,
    `${what}: its trust policy names the subject that jobs come with. Whether AWS takes it, a run shows.`,
  );
}
