import type { Configuration } from "@pipelines/core/configuration/schema";
import { run } from "@pipelines/core/process/run";
import type { EnvironmentOf } from "./environment.ts";

/** What a variable says that nothing sets while changes are determined. */
const STAND_IN = "stand-in";

const ASKED = 'get_env\\([[:space:]]*"[A-Za-z_][A-Za-z0-9_]*"[[:space:]]*\\)';

/**
 * The variables that configuration asks for without a default, sorted. Terragrunt gives up on a unit that asks for one
 * that is not set; secrets never are while changes are determined.
 *
 * @param root a checkout
 */
export async function askedVariables(root: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const args = ["grep", "--no-index", "-h", "--only-matching", "--extended-regexp", ASKED, "--", "*.hcl"];
  const { stdout, stderr, exitCode } = await run("git", args, { cwd: root, env, timeoutMs: 120_000 });
  // 1 means that nothing was found.
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`git grep failed: ${stderr.trim()}`);
  const names = [...stdout.matchAll(/"([A-Za-z_][A-Za-z0-9_]*)"/g)].flatMap(([, name]) => name ?? []);
  return [...new Set(names)].toSorted();
}

/** Environments in which every variable that is asked for says something. Folders that share one go on to share one. */
export function withStandIns(environmentOf: EnvironmentOf, asked: readonly string[]): EnvironmentOf {
  const standIns = Object.fromEntries(asked.map((name) => [name, STAND_IN]));
  const known = new Map<object, Readonly<Record<string, string>>>();
  return (folder) => {
    const own = environmentOf(folder);
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

/** Says what was made up; `null` when nothing was. */
export function standInNotice(unset: readonly string[]): string | null {
  if (unset.length === 0) return null;
  const named = unset.map((name) => `\`${name}\``).join(", ");
  return `\`get_env\` asks for ${named} without a default, and nothing sets ${unset.length === 1 ? "it" : "them"} while changes are determined: a stand-in was used. Set values under \`env\` of the environments, and name secrets under \`secrets\`.`;
}
