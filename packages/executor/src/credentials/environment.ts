import { existsSync } from "node:fs";
import type { Environment } from "@pipelines/core/configuration/environments";

/** A secret that an environment's units need and the job does not have. */
export class MissingSecretError extends Error {
  override readonly name = "MissingSecretError";
}

/** Variables by which cloud SDKs find credentials that are already there. */
const OWN_CREDENTIALS =
  /^(?:AWS|ARM|AZURE|GOOGLE|CLOUDSDK|VAULT|TF_VAR|TF_TOKEN)_|^(?:KUBECONFIG|KUBE_CONFIG_PATH|SSH_AUTH_SOCK|TF_CLI_CONFIG_FILE)$/;

/**
 * The credentials of the machine itself: a self-hosted runner's, or those of the person at the terminal. Only an
 * environment that declares no account uses them.
 */
function ownCredentials(
  environment: Environment,
  job: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  if (environment.aws !== undefined) return {};
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(job)) {
    // Terragrunt can't start a binary that complains about a settings file which is not there.
    if (name === "TF_CLI_CONFIG_FILE" && !existsSync(value ?? "")) continue;
    if (value !== undefined && OWN_CREDENTIALS.test(name)) own[name] = value;
  }
  return own;
}

/**
 * What an environment's units get beside the clean environment of tools: its variables, the secrets that it declares
 * and, where it declares no account, the machine's own credentials. Nothing else of the job's.
 *
 * @param job the environment of the job
 * @throws MissingSecretError naming the secrets that are not there
 */
export function variablesOf(
  environment: Environment,
  job: Readonly<Record<string, string | undefined>>,
): { readonly variables: Record<string, string>; readonly secrets: readonly string[] } {
  const missing = environment.secrets.filter((name) => (job[name] ?? "") === "");
  if (missing.length > 0) {
    throw new MissingSecretError(
      `the environment ${environment.name} declares the secrets ${missing.join(", ")}, which this job does not have; pass them in the workflow or take them out of \`secrets\``,
    );
  }
  const secrets = environment.secrets.map((name) => [name, job[name] ?? ""] as const);
  return {
    variables: { ...ownCredentials(environment, job), ...environment.env, ...Object.fromEntries(secrets) },
    secrets: secrets.map(([, value]) => value),
  };
}
