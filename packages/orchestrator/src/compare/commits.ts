import type { CommitSha, Comparison, EventRef } from "@pipelines/core/contracts/comparison";
import { MissingCommitError, type Repository } from "@pipelines/core/git/repository";

/** A comparison of two commits, with nothing of the event's own. */
export function comparisonOf(
  mode: Comparison["mode"],
  base: CommitSha | null,
  head: CommitSha,
  event: EventRef,
  deployBranch: string,
): Comparison {
  const { name, ref, actor } = event;
  return { version: 1, mode, base, head, event: { name, ref, actor }, deployBranch };
}

/** A commit that the run can't go on without: looked up, else fetched. @throws MissingCommitError */
export async function needed(repository: Repository, commit: CommitSha): Promise<CommitSha> {
  const here = await repository.resolve(commit);
  if (here !== null) return here;
  await repository.fetch([commit]);
  const fetched = await repository.resolve(commit);
  if (fetched !== null) return fetched;
  throw new MissingCommitError(
    commit,
    "Check out with `fetch-depth: 0`. If a forced push removed it, run the workflow by hand for the units concerned: what changed can't be told without it.",
  );
}

/** What a revision names in this clone. @throws MissingCommitError */
export async function known(repository: Repository, revision: string): Promise<CommitSha> {
  const commit = await repository.resolve(revision);
  if (commit !== null) return commit;
  throw new MissingCommitError(revision, "Fetch it first, or name another revision.");
}
