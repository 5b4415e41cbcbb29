import { join, resolve } from "node:path";
import { z } from "zod";
import { askTerragrunt, type RenderedUnit, type UnitQuestion } from "./rendered-unit.ts";

const Values = z.record(z.string(), z.unknown());
/** What `output -json` prints: the other two keys tell it from what a hook may print beside it. */
const Outputs = z.record(
  z.string(),
  z.looseObject({ value: z.unknown(), type: z.unknown().nonoptional(), sensitive: z.boolean() }),
);

/**
 * The configuration files of dependencies whose mock outputs fill what their real outputs lack. Terragrunt merges them
 * without a word. What can not be decided counts as filled: such a plan must not be applied.
 *
 * @param rendered the unit's configuration; `null` where it is not known
 */
export async function filledByMocks(question: UnitQuestion, rendered: RenderedUnit | null): Promise<string[]> {
  const { unitFolder } = question;
  if (rendered === null) return [join(unitFolder, "terragrunt.hcl")];
  const filled: string[] = [];
  for (const dependency of Object.values(rendered.dependency ?? {})) {
    const strategy =
      dependency.mock_outputs_merge_strategy_with_state ??
      (dependency.mock_outputs_merge_with_state === true ? "shallow" : "no_merge");
    const mocks = dependency.mock_outputs ?? {};
    if (strategy === "no_merge" || Object.keys(mocks).length === 0) continue;
    const folder = resolve(unitFolder, dependency.config_path);
    const output = ["run", "--non-interactive", "--tf-forward-stdout", "--", "output", "-json"];
    const real = outputsIn((await askTerragrunt(question, folder, output)).stdout);
    if (real === null || lacks(real, mocks, strategy === "deep_map_only")) filled.push(join(folder, "terragrunt.hcl"));
  }
  return filled;
}

/**
 * The values that `output -json` printed, whatever hooks printed before and behind it; `null` when there are none. A hook
 * may print `{}` as well, which says nothing beside outputs.
 */
export function outputsIn(text: string): Readonly<Record<string, unknown>> | null {
  const found = [...text.matchAll(/^\{(?:\}$|$[\s\S]*?^\}$)/gm)]
    .map(([object]) => outputsOf(object))
    .filter((outputs) => outputs !== null);
  return found.find((outputs) => Object.keys(outputs).length > 0) ?? found[0] ?? null;
}

function outputsOf(object: string): Readonly<Record<string, unknown>> | null {
  try {
    const outputs = Outputs.safeParse(JSON.parse(object));
    if (!outputs.success) return null;
    return Object.fromEntries(Object.entries(outputs.data).map(([name, { value }]) => [name, value]));
  } catch {
    // Not JSON: a hook's.
    return null;
  }
}

/** Whether a mock has a key, at any depth when `deep`, that the real outputs have not. */
export function lacks(real: unknown, mock: unknown, deep: boolean): boolean {
  const [reals, mocks] = [Values.safeParse(real), Values.safeParse(mock)];
  if (!mocks.success) return false;
  if (!reals.success) return Object.keys(mocks.data).length > 0;
  return Object.entries(mocks.data).some(
    ([key, value]) =>
      !(key in reals.data) || (deep && isMap(value) && isMap(reals.data[key]) && lacks(reals.data[key], value, deep)),
  );
}

const isMap = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
