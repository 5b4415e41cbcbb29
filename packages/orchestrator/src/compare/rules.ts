import type { CommitSha } from "@pipelines/core/contracts/comparison";

/** What the configuration of a commit says about which runs do what. */
export type Rules = {
  deployBranchAt(commit: CommitSha): Promise<string>;
  /** The line of a schedule that starts runs for what is due; `null` where there is none. */
  applyDueAt(commit: CommitSha): Promise<string | null>;
};
