import { type Environment, environmentsOf } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { namesCredentials } from "./kinds.ts";

/** A secret that an environment's units need and the job does not have. */
export class MissingSecretError extends Error {
  override readonly name = "MissingSecretError";
}

/** What cloud tools read credentials from. */
const CLOUD = /^(?:AWS|ARM|AZURE|GOOGLE|CLOUDSDK|GCLOUD)_/;
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|ACCESS_KEY|CREDENTIALS$/;

/**
 * What an environment's units get beside the clean environment of tools: its variables and the secrets that it
 * declares, and where it names no role, or a person runs them, the cloud credentials that are there. Nothing else of
 * the job's.
 *
 * @param job the environment of the job
 * @param needed whether the job can do without a secret: a plan runs in no GitHub environment, and has none that only a
 *   GitHub environment holds
 * @throws MissingSecretError naming the secrets that are not there
 */
export function variablesOf(
  environment: Environment,
  job: Readonly<Record<string, string | undefined>>,
  needed: "all secrets" | "secrets that are there" = "all secrets",
): {
  readonly variables: Record<string, string>;
  readonly secrets: readonly string[];
  readonly missing: readonly string[];
} {
  const missing = environment.secrets.filter((name) => (job[name] ?? "") === "");
  if (missing.length > 0 && needed === "all secrets") {
    throw new MissingSecretError(
      `the environment ${environment.name} declares the secrets ${missing.join(", ")}, which ${inActions(job) ? "this job does not have; put them into the secret PIPELINES_SECRETS" : "are not set in this terminal; export them"}, or take them out of \`secrets\``,
    );
  }
  const secrets = environment.secrets
    .filter((name) => !missing.includes(name))
    .map((name) => [name, job[name] ?? ""] as const);
  const own =
    !namesCredentials(environment) || !inActions(job)
      ? Object.entries(job).flatMap(([name, value]) =>
          value !== undefined && CLOUD.test(name) ? [[name, value] as const] : [],
        )
      : [];
  return {
    variables: { ...Object.fromEntries(own), ...environment.env, ...Object.fromEntries(secrets) },
    secrets: [...secrets, ...own.filter(([name]) => SECRET_NAME.test(name))].map(([, value]) => value),
    missing,
  };
}

/** What a person has to do where a secret is not there. */
export function withoutSecrets(names: readonly string[], job: Readonly<Record<string, string | undefined>>): string {
  const list = names.join(", ");
  return inActions(job)
    ? `This job does without the declared secrets ${list}, which no job outside of a GitHub environment has: a unit that reads one gets nothing.`
    : `${list} ${names.length === 1 ? "is a secret" : "are secrets"} that the configuration declares and that this terminal does not set: a unit that reads one gets nothing. Export what you have of them.`;
}

const inActions = (job: Readonly<Record<string, string | undefined>>): boolean => job["GITHUB_ACTIONS"] === "true";

/** The values of all secrets that a configuration names, as far as the job has them. */
export function secretsOf(configuration: Configuration, job: Readonly<Record<string, string | undefined>>): string[] {
  const names = [
    ...environmentsOf(configuration).flatMap(({ secrets }) => secrets),
    ...(configuration.module_access === undefined ? [] : [configuration.module_access.secret]),
  ];
  return names.flatMap((name) => job[name] ?? []);
}
