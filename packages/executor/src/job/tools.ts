import { tmpdir } from "node:os";
import type { Environment } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { JobOutcome } from "@pipelines/core/contracts/outcome";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { locateTerragrunt } from "@pipelines/core/terragrunt/binary";
import { variablesOf } from "../credentials/environment.ts";
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
};

/**
 * Finds the tools, and puts their environment together.
 *
 * @param process the environment of this process
 * @throws ToolError when a tool is missing or too old
 * @throws MissingSecretError when the job does not have what the environment declares
 */
export async function findTools(
  configuration: Configuration,
  environment: Environment,
  process: Readonly<Record<string, string | undefined>>,
): Promise<Tools> {
  const clean = toolEnvironment(process);
  const { variables, secrets } = variablesOf(environment, process);
  const modules = moduleAccess(configuration, process);
  const [terragrunt, binary] = await Promise.all([locateTerragrunt(clean, tmpdir()), locateBinary(clean)]);
  return {
    binary,
    versions: { terragrunt: terragrunt.version, tofu: `${binary.kind} ${binary.version}` },
    env: { ...clean, ...modules.variables, ...variables },
    secrets: [...secrets, ...modules.secrets],
  };
}
