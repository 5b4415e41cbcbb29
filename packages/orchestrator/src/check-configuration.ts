import { checkConfiguration } from "@pipelines/core/configuration/check";
import type { CheckIssue } from "@pipelines/core/configuration/check-issue";
import type { Configurations } from "@pipelines/core/configuration/configurations";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { Repository } from "@pipelines/core/git/repository";
import type { Snapshot } from "./discover/snapshot.ts";
import type { Settings } from "./settings.ts";

/** What a configuration has to do with: both commits, what differs, and their settings. */
export type CheckInput = {
  readonly base: Snapshot;
  readonly head: Snapshot;
  readonly diff: readonly ChangedFile[];
  readonly settings: Settings;
};

/**
 * Checks head's configuration where the comparison touches it, the accounts, or the place of a unit. What base has as
 * well stops nothing, and neither does what may be meant.
 */
export async function configurationProblems(
  repository: Pick<Repository, "read">,
  configurations: Configurations,
  { base, head, diff, settings }: CheckInput,
): Promise<{ problems: Problem[]; notices: string[] }> {
  const accounts = settings.atHead.accounts.file;
  const files = diff.some(({ path }) => path.startsWith(".pipelines/") || path === accounts);
  const moved = head.units.size !== base.units.size || [...head.units.keys()].some((unit) => !base.units.has(unit));
  if (!files && !moved) return { problems: [], notices: [] };
  const issuesAt = async (commit: CommitSha, { units }: Snapshot, file: string): Promise<CheckIssue[]> => {
    const text = await repository.read(commit, file);
    return checkConfiguration({
      configuration: await configurations.text(commit),
      read: (path) => (path === file ? text : null),
      units: [...units.keys()],
    });
  };
  // Where nothing was there yet, nothing was wrong either.
  const before = base.commit === head.commit ? [] : await issuesAt(base.commit, base, settings.atBase.accounts.file);
  const known = new Set(before.map(({ file, message }) => `${file} ${message}`));
  const issues = await issuesAt(head.commit, head, accounts);
  const isProblem = ({ severity, file, message }: CheckIssue): boolean =>
    severity === "error" && !known.has(`${file} ${message}`);
  return {
    problems: issues
      .filter(isProblem)
      .map(({ file, line, message }) => ({ kind: "configuration", path: null, file, line, message })),
    notices: issues
      .filter((issue) => !isProblem(issue))
      .map(({ file, line, message }) => `${file}${line === null ? "" : `:${line}`}: ${message}`),
  };
}
