import { run } from "@pipelines/core/process/run";
import { z } from "zod";

const Rows = z.array(z.looseObject({ path: z.string(), dependencies: z.array(z.string()).default([]) }));

/**
 * The folders that units depend on, directly or not, as far as what is there says; `null` where Terragrunt can't say.
 * Folders that are missing are named too. What they depend on is known when they are there.
 *
 * @param units folders, by their paths from the root of the checkout
 */
export async function dependenciesOf(
  checkoutFolder: string,
  units: readonly string[],
  env: Readonly<Record<string, string>>,
  stop: AbortSignal,
): Promise<readonly string[] | null> {
  const filters = units.flatMap((unit) => ["--filter", `{./${unit}}...`]);
  const args = ["find", "--json", "--dependencies", "--no-filters-file", "--no-color", ...filters];
  const ran = await run("terragrunt", args, { cwd: checkoutFolder, env, stop, timeoutMs: 10 * 60_000 });
  if (ran.exitCode !== 0) return null;
  try {
    return [
      ...new Set(Rows.parse(JSON.parse(ran.stdout)).flatMap(({ path, dependencies }) => [path, ...dependencies])),
    ];
  } catch {
    return null;
  }
}
