import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import type { Configurations } from "@pipelines/core/configuration/configurations";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { CommitSha, Comparison } from "@pipelines/core/contracts/comparison";
import type { Repository } from "@pipelines/core/git/repository";
import type { Rules } from "./compare/rules.ts";

/** The configurations of a comparison: of both commits, and the one of them that governs what is not a delete. */
export type Settings = {
  readonly atBase: Configuration;
  readonly atHead: Configuration;
  readonly governing: Configuration;
  /** The newest that is known: head's, or the branch's where an older commit is run by hand. */
  readonly newest: Configuration;
};

/**
 * The configurations of a comparison. Where base's can't be read, head's takes its place for a change of the
 * configuration alone: that is how it is repaired.
 *
 * @throws ConfigurationError naming the commit
 */
export async function settingsOf(
  configurations: Configurations,
  comparison: Comparison,
  diff: readonly ChangedFile[],
): Promise<{ settings: Settings; notices: string[] }> {
  const { base, head, tip } = comparison;
  const atHead = await configurations.at(head);
  const newest = await configurations.at(tip ?? head);
  const alone = { atBase: atHead, atHead, governing: atHead, newest };
  if (base === null || base === head) return { settings: alone, notices: [] };
  try {
    const atBase = await configurations.at(base);
    const governing = await configurations.governing(comparison, null);
    return { settings: { atBase, atHead, governing, newest }, notices: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const ofBase = new ConfigurationError(`${error.file} of the base commit ${base.slice(0, 7)}`, error.issues, {
      cause: error,
    });
    const repairs = diff.every(({ path }) => path.startsWith(".pipelines/") || path === atHead.accounts.file);
    if (!repairs) {
      const advice = "Repair it in a pull request that changes nothing but the configuration.";
      throw new ConfigurationError(ofBase.file, [...error.issues, { line: null, message: advice }], { cause: error });
    }
    const notice = `${ofBase.message}. So the configuration of this change is used, which repairs it.`;
    return { settings: alone, notices: [notice] };
  }
}

/** What configurations say about which runs do what. */
export function rulesOf(configurations: Configurations, repository: Pick<Repository, "resolve">): Rules {
  return {
    deployBranchAt: (commit) => deployBranchAt(configurations, repository, commit),
    applyDueAt: async (commit) => (await configurations.at(commit)).apply_due_at ?? null,
  };
}

/**
 * The deploy branch that the configuration of a commit names; that of what is checked out where the commit's own can't be read.
 *
 * @throws ConfigurationError when neither can be read
 */
async function deployBranchAt(
  configurations: Configurations,
  repository: Pick<Repository, "resolve">,
  commit: CommitSha,
): Promise<string> {
  try {
    return (await configurations.at(commit)).deploy_branch;
  } catch (error) {
    const checkedOut = await repository.resolve("HEAD");
    if (!(error instanceof ConfigurationError) || checkedOut === null || checkedOut === commit) throw error;
    return (await configurations.at(checkedOut)).deploy_branch;
  }
}
