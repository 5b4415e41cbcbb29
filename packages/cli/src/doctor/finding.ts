/**
 * How one look ended. `good` holds; `missing` and `dangerous` want somebody; `unseen` could not be looked at and is
 * never a pass; `note` is worth knowing and fails nothing.
 */
export type FindingState = "good" | "missing" | "dangerous" | "unseen" | "note";

/** The groups of the report, in the order of reading. */
export const GROUPS = [
  "repository",
  "caller",
  "branch",
  "review",
  "actions",
  "environments",
  "secrets",
  "runners",
  "tool repository",
  "accounts",
  "cloud",
] as const;
export type Group = (typeof GROUPS)[number];

/** One thing that was looked at. */
export type Finding = {
  readonly group: Group;
  /** Stable from run to run, so that it can be accepted: `environments/reviewers/production`. */
  readonly id: string;
  readonly state: FindingState;
  /** What is the case and why it matters, in a sentence or two. */
  readonly text: string;
  /** Where to click or which command to give; `null` where nothing is to be done. */
  readonly fix: string | null;
};

/** What a rule answers for its group. */
export type Found = Omit<Finding, "group">;

export const good = (id: string, text: string): Found => ({ id, state: "good", text, fix: null });
export const note = (id: string, text: string, fix: string | null = null): Found => ({ id, state: "note", text, fix });
export const missing = (id: string, text: string, fix: string): Found => ({ id, state: "missing", text, fix });
export const dangerous = (id: string, text: string, fix: string): Found => ({ id, state: "dangerous", text, fix });

/** The exit code: 0 when nothing is missing, dangerous or unseen, else 1. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 {
  return findings.every(({ state }) => state === "good" || state === "note") ? 0 : 1;
}

/** Findings that somebody decided to live with become notes; the ids that name no finding are answered too. */
export function accepted(
  findings: readonly Finding[],
  ids: readonly string[],
): { readonly findings: readonly Finding[]; readonly unknown: readonly string[] } {
  return {
    findings: findings.map((finding) =>
      ids.includes(finding.id) && finding.state !== "good" && finding.state !== "unseen"
        ? { ...finding, state: "note", text: `accepted: ${finding.text}` }
        : finding,
    ),
    unknown: ids.filter((id) => !findings.some((finding) => finding.id === id)),
  };
}
