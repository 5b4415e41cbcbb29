import { run } from "@pipelines/core/process/run";
import { z } from "zod";

/** The unit that Terragrunt is asked about, and what it is asked with. */
export type UnitQuestion = {
  readonly unitFolder: string;
  readonly downloadFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly authProvider: string | null;
  readonly timeoutMinutes: number;
};

const Dependency = z.looseObject({
  config_path: z.string(),
  mock_outputs: z.record(z.string(), z.unknown()).nullish(),
  mock_outputs_merge_strategy_with_state: z.string().nullish(),
  mock_outputs_merge_with_state: z.boolean().nullish(),
});
const ExtraArguments = z.looseObject({
  name: z.string(),
  commands: z.array(z.string()).nullish(),
  arguments: z.array(z.string()).nullish(),
  env_vars: z.record(z.string(), z.string()).nullish(),
});
export type ExtraArguments = z.infer<typeof ExtraArguments>;

const RenderedUnit = z.looseObject({
  dependency: z.record(z.string(), Dependency).nullish(),
  terraform: z.looseObject({ extra_arguments: z.record(z.string(), ExtraArguments).nullish() }).nullish(),
  errors: z.looseObject({ retry: z.array(z.looseObject({ name: z.string() })).nullish() }).nullish(),
});
export type RenderedUnit = z.infer<typeof RenderedUnit>;

/** A unit's configuration as Terragrunt evaluates it; `null` where it can't, as without a dependency's outputs. */
export async function renderUnit(question: UnitQuestion): Promise<RenderedUnit | null> {
  const { stdout } = await askTerragrunt(question, question.unitFolder, [
    ...["render", "--format", "json", "--non-interactive"],
  ]);
  try {
    return RenderedUnit.safeParse(JSON.parse(stdout)).data ?? null;
  } catch {
    return null;
  }
}

/** Asks Terragrunt in a folder for what changes nothing. */
export function askTerragrunt(question: UnitQuestion, folder: string, args: readonly string[]) {
  return run("terragrunt", args, {
    cwd: folder,
    env: {
      ...question.env,
      TG_DOWNLOAD_DIR: question.downloadFolder,
      TG_LOG_DISABLE: "true",
      ...(question.authProvider === null ? {} : { TG_AUTH_PROVIDER_CMD: question.authProvider }),
    },
    timeoutMs: question.timeoutMinutes * 60_000,
  });
}
