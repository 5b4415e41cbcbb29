import { isDeepStrictEqual } from "node:util";
import { accountFolder } from "@pipelines/core/accounts/fit";
import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { environmentLookup } from "@pipelines/core/configuration/environments";
import { readYaml } from "@pipelines/core/configuration/read";
import { Configuration, type EnvironmentSettings } from "@pipelines/core/configuration/schema";
import type { Account } from "@pipelines/core/contracts/change";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { substitute } from "./render.ts";
import { TemplateError } from "./template-error.ts";
import type { AccountFile, AccountTemplates } from "./templates.ts";

/** The entries of `environments` that an account needs, as YAML at the left margin; or why it gets none. */
export type AccountEnvironment =
  | { readonly kind: "add"; readonly names: readonly string[]; readonly text: string; readonly note: string | null }
  | { readonly kind: "none"; readonly note: string | null };

/**
 * The environment of a new account: from the template, or made of what the environments that exist have in common.
 *
 * @param configurations what is to gain it, then others that must not have it either
 * @param files its code, whose units say whether some environment has them already
 * @throws TemplateError when the template does not become environments
 */
export function environmentOf(
  account: Account,
  { environment: template }: Pick<AccountTemplates, "environment">,
  configurations: readonly Configuration[],
  files: readonly AccountFile[],
): AccountEnvironment {
  const [first] = configurations;
  if (first?.environments === undefined) return { kind: "none", note: null };
  const folder = accountFolder(first.accounts.folder, account.name);
  for (const configuration of configurations) {
    const taken = environmentThatHas(folder, files, configuration);
    if (taken === null) continue;
    const own = configuration.environments?.[taken]?.aws?.account;
    const note = `The units in \`${folder}\` are in the environment \`${taken}\` already, by its \`paths\`.`;
    return { kind: "none", note: own === account.name || own === account.id ? null : note };
  }
  return template === null
    ? fromTheOthers(account, folder, first.environments)
    : { kind: "add", note: null, ...fromTemplate(account, template) };
}

/** The environment that has a unit of the account's folder. */
function environmentThatHas(folder: string, files: readonly AccountFile[], configuration: Configuration) {
  const lookup = environmentLookup(configuration);
  const units = files
    .map(({ path }) => path)
    .filter((path) => path.startsWith(`${folder}/`) && /\/terragrunt(?:\.stack)?\.hcl$/.test(path))
    .map((path) => path.slice(0, path.lastIndexOf("/")));
  for (const unit of units.length === 0 ? [`${folder}/unit`] : units) {
    const place = lookup(UnitPath.parse(unit));
    if (place.kind === "one") return place.environment.name;
    if (place.kind === "several") return place.names[0] ?? null;
  }
  return null;
}

function fromTemplate(account: Account, { file, content }: { readonly file: string; readonly content: string }) {
  const text = substitute(content, account, (line) => `${file}:${line}`);
  try {
    const { environments } = readYaml(nested(text), file, Configuration) ?? {};
    const names = Object.keys(environments ?? {});
    if (names.length === 0) throw new TemplateError(`${file}:1: it has no environment`);
    return { names, text };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // The first line is ours, so that lines are one too many.
    const issues = error.issues.map(({ line, message }) => `${file}:${Math.max(1, (line ?? 2) - 1)}: ${message}`);
    throw new TemplateError(issues.join("\n"), { cause: error });
  }
}

const nested = (text: string): string => `environments:\n${text.replaceAll(/^(?=.*\S)/gm, "  ")}`;

/** An environment like the others: what all of them have alike, and of AWS what most have. */
function fromTheOthers(
  { name, values }: Account,
  folder: string,
  environments: Readonly<Record<string, EnvironmentSettings>>,
): AccountEnvironment {
  const others = Object.values(environments);
  const key = name.replaceAll(/[^A-Za-z0-9_-]/g, "-");
  if (Object.hasOwn(environments, key)) {
    return { kind: "none", note: `There is an environment \`${key}\` already, which does not have \`${folder}\`.` };
  }
  const aws = others.flatMap((other) => other.aws ?? []);
  const region = values?.["region"] ?? mostOf(aws.map((one) => one.region));
  const planRole = mostOf(aws.map((one) => roleName(one.plan_role)));
  const applyRole = mostOf(aws.map((one) => roleName(one.apply_role)));
  const lines = [`paths: ["${folder}/**"]`];
  if (region !== null && planRole !== null && applyRole !== null) {
    lines.push(
      `aws: { account: ${JSON.stringify(name)}, region: ${region}, plan_role: ${planRole}, apply_role: ${applyRole} }`,
    );
  }
  const [first, ...rest] = others;
  for (const setting of ["env", "runner", "destroy"] as const) {
    const value = first?.[setting];
    const isDefault = value === undefined || isDeepStrictEqual(value, DEFAULTS[setting]);
    if (!isDefault && rest.every((other) => isDeepStrictEqual(other[setting], value))) {
      lines.push(`${setting}: ${inline(value)}`);
    }
  }
  const differ = new Set(aws.map((one) => one.region)).size > 1 && values?.["region"] === undefined;
  const note = differ ? `Its region, ${region}, is the one that most environments have.` : null;
  const clouds = others.some(({ identity }) => identity !== undefined);
  const identity = clouds ? `The environment \`${key}\` has no \`identity\`: it is each account's own.` : null;
  const text = `${key}:\n${lines.map((line) => `  ${line}\n`).join("")}`;
  return { kind: "add", names: [key], text, note: [note, identity].filter((part) => part !== null).join(" ") || null };
}

/** A value in one line, as people write it: `{ KEY: "text" }`. */
function inline(value: unknown): string {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${/^\w+$/.test(key) ? key : JSON.stringify(key)}: ${inline(inner)}`)
    .join(", ")} }`;
}

const DEFAULTS = { env: {}, runner: undefined, destroy: "allow" } as const;

/** A role without its account: the same role is in each. */
function roleName(role: string): string {
  return /^arn:[^:]+:iam::\d+:role\/(.+)$/.exec(role)?.[1] ?? role;
}

/** What most of the values are, the first of those that are as many. */
function mostOf(values: readonly string[]): string | null {
  const counted = [...Map.groupBy(values, (value) => value)].toSorted(([, a], [, b]) => b.length - a.length);
  return counted[0]?.[0] ?? null;
}
