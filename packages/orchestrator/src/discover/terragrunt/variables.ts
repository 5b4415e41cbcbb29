import type { Configuration } from "@pipelines/core/configuration/schema";

/** The whole environment of Terragrunt while it evaluates a folder. */
export type VariablesOf = (folder: string) => Readonly<Record<string, string>>;

/**
 * What a variable says whose value is not there while changes are determined, since nothing sets it or it is a secret.
 * It is a number, JSON, YAML, and the Base64 of a text, so that a unit can do with it what it does with the value.
 */
export const STAND_IN = "1400";

const ASKED = /get_env\(\s*"([A-Za-z_][A-Za-z0-9_]*)"\s*\)/g;

/**
 * The variables that configuration asks for without a default, sorted. Terragrunt gives up on a unit that asks for one
 * that is not set; secrets never are while changes are determined.
 */
export function askedVariables(texts: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const text of texts) for (const [, name] of text.matchAll(ASKED)) if (name !== undefined) names.add(name);
  return [...names].toSorted();
}

/** Environments in which every variable that is asked for says something. Folders that share one go on to share one. */
export function withStandIns(variablesOf: VariablesOf, asked: readonly string[]): VariablesOf {
  const standIns = Object.fromEntries(asked.map((name) => [name, STAND_IN]));
  const known = new Map<object, Readonly<Record<string, string>>>();
  return (folder) => {
    const own = variablesOf(folder);
    const merged = known.get(own) ?? { ...standIns, ...own };
    known.set(own, merged);
    return merged;
  };
}

/** The variables that are asked for and that no environment of the configuration sets or declares as a secret. */
export function unsetVariables(
  asked: readonly string[],
  { environments = {} }: Configuration,
  tool: Readonly<Record<string, string>>,
): string[] {
  const set = new Set(Object.values(environments).flatMap(({ env, secrets }) => [...Object.keys(env), ...secrets]));
  return asked.filter((name) => !set.has(name) && tool[name] === undefined);
}

/** Names that depend on other variables need some attempts; names that never are the same would need any number. */
const MOST_ATTEMPTS = 4;

/**
 * Does something that needs variables, and again as long as it misses some that were not asked for by name: a name that
 * is put together is known only once Terragrunt misses it.
 *
 * @param missed the variables that a result shows to be missing
 */
export async function withAllVariables<T>(
  asked: readonly string[],
  attempt: (asked: readonly string[]) => Promise<T>,
  missed: (result: T) => readonly string[],
  attempts = MOST_ATTEMPTS,
): Promise<{ readonly asked: readonly string[]; readonly result: T }> {
  const result = await attempt(asked);
  const more = [...new Set(missed(result))].filter((name) => !asked.includes(name));
  if (more.length === 0 || attempts <= 1) return { asked, result };
  return withAllVariables([...asked, ...more].toSorted(), attempt, missed, attempts - 1);
}

/** Says what was made up; `null` when nothing was. */
export function standInNotice(unset: readonly string[]): string[] {
  if (unset.length === 0) return [];
  const named = unset.map((name) => `\`${name}\``).join(", ");
  return [
    `\`get_env\` asks for ${named} without a default, and nothing sets ${unset.length === 1 ? "it" : "them"} while changes are determined: a stand-in was used. Set values under \`env\` of the environments, and name secrets under \`secrets\`.`,
  ];
}
