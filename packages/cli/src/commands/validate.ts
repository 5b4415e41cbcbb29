import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { accountTemplates } from "@pipelines/core/accounts/template-files";
import { checkConfiguration } from "@pipelines/core/configuration/check";
import type { CheckIssue } from "@pipelines/core/configuration/check-issue";
import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { environmentLookup } from "@pipelines/core/configuration/environments";
import { defaultConfiguration, readConfiguration } from "@pipelines/core/configuration/read";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { gitAt } from "@pipelines/core/git/repository";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { loadHclParser } from "@pipelines/orchestrator/hcl/parse";
import { askedVariables, type Texts, unitsIn } from "../checkout-units.ts";
import { checkedOutFolder } from "../repository-folder.ts";

export type ValidateOptions = { readonly repo: string; readonly config?: string; readonly list?: true };

/** Checks the configuration of what is on disk, committed or not, and prints what is wrong. Answers the exit code. */
export async function validate(options: ValidateOptions): Promise<number> {
  const folder = await checkedOutFolder(options.repo);
  const path = options.config === undefined ? join(folder, CONFIGURATION_FILE) : resolve(options.config);
  const file = options.config === undefined ? CONFIGURATION_FILE : relative("", path);
  const text = options.config === undefined ? await textOf(path) : await readFile(path, "utf8");
  const settings = text === null ? defaultConfiguration() : readable(text, file);
  const isTemplate = accountTemplates(settings ?? defaultConfiguration());
  const checkout = await filesOf(folder);
  const texts: Texts = new Map([...checkout.texts].filter(([path]) => !isTemplate(path)));
  const { units } = unitsIn(texts, checkout.files, await loadHclParser());
  const accounts = settings?.accounts.file ?? null;
  const accountsText = accounts === null ? null : await textOf(join(folder, accounts));
  const issues = checkConfiguration({
    configuration: text === null ? null : { text, file },
    read: (name) => (name === accounts ? accountsText : null),
    units,
    asked: askedVariables(texts, units),
  });
  const lines = issues.map(lineOf);
  if (settings !== null && options.list === true) lines.unshift(...list(settings, units), "");
  process.stdout.write(`${[...lines, verdict(issues, units, text === null)].join("\n")}\n`);
  return issues.some(({ severity }) => severity === "error") ? 1 : 0;
}

/** A configuration, or `null` where it can't be read: the check says why. */
function readable(text: string, file: string): Configuration | null {
  try {
    return readConfiguration(text, file);
  } catch (error) {
    if (error instanceof ConfigurationError) return null;
    throw error;
  }
}

const lineOf = ({ severity, file, line, message }: CheckIssue): string =>
  `${file}${line === null ? "" : `:${line}`}: ${severity}: ${message}`;

/** Only the configuration is looked at, in a second: that it can be used does not say that the units can. */
const NOT_ASKED = "Terragrunt was not asked whether it can evaluate them: `pipelines explain --base HEAD --all` asks.";

function verdict(issues: readonly CheckIssue[], units: readonly UnitPath[], isDefault: boolean): string {
  const count = (severity: CheckIssue["severity"], name: string): string[] => {
    const found = issues.filter((issue) => issue.severity === severity).length;
    return found === 0 ? [] : [`${found} ${name}${found === 1 ? "" : "s"}`];
  };
  const found = [...count("error", "error"), ...count("warning", "warning")];
  const what = isDefault
    ? `There is no ${CONFIGURATION_FILE}: all units are in one environment`
    : "The configuration can be used";
  if (found.length > 0) return found.join(", ");
  const asked = units.length === 0 ? "" : `\n${NOT_ASKED}`;
  return `${what}. ${units.length} unit${units.length === 1 ? "" : "s"}.${asked}`;
}

/** Each unit with where it runs, in columns. */
function list(configuration: Configuration, units: readonly UnitPath[]): string[] {
  const lookup = environmentLookup(configuration);
  const rows = units.map((unit): readonly string[] => {
    const place = lookup(unit);
    if (place.kind === "none") return [unit, "(none)", "-", "-"];
    if (place.kind === "several") return [unit, `(several: ${place.names.join(", ")})`, "-", "-"];
    const { name, aws, identity } = place.environment;
    const other = identity === undefined ? "(the runner's own)" : `(identity ${identity.audience})`;
    return [unit, name, aws?.plan_role ?? other, aws?.apply_role ?? other];
  });
  const table = [["unit", "environment", "plan role", "apply role"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** The files that git tracks, or would, and the texts of HCL among them. */
async function filesOf(folder: string): Promise<{ readonly files: readonly string[]; readonly texts: Texts }> {
  const git = gitAt(folder, toolEnvironment(process.env));
  const listed = await git.raw(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const files = listed.split("\0").filter((file) => file !== "");
  const texts = new Map<string, string>();
  for (const file of files.filter((name) => name.endsWith(".hcl"))) {
    const text = await textOf(join(folder, file));
    if (text !== null) texts.set(file, text);
  }
  return { files, texts };
}

/** The text of a file; `null` where there is none. */
async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR")) return null;
    throw error;
  }
}
