import { tmpdir } from "node:os";
import type { Environment } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { type Action, traitsOf } from "@pipelines/core/contracts/action";
import type { JobOutcome } from "@pipelines/core/contracts/outcome";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { locateTerragrunt } from "@pipelines/core/terragrunt/binary";
import { variablesOf, withoutSecrets } from "../credentials/environment.ts";
import { moduleAccess } from "../credentials/module-access.ts";
import { type Binary, locateBinary } from "../tofu/binary.ts";

/** What a job's units are worked on with. */
export type Tools = {
  readonly binary: Binary;
  readonly versions: JobOutcome["toolVersions"];
  /** The whole environment of the tools, the environment's variables and secrets included. */
  readonly env: Readonly<Record<string, string>>;
  /** Values in it that are never shown. */
  readonly secrets: readonly string[];
  /** What a person has to know of declared secrets that the job does without, since it can. */
  readonly warnings: readonly string[];
};

/**
 * Finds the tools, and puts their environment together.
 *
 * @param process the environment of this process
 * @throws ToolError when a tool is missing or too old
 * @throws MissingSecretError when the job does not have what the environment declares
 */
export async function findTools(
  action: Action,
  configuration: Configuration,
  environment: Environment,
  process: Readonly<Record<string, string | undefined>>,
): Promise<Tools> {
  const clean = toolEnvironment(process);
  const needed = traitsOf(action).needsApproval ? "all secrets" : "secrets that are there";
  const { variables, secrets, missing } = variablesOf(environment, process, needed);
  const modules = moduleAccess(configuration, process);
  const [terragrunt, binary] = await Promise.all([locateTerragrunt(clean, tmpdir()), locateBinary(clean)]);
  return {
    binary,
    versions: { terragrunt: terragrunt.version, tofu: `${binary.kind} ${binary.version}` },
    env: { ...clean, ...modules.variables, ...variables },
    secrets: [...secrets, ...modules.secrets],
    warnings: missing.length === 0 ? [] : [withoutSecrets(missing, process)],
  };
}
