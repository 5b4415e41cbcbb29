import type { CommitSha } from "../contracts/comparison.ts";

/** Whether `ancestor` is `commit` or an ancestor of it; `null` where a commit is not known. */
export type Contains = (commit: CommitSha, ancestor: CommitSha) => boolean | null;

/**
 * Answers which commits have which others among their ancestors, from the output of
 * `git rev-list --parents --ignore-missing`. Commits that are not in it are not known.
 */
export function ancestryOf(output: string): Contains {
  const parents = new Map<string, readonly string[]>();
  for (const line of output.split("\n")) {
    const [commit, ...rest] = line.split(" ");
    if (commit !== undefined && commit !== "") parents.set(commit, rest);
  }
  const known = new Map<string, boolean>();
  return (commit: CommitSha, ancestor: CommitSha): boolean | null => {
    if (commit === ancestor) return true;
    if (!parents.has(commit) || !parents.has(ancestor)) return null;
    const key = `${commit} ${ancestor}`;
    const answer = known.get(key) ?? reaches(parents, commit, ancestor);
    known.set(key, answer);
    return answer;
  };
}

function reaches(parents: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>([from]);
  for (const commit of seen) {
    if (commit === to) return true;
    for (const parent of parents.get(commit) ?? []) seen.add(parent);
  }
  return false;
}
