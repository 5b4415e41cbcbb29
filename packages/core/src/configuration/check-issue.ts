/** Something about a repository's configuration that somebody has to know. */
export type CheckIssue = {
  /** `error`: something does not run, or not as it was meant. `warning`: it may be meant. */
  readonly severity: "error" | "warning";
  readonly file: string;
  /** Counted from 1. */
  readonly line: number | null;
  /** What is wrong, with the key, and what to do about it. */
  readonly message: string;
};

/** Makes an issue of the configuration at the line of a key. */
export type Report = (severity: CheckIssue["severity"], path: readonly PropertyKey[], message: string) => CheckIssue;
