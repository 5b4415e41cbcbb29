import type { Configuration } from "@pipelines/core/configuration/schema";
import { type GitAccess, gitAccess, NO_ACCESS } from "@pipelines/core/process/git-access";

/**
 * Access to private module sources with the configuration's token: the secret that it names, else the one that every job
 * gets for this.
 *
 * @param job the environment of the job
 */
export function moduleAccess(
  { module_access: access }: Pick<Configuration, "module_access">,
  job: Readonly<Record<string, string | undefined>>,
): GitAccess {
  if (access === undefined) return NO_ACCESS;
  return gitAccess(access.hosts, job[access.secret] || job["PIPELINES_MODULE_TOKEN"] || "");
}
