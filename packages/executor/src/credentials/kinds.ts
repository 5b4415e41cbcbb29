import type { Environment } from "@pipelines/core/configuration/environments";
import type { CredentialKind } from "@pipelines/core/configuration/schema";
import { CredentialsError } from "./credentials-error.ts";

/** What a kind of credentials makes variables of. */
export type CredentialContext = {
  /** Files with tokens of GitHub's, by the tokens' audience. */
  readonly tokenFiles: Readonly<Record<string, string>>;
  /** Ids by the names of `accounts.yml`. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly sessionName: string;
  /** Whether the unit is changed, and not just read. */
  readonly applies: boolean;
};

/** What one environment's settings of a kind say. */
type Credentials = {
  /** Whom the token is for that tools exchange for credentials. */
  readonly audience: string;
  /** What the tools of a unit read. */
  variables(tokenFile: string, context: CredentialContext): Record<string, string>;
};

/** All kinds. A new one is its settings in the configuration's schema, and its entry here. */
const KINDS: Readonly<Record<CredentialKind, (environment: Environment) => Credentials | null>> = {
  aws: kind("aws", ({ account, region, plan_role, apply_role }) => ({
    audience: "sts.amazonaws.com",
    variables: (tokenFile, { accounts, sessionName, applies }) => ({
      AWS_ROLE_ARN: roleArn(applies ? apply_role : plan_role, account, region, accounts),
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
      AWS_ROLE_SESSION_NAME: sessionName,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    }),
  })),
  identity: kind("identity", ({ audience, env, plan, apply }) => ({
    audience,
    variables: (tokenFile, { applies }) =>
      Object.fromEntries(
        Object.entries({ ...env, ...(applies ? apply : plan) }).map(([name, value]) => [
          name,
          value.replaceAll("${token_file}", tokenFile),
        ]),
      ),
  })),
};

function kind<K extends CredentialKind>(name: K, read: (settings: NonNullable<Environment[K]>) => Credentials) {
  return (environment: Environment): Credentials | null => {
    const settings = environment[name];
    return settings === undefined ? null : read(settings);
  };
}

function credentialsOf(environment: Environment): Credentials[] {
  return Object.values(KINDS).flatMap((read) => read(environment) ?? []);
}

/** Whether an environment says where its credentials come from; else its units use what the machine has. */
export function namesCredentials(environment: Environment): boolean {
  return credentialsOf(environment).length > 0;
}

/** Whom tokens are needed for. */
export function audiencesOf(environments: readonly Environment[]): string[] {
  return [...new Set(environments.flatMap(credentialsOf).map(({ audience }) => audience))];
}

/**
 * The variables from which a unit's tools get their credentials.
 *
 * @throws CredentialsError when an account has no id, or there is no token for an audience
 */
export function credentialVariables(environment: Environment, context: CredentialContext): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const credentials of credentialsOf(environment)) {
    const file = context.tokenFiles[credentials.audience];
    if (file === undefined) {
      throw new CredentialsError(`there is no identity token for the audience ${credentials.audience}`);
    }
    Object.assign(variables, credentials.variables(file, context));
  }
  return variables;
}

/** The full name of a role: one that is written as an ARN stays as it is. */
export function roleArn(
  role: string,
  account: string,
  region: string,
  accounts: Readonly<Record<string, string>>,
): string {
  if (role.startsWith("arn:")) return role;
  const id = /^\d{12}$/.test(account) ? account : accounts[account];
  if (id === undefined) {
    throw new CredentialsError(
      `the account ${account} is no key of accounts.yml and no 12-digit id, so the role ${role} can't be named`,
    );
  }
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  return `arn:${partition}:iam::${id}:role/${role.replace(/^\//, "")}`;
}
