import type { Account } from "../contracts/change.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import { reachesTools } from "../process/environment.ts";
import type { CheckIssue, Report } from "./check-issue.ts";
import { type Environment, environmentLookup } from "./environments.ts";
import { nearest } from "./nearest.ts";
import type { Configuration } from "./schema.ts";

/** A variable that configuration of a unit asks for without a default. */
export type AskedVariable = {
  readonly unit: UnitPath;
  readonly name: string;
  readonly file: string;
  readonly line: number;
};

/** The account that an environment names, and whether its roles are of that account. */
export function accountIssues(
  { name, aws }: Environment,
  known: ReadonlyMap<string, Account> | null,
  file: string,
  issue: Report,
): CheckIssue[] {
  if (aws === undefined || known === null) return [];
  const { account } = aws;
  const key = ["environments", name, "aws", "account"];
  const issues: CheckIssue[] = [];
  if (!/^\d{12}$/.test(account) && !known.has(account)) {
    const meant = nearest(account, [...known.keys()]);
    const allowed =
      known.size === 0
        ? `there are no accounts in ${file}`
        : `${file} has ${[...known.keys()].slice(0, 10).join(", ")}`;
    const hint =
      meant === null ? `${allowed}; it has to be a key of it or an id of 12 digits` : `did you mean \`${meant}\`?`;
    issues.push(issue("error", key, `\`${key.join(".")}\` names no account: \`${account}\`; ${hint}`));
  }
  const id = /^\d{12}$/.test(account) ? account : known.get(account)?.id;
  for (const role of ["plan_role", "apply_role"] as const) {
    const other = /^arn:[^:]*:iam::(\d{12}):/.exec(aws[role])?.[1];
    if (other === undefined || id === undefined || other === id) continue;
    const path = ["environments", name, "aws", role];
    issues.push(
      issue(
        "warning",
        path,
        `\`${path.join(".")}\` is a role of account ${other}, and the environment's account is ${id}`,
      ),
    );
  }
  return issues;
}

/** Texts that look as if something was filled in. */
export function identityIssues({ name, identity, env }: Environment, issue: Report): CheckIssue[] {
  const own = ["environments", name];
  const groups = [
    { path: [...own, "env"], values: env, filled: [] },
    ...(["env", "plan", "apply"] as const).map((key) => ({
      path: [...own, "identity", key],
      values: identity?.[key] ?? {},
      filled: ["token_file"],
    })),
  ];
  return groups.flatMap(({ path, values, filled }) =>
    Object.entries(values).flatMap(([variable, value]) => {
      const unknown = [...value.matchAll(/\$\{([^{}]*)\}/g)]
        .map(([, inside = ""]) => inside)
        .find((inside) => !filled.includes(inside));
      if (unknown === undefined) return [];
      const what = filled.length === 0 ? "nothing is filled in here" : "only `${token_file}` is filled in";
      return [
        issue(
          "warning",
          [...path, variable],
          `\`${[...path, variable].join(".")}\` holds \`\${${unknown}}\`, which stays as it is: ${what}`,
        ),
      ];
    }),
  );
}

/** Once for each variable, with one of the places that ask for it: a shared file, or a hundred units that are alike. */
export function variableIssues(configuration: Configuration, asked: readonly AskedVariable[]): CheckIssue[] {
  if (configuration.environments === undefined) return [];
  const lookup = environmentLookup(configuration);
  const missing = asked.flatMap((variable) => {
    const place = lookup(variable.unit);
    if (place.kind !== "one") return [];
    const { environment } = place;
    return isGiven(variable.name, environment) ? [] : [{ ...variable, environment: environment.name }];
  });
  const once = Map.groupBy(missing, ({ name }) => name);
  return [...once.values()].flatMap((all): CheckIssue[] => {
    const [first] = all;
    if (first === undefined) return [];
    const names = [...new Set(all.map(({ environment }) => environment))];
    const where = names.map((name) => `\`environments.${name}\``).join(", ");
    const others = new Set(all.map(({ file, line }) => `${file}:${line}`)).size - 1;
    const also = others === 0 ? "" : ` (${others} more ${others === 1 ? "place asks" : "places ask"} for it)`;
    return [
      {
        severity: "warning",
        file: first.file,
        line: first.line,
        message: `\`get_env("${first.name}")\` has no default, and nothing sets it: add it to \`env\` or \`secrets\` of ${where}${also}`,
      },
    ];
  });
}

/** Whether a unit of an environment finds a variable, whatever the job has beside it. */
function isGiven(name: string, { env, secrets, identity }: Environment): boolean {
  const logsIn = [identity?.env, identity?.plan, identity?.apply].some(
    (variables) => variables !== undefined && Object.hasOwn(variables, name),
  );
  return Object.hasOwn(env, name) || secrets.includes(name) || logsIn || reachesTools(name) || CREDENTIALS.test(name);
}

/**
 * From what the tools of clouds get their credentials, be they of a role or the runner's own. An account's id is none:
 * `AWS_ACCOUNT_ID` and its like are there only where somebody sets them.
 */
const CREDENTIALS =
  /^AWS_(?:(?:DEFAULT_)?REGION|(?:DEFAULT_)?PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|ROLE_ARN|ROLE_SESSION_NAME|WEB_IDENTITY_TOKEN_FILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE|CA_BUNDLE|ENDPOINT_URL\w*)$|^(?:AZURE|GOOGLE|CLOUDSDK|GCLOUD)_|^ARM_(?:CLIENT|TENANT|SUBSCRIPTION|OIDC|USE|MSI|ENVIRONMENT|ACCESS_KEY)/;
