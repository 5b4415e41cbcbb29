import { readFile } from "node:fs/promises";
import { CONFIGURATION_FILE, defaultConfiguration, readConfiguration } from "@pipelines/core/configuration/read";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Execution } from "@pipelines/core/contracts/execution";
import type { Repository } from "@pipelines/core/git/repository";

/** The commit whose configuration decides about a job: a pull request can't loosen its own rules, and a delete is the base's. */
export function trustedCommit({ job, comparison }: Pick<Execution, "job" | "comparison">): CommitSha {
  const { mode, base, head } = comparison;
  const isDelete = job.action === "plan-destroy" || job.action === "destroy";
  return base !== null && (mode === "plan" || isDelete) ? base : head;
}

/** @throws ConfigurationError */
export async function trustedConfiguration(repository: Repository, execution: Execution): Promise<Configuration> {
  if (execution.configurationFile !== null) {
    return readConfiguration(await readFile(execution.configurationFile, "utf8"), execution.configurationFile);
  }
  const text = await repository.read(trustedCommit(execution), CONFIGURATION_FILE);
  return text === null ? defaultConfiguration() : readConfiguration(text, CONFIGURATION_FILE);
}
