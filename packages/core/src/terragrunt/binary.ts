import { run } from "../process/run.ts";
import { isOlder, OLDEST, wayToUpgrade } from "./oldest.ts";

/** A tool that is missing, does not start, or is too old. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly tool: string;

  constructor(tool: string, what: string, options?: ErrorOptions) {
    super(what, options);
    this.tool = tool;
  }
}

/** A Terragrunt that can be used. */
export type Terragrunt = { readonly program: string; readonly version: string };

/**
 * Finds Terragrunt on the PATH of `environment`.
 *
 * @throws ToolError when it is missing or too old
 */
export async function locateTerragrunt(
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Terragrunt> {
  const program = "terragrunt";
  const ran = await run(program, ["--version"], { cwd, env: environment, timeoutMs: 60_000 });
  const version = /v?(\d+\.\d+\.\d+)/.exec(ran.stdout)?.[1];
  if (ran.exitCode !== 0 || version === undefined) {
    throw new ToolError(
      program,
      `terragrunt can't be started (${ran.failure ?? ran.stderr.trim()}). Install Terragrunt ${OLDEST.terragrunt} or newer.`,
    );
  }
  if (isOlder(version, OLDEST.terragrunt)) {
    throw new ToolError(
      program,
      `Terragrunt ${version} is too old: Pipelines needs ${OLDEST.terragrunt} or newer. ${wayToUpgrade("terragrunt")}`,
    );
  }
  return { program, version };
}
