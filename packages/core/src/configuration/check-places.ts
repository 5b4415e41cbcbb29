import type { UnitPath } from "../contracts/unit-path.ts";
import type { CheckIssue, Report } from "./check-issue.ts";
import { environmentLookup, environmentsOf, globMatcher } from "./environments.ts";
import { nearest } from "./nearest.ts";
import type { Configuration } from "./schema.ts";

/** Each unit belongs to one environment: one line for each set of environments that share units, and for those in none. */
export function placeIssues(configuration: Configuration, units: readonly UnitPath[], issue: Report): CheckIssue[] {
  const lookup = environmentLookup(configuration);
  const places = units.map((unit) => ({ unit, found: lookup(unit) }));
  const shared = Map.groupBy(
    places.flatMap(({ unit, found }) => (found.kind === "several" ? [{ unit, names: found.names }] : [])),
    ({ names }) => names.join(" "),
  );
  const issues = [...shared.values()].map((all) => {
    const names = all[0]?.names ?? [];
    const which = names.map((name) => `\`${name}\``).join(" and ");
    const path = ["environments", names.at(-1) ?? "", "paths"];
    return issue(
      "error",
      path,
      `the environments ${which} share ${listed(all.map(({ unit }) => unit))}; a unit belongs to one environment, so change the \`paths\` of one`,
    );
  });
  const nowhere = places.filter(({ found }) => found.kind === "none").map(({ unit }) => unit);
  if (nowhere.length > 0) {
    const near = environmentsOf(configuration)
      .map(({ name }) => name)
      .join(", ");
    issues.push(
      issue(
        "warning",
        ["environments"],
        `${listed(nowhere)} ${nowhere.length === 1 ? "is" : "are"} in no environment (${near}) and can't run; add a glob to the \`paths\` of one`,
      ),
    );
  }
  return issues;
}

const MOST_LISTED = 5;

function listed(units: readonly UnitPath[]): string {
  const names = units
    .slice(0, MOST_LISTED)
    .map((unit) => `\`${unit}\``)
    .join(", ");
  const more = units.length > MOST_LISTED ? ` and ${units.length - MOST_LISTED} more` : "";
  return `${units.length === 1 ? "one unit" : `${units.length} units`} (${names}${more})`;
}

/** Globs of units that no unit matches, with the folder that may be meant. */
export function globsWithoutUnits(
  configuration: Configuration,
  units: readonly UnitPath[],
  issue: Report,
): CheckIssue[] {
  if (configuration.environments === undefined) return [];
  const folders = [
    ...new Set(units.flatMap((unit) => unit.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/")))),
  ];
  const named = [
    ...environmentsOf(configuration).flatMap(({ name, paths, protect }) => [
      { path: ["environments", name, "paths"], globs: paths },
      { path: ["environments", name, "protect"], globs: protect },
    ]),
    ...configuration.extra_reads.map((read, index) => ({ path: ["extra_reads", index, "units"], globs: read.units })),
  ];
  return named.flatMap(({ path, globs }) =>
    globs.flatMap((glob, index) => {
      if (units.some(globMatcher([glob]))) return [];
      const meant = nearest(glob.replace(/(?:\/\*+)+$/, ""), folders);
      const hint = meant === null ? "" : `; did you mean \`${meant}/**\`?`;
      const key = path
        .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
        .join("")
        .slice(1);
      return [issue("warning", [...path, index], `\`${key}[${index}]\` is \`${glob}\`, which matches no unit${hint}`)];
    }),
  );
}

/** The unit that creates accounts has to be one. */
export function factoryIssues(configuration: Configuration, units: readonly UnitPath[], issue: Report): CheckIssue[] {
  const { factory_unit: factory } = configuration.accounts;
  if (factory === undefined || units.some((unit) => unit === factory)) return [];
  const meant = nearest(factory, units);
  return [
    issue(
      "error",
      ["accounts", "factory_unit"],
      `\`accounts.factory_unit\` is \`${factory}\`, which is no unit${meant === null ? "" : `; did you mean \`${meant}\`?`}`,
    ),
  ];
}
