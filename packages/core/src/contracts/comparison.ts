import { z } from "zod";

/** A full commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. */
export const CommitSha = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
  .brand<"CommitSha">();
export type CommitSha = z.infer<typeof CommitSha>;

/**
 * Why two commits are compared: `plan` shows what merging would do, `apply` does it, `drift` plans every unit against
 * its own commit, `manual` runs what a person asked for by dispatch.
 */
export const Mode = z.enum(["plan", "apply", "drift", "manual"]);
export type Mode = z.infer<typeof Mode>;

/** The pull request that a comparison belongs to. */
export const PullRequestRef = z.strictObject({
  number: z.int().positive(),
  /** The tip of the pull request's branch: what reviewers approve. The planned tree is `Comparison.head`. */
  headSha: CommitSha,
  headRef: z.string(),
  baseRef: z.string(),
  /** The branch lives in another repository, or the run gets a fork's permissions (Dependabot): no credentials. */
  untrusted: z.boolean(),
});
export type PullRequestRef = z.infer<typeof PullRequestRef>;

/** The event that started the run, as GitHub names it, or `local` from a terminal. */
export const EventRef = z.strictObject({
  name: z.string(),
  /** The full ref that the event is about (`refs/heads/main`, `refs/pull/7/merge`), or the checked-out branch. */
  ref: z.string(),
  actor: z.string().nullable(),
});
export type EventRef = z.infer<typeof EventRef>;

/** The id of a state's lock, as a backend says it; it becomes an argument of a command. */
export const LockId = z.string().regex(/^[A-Za-z0-9][\w.:/-]{0,199}$/, "has to be a lock's id, as the report names it");

/** Which two commits are compared, and what for. */
export const Comparison = z.strictObject({
  version: z.literal(1),
  mode: Mode,
  /** `null`: everything at `head` is new (first push of a repository). */
  base: CommitSha.nullable(),
  head: CommitSha,
  event: EventRef,
  deployBranch: z.string(),
  pullRequest: PullRequestRef.optional(),
  /** The id of the plan run that a person looked at before asking for this apply or destroy. */
  approvedRun: z.int().positive().optional(),
  /** The deploy branch's tip, where a person asked for an older commit of it: the stricter of both counts. */
  tip: CommitSha.optional(),
  /** A person said that units are to be destroyed although they are on the branch. */
  destroyExisting: z.literal(true).optional(),
  /** Units, by globs, of which a person said that nothing is to be done although something is due. */
  dismiss: z.array(z.string().min(1)).optional(),
  /** The lock that a person asked to give back. */
  lockId: LockId.optional(),
  /** The ledger's count of claims when the run determined. Without it nothing is claimed. */
  ledgerClaim: z.int().nonnegative().optional(),
});
export type Comparison = z.infer<typeof Comparison>;
