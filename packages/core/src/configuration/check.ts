import type { Account } from "../contracts/change.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import { readAccounts } from "./accounts-file.ts";
import { type AskedVariable, accountIssues, identityIssues, variableIssues } from "./check-environments.ts";
import type { CheckIssue, Report } from "./check-issue.ts";
import { factoryIssues, globsWithoutUnits, placeIssues } from "./check-places.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { CONFIGURATION_FILE } from "./configuration-file.ts";
import { environmentsOf, globMatcher } from "./environments.ts";
import { defaultConfiguration, validated } from "./read.ts";
import { Configuration } from "./schema.ts";
import { parseYaml, type YamlText } from "./yaml-text.ts";

/** What a configuration is checked against. */
export type CheckFacts = {
  /** The configuration's text and how messages name it; `null` where there is none. */
  readonly configuration: { readonly text: string; readonly file: string } | null;
  /** The text of a file of the repository, for the accounts that the configuration names; `null` where there is none. */
  readonly read: (file: string) => string | null;
  readonly units: readonly UnitPath[];
  /** Variables that configuration of a unit asks for without a default, with the file and line that does. */
  readonly asked?: readonly AskedVariable[];
};
/**
 * Checks a configuration: whether it can be read, and whether it fits the repository's accounts and units. Answers
 * every issue, in the order of files and lines.
 */
export function checkConfiguration(facts: CheckFacts): CheckIssue[] {
  return issuesOf(facts).toSorted((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : (a.line ?? 0) - (b.line ?? 0),
  );
}

function issuesOf(facts: CheckFacts): CheckIssue[] {
  const { text, file } = facts.configuration ?? { text: "", file: CONFIGURATION_FILE };
  let yaml: YamlText;
  let configuration: Configuration;
  try {
    yaml = parseYaml(text, file);
    configuration = validated(yaml, file, Configuration) ?? defaultConfiguration();
  } catch (error) {
    return unreadable(error);
  }
  const accounts = accountsOf(facts, configuration);
  const isIgnored = globMatcher(configuration.ignore);
  const units = facts.units.filter((unit) => !isIgnored(unit === "." ? "terragrunt.hcl" : `${unit}/terragrunt.hcl`));
  const issue: Report = (severity, path, message) => ({ severity, file, line: yaml.lineOf(path), message });
  return [
    ...accounts.issues,
    ...environmentsOf(configuration).flatMap((environment) => [
      ...accountIssues(environment, accounts.known, configuration.accounts.file, issue),
      ...identityIssues(environment, issue),
    ]),
    ...placeIssues(configuration, units, issue),
    ...globsWithoutUnits(configuration, units, issue),
    ...factoryIssues(configuration, units, issue),
    ...variableIssues(configuration, facts.asked ?? []),
  ];
}

function unreadable(error: unknown): CheckIssue[] {
  if (!(error instanceof ConfigurationError)) throw error;
  return error.issues.map(({ line, message }) => ({ severity: "error", file: error.file, line, message }));
}

function accountsOf(
  { read }: CheckFacts,
  { accounts: { file } }: Configuration,
): { known: ReadonlyMap<string, Account> | null; issues: CheckIssue[] } {
  const text = read(file);
  if (text === null) return { known: new Map(), issues: [] };
  try {
    const known = readAccounts(text, file);
    const byId = Map.groupBy(known.values(), ({ id }) => id);
    const twice = [...byId.values()].filter((accounts) => accounts.length > 1);
    const yaml = parseYaml(text, file);
    const issues = twice.map((accounts): CheckIssue => {
      const names = accounts.map(({ name }) => `\`${name}\``).join(" and ");
      const line = yaml.lineOf([accounts.at(-1)?.name ?? ""]);
      return { severity: "error", file, line, message: `${names} have the same id ${accounts[0]?.id ?? ""}` };
    });
    return { known, issues };
  } catch (error) {
    return { known: null, issues: unreadable(error) };
  }
}
