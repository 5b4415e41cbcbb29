/** A configuration file that can't be used: where, and what to do. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly file: string;
  /** Counted from 1. */
  readonly line: number | null;
  readonly issues: readonly ConfigurationIssue[];

  constructor(file: string, issues: readonly ConfigurationIssue[], options?: ErrorOptions) {
    super(
      issues.map((issue) => `${file}${issue.line === null ? "" : `:${issue.line}`}: ${issue.message}`).join("\n"),
      options,
    );
    this.file = file;
    this.line = issues[0]?.line ?? null;
    this.issues = issues;
  }
}

export type ConfigurationIssue = { readonly line: number | null; readonly message: string };
