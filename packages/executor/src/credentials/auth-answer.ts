import { relative } from "node:path";
import { environmentLookup } from "@pipelines/core/configuration/environments";
import { type AwsAccount, Configuration, type Identity } from "@pipelines/core/configuration/schema";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { z } from "zod";

/** What the command that Terragrunt asks for credentials knows. It holds no secret itself. */
export const AuthSettings = z.strictObject({
  version: z.literal(1),
  treeFolder: z.string(),
  configuration: Configuration,
  /** Ids by the names of `accounts.yml`. */
  accounts: z.record(z.string(), z.string()),
  /** Files with tokens of GitHub's, which are kept fresh, by the tokens' audience. */
  tokenFiles: z.record(z.string(), z.string()),
  sessionName: z.string().max(64),
  /** The job's units, where it changes them: they alone get the apply role. */
  applying: z.array(UnitPath),
});
export type AuthSettings = z.infer<typeof AuthSettings>;

/** What Terragrunt reads: variables for everything that runs for a folder. */
export type AuthAnswer = { readonly envs: Readonly<Record<string, string>> };

/** The audience of the tokens that AWS takes. */
export const AWS_AUDIENCE = "sts.amazonaws.com";

/** A unit that no credentials can be found for. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
}

/**
 * The credentials for a folder: its environment's role and region with a token file, from which the tools themselves
 * assume the role, again and again while they run. A unit that is only read, such as a dependency in another account,
 * gets its environment's plan role.
 *
 * @throws CredentialsError when the folder is in no environment, in several, or its account has no id
 */
export function authAnswer(settings: AuthSettings, folder: string): AuthAnswer {
  const path = UnitPath.safeParse(relative(settings.treeFolder, folder) || ".");
  if (!path.success) throw new CredentialsError(`${folder} is outside of the repository, so it has no environment`);
  const found = environmentLookup(settings.configuration)(path.data);
  if (found.kind !== "one") {
    const where = found.kind === "none" ? "no environment" : `several environments (${found.names.join(", ")})`;
    throw new CredentialsError(
      `${path.data} is in ${where}, so there is no role for it; see \`environments.*.paths\` in .pipelines/config.yml`,
    );
  }
  const { aws, identity, env } = found.environment;
  const applies = settings.applying.includes(path.data);
  return {
    envs: {
      ...env,
      ...(aws === undefined ? {} : awsVariables(settings, aws, applies)),
      ...(identity === undefined ? {} : identityVariables(settings, identity, applies)),
    },
  };
}

function awsVariables(settings: AuthSettings, aws: AwsAccount, applies: boolean): Record<string, string> {
  return {
    AWS_ROLE_ARN: roleArn(applies ? aws.apply_role : aws.plan_role, aws.account, aws.region, settings.accounts),
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFileFor(settings, AWS_AUDIENCE),
    AWS_ROLE_SESSION_NAME: settings.sessionName,
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
  };
}

function identityVariables(settings: AuthSettings, identity: Identity, applies: boolean): Record<string, string> {
  const file = tokenFileFor(settings, identity.audience);
  const variables = { ...identity.env, ...(applies ? identity.apply : identity.plan) };
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, value.replaceAll("${token_file}", file)]),
  );
}

function tokenFileFor({ tokenFiles }: AuthSettings, audience: string): string {
  const file = tokenFiles[audience];
  if (file === undefined) throw new CredentialsError(`there is no identity token for the audience ${audience}`);
  return file;
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

/** AWS takes 2 to 64 of these characters. */
const LONGEST_SESSION_NAME = 64;

/**
 * The name under which a run appears in the account's audit log: `robin-via-pipelines@PR-12`. The actor gives way when
 * it gets too long.
 *
 * @param what `PR-12`, or a short commit
 */
export function sessionName(actor: string | null, what: string): string {
  const end = `-via-pipelines@${what}`.replaceAll(/[^\w+=,.@-]/g, "-");
  const who = (actor ?? "nobody").replaceAll(/[^\w+=,.@-]/g, "-");
  return `${who.slice(0, LONGEST_SESSION_NAME - end.length)}${end}`;
}
