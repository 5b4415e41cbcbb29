import { readAccounts } from "@pipelines/core/configuration/accounts-file";
import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { type Environment, environmentLookup } from "@pipelines/core/configuration/environments";
import type { AwsAccount, Configuration } from "@pipelines/core/configuration/schema";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { STAND_IN, type VariablesOf } from "./variables.ts";

/** Who asks: the stand-in for STS knows the account by the name of the key that a request is signed with. */
const KEY_PREFIX = "DISCOVERY";

/**
 * The environment in which Terragrunt evaluates units: offline, with credentials that open nothing, and a stand-in that
 * answers `get_aws_account_id()`.
 */
export function discoveryEnvironment(
  tool: Readonly<Record<string, string>>,
  stsUrl: string,
): Readonly<Record<string, string>> {
  return {
    ...tool,
    AWS_ACCESS_KEY_ID: KEY_PREFIX,
    AWS_SECRET_ACCESS_KEY: "discovery",
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL: stsUrl,
    AWS_ENDPOINT_URL_STS: stsUrl,
  };
}

/** The key that stands for an account. */
function keyOfAccount(account: string): string {
  return `${KEY_PREFIX}${account}`;
}

/** The account that a key stands for, `null` where discovery does not know it. */
export function accountOfKey(key: string | undefined): string | null {
  return new RegExp(`^${KEY_PREFIX}(\\d{12})$`).exec(key ?? "")?.[1] ?? null;
}

/**
 * The environment of each folder: the tool's, with the variables, the account and the region of the folder's own
 * environment, as an executor gives them to it. Folders that share all of these share one object.
 *
 * @param accountsText `accounts.yml` of the commit that is read, or `null` when it has none
 */
export function folderVariables(
  configuration: Configuration,
  tool: Readonly<Record<string, string>>,
  accountsText: string | null,
): VariablesOf {
  const lookup = environmentLookup(configuration);
  const ids = accountIds(accountsText, configuration.accounts.file);
  const merged = new Map<string, Readonly<Record<string, string>>>();
  return (folder) => {
    const found = lookup(UnitPath.parse(folder));
    if (found.kind !== "one") return tool;
    const own = variablesOf(found.environment, ids);
    const key = JSON.stringify(Object.entries(own).toSorted());
    const known = merged.get(key) ?? (Object.keys(own).length === 0 ? tool : { ...tool, ...own });
    merged.set(key, known);
    return known;
  };
}

function variablesOf({ env, secrets, aws }: Environment, ids: ReadonlyMap<string, string>): Record<string, string> {
  const variables = { ...env, ...Object.fromEntries(secrets.map((name) => [name, STAND_IN])) };
  if (aws === undefined) return variables;
  const account = accountOf(aws, ids);
  return {
    ...variables,
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
    ...(account === null ? {} : { AWS_ACCESS_KEY_ID: keyOfAccount(account) }),
  };
}

/** The account whose id a unit sees: that of the role that it plans with. */
function accountOf({ account, plan_role }: AwsAccount, ids: ReadonlyMap<string, string>): string | null {
  const named = /^arn:[^:]*:iam::(\d{12}):/.exec(plan_role)?.[1];
  return named ?? (/^\d{12}$/.test(account) ? account : (ids.get(account) ?? null));
}

function accountIds(text: string | null, file: string): Map<string, string> {
  if (text === null) return new Map();
  try {
    return new Map([...readAccounts(text, file)].map(([name, { id }]) => [name, id]));
  } catch (error) {
    // The change that broke it is a problem already; until it is mended the accounts are not known.
    if (error instanceof ConfigurationError) return new Map();
    throw error;
  }
}
