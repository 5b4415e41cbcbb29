/** What a clone says about the branch that is deployed. */
export type BranchFacts = {
  /** What `refs/remotes/origin/HEAD` points to, without `origin/`; `null` where the clone does not have it. */
  readonly remoteHead: string | null;
  /** Branches of origin that the clone knows. */
  readonly remote: readonly string[];
  readonly local: readonly string[];
  /** The branch that is checked out; `null` where none is. */
  readonly current: string | null;
};

const USUAL = ["main", "master", "trunk"];

/** The deploy branch, and what is not sure about it. */
export function deployBranchOf({ remoteHead, remote, local, current }: BranchFacts): {
  readonly branch: string;
  readonly doubt: string | null;
} {
  if (remoteHead !== null) return { branch: remoteHead, doubt: null };
  const missing = "this clone does not say which branch of origin is the default (no `origin/HEAD`)";
  const [only] = remote;
  if (only !== undefined && remote.length === 1) return { branch: only, doubt: null };
  const branches = remote.length > 0 ? remote : local;
  const usual = USUAL.filter((name) => branches.includes(name));
  const [first] = usual;
  if (first !== undefined) {
    const isClear = usual.length === 1 && (remote.length > 0 || current === first);
    return { branch: first, doubt: isClear ? null : `${missing}; \`${first}\` is its usual name` };
  }
  const branch = current ?? "main";
  // A repository that begins has the one branch that is checked out.
  if (remote.length === 0 && local.length <= 1 && current !== null) return { branch, doubt: null };
  return { branch, doubt: `${missing}; ${current === null ? "`main` is a guess" : `\`${branch}\` is checked out`}` };
}
