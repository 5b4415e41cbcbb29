import { join, resolve } from "node:path";
import { run } from "@pipelines/core/process/run";
import { z } from "zod";

const Values = z.record(z.string(), z.unknown());
const Rendered = z.looseObject({
  dependency: z
    .record(
      z.string(),
      z.looseObject({
        config_path: z.string(),
        mock_outputs: Values.nullish(),
        mock_outputs_merge_strategy_with_state: z.string().nullish(),
        mock_outputs_merge_with_state: z.boolean().nullish(),
      }),
    )
    .nullish(),
});
const Outputs = z.record(z.string(), z.looseObject({ value: z.unknown() }));

/** The unit whose dependencies are looked at, and what Terragrunt is asked with. */
export type MocksQuestion = {
  readonly unitFolder: string;
  readonly downloadFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly authProvider: string | null;
  readonly timeoutMinutes: number;
};

/**
 * The configuration files of dependencies whose mock outputs fill what their real outputs lack. Terragrunt merges them
 * without a word. What can not be decided counts as filled: such a plan must not be applied.
 */
export async function filledByMocks(question: MocksQuestion): Promise<string[]> {
  const { unitFolder, downloadFolder, env, authProvider } = question;
  const ask = (folder: string, args: readonly string[]) =>
    run("terragrunt", [...args], {
      cwd: folder,
      env: {
        ...env,
        TG_DOWNLOAD_DIR: downloadFolder,
        TG_LOG_DISABLE: "true",
        ...(authProvider === null ? {} : { TG_AUTH_PROVIDER_CMD: authProvider }),
      },
      timeoutMs: question.timeoutMinutes * 60_000,
    });
  const rendered = read(Rendered, (await ask(unitFolder, ["render", "--format", "json", "--non-interactive"])).stdout);
  if (rendered === null) return [join(unitFolder, "terragrunt.hcl")];
  const filled: string[] = [];
  for (const dependency of Object.values(rendered.dependency ?? {})) {
    const strategy =
      dependency.mock_outputs_merge_strategy_with_state ??
      (dependency.mock_outputs_merge_with_state === true ? "shallow" : "no_merge");
    const mocks = dependency.mock_outputs ?? {};
    if (strategy === "no_merge" || Object.keys(mocks).length === 0) continue;
    const folder = resolve(unitFolder, dependency.config_path);
    const output = await ask(folder, ["run", "--non-interactive", "--tf-forward-stdout", "--", "output", "-json"]);
    const outputs = read(Outputs, output.stdout);
    const real = outputs && Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
    if (real === null || lacks(real, mocks, strategy === "deep_map_only")) filled.push(join(folder, "terragrunt.hcl"));
  }
  return filled;
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

function read<S extends z.ZodType>(schema: S, text: string): z.output<S> | null {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
