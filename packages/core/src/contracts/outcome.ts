import { z } from "zod";
import { Action } from "./action.ts";
import { Account } from "./change.ts";
import { CommitSha } from "./comparison.ts";
import { JobId } from "./job.ts";
import { UnitPath } from "./unit-path.ts";

/** A file named relative to the folder of the outcome document. */
export const RelativeFile = z.string().refine((file) => !file.startsWith("/") && !file.split("/").includes(".."));
export type RelativeFile = z.infer<typeof RelativeFile>;

/** What tofu or terraform does to one resource. */
export const ResourceAction = z.enum(["create", "update", "delete", "replace", "import", "move", "forget", "read"]);
export type ResourceAction = z.infer<typeof ResourceAction>;

const Counts = z.strictObject({
  add: z.int().nonnegative(),
  change: z.int().nonnegative(),
  destroy: z.int().nonnegative(),
});

/** A plan in figures and addresses, without a single value. A replacement counts in `replace` only. */
export const PlanSummary = z.strictObject({
  add: z.int().nonnegative(),
  change: z.int().nonnegative(),
  destroy: z.int().nonnegative(),
  replace: z.int().nonnegative(),
  import: z.int().nonnegative(),
  move: z.int().nonnegative(),
  forget: z.int().nonnegative(),
  outputs: Counts,
  resources: z.array(z.strictObject({ address: z.string(), action: ResourceAction })),
  /** Addresses of resources that were changed outside of OpenTofu/Terraform since the last apply. */
  drifted: z.array(z.string()),
  /** Dependencies whose outputs were mocked: the plan shows the shape only and is never applied. */
  mocked: z.array(UnitPath),
});
export type PlanSummary = z.infer<typeof PlanSummary>;

/** The state lock that somebody holds, as far as the backend says. */
export const LockInfo = z.strictObject({
  id: z.string(),
  who: z.string().nullable(),
  operation: z.string().nullable(),
  created: z.string().nullable(),
  path: z.string().nullable(),
});
export type LockInfo = z.infer<typeof LockInfo>;

/** What a unit's work had come to when it failed or was interrupted. */
export const WorkedAt = z.enum(["init", "plan", "apply", "unlock"]);
export type WorkedAt = z.infer<typeof WorkedAt>;

const explained = { message: z.string() };

/** Why a unit failed, as far as it can be told; `message` is the tool's own redacted error, shortened. */
export const FailureCause = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("locked"), lock: LockInfo, ...explained }),
  z.strictObject({ kind: z.literal("credentials"), role: z.string().nullable(), ...explained }),
  z.strictObject({ kind: z.literal("backend"), ...explained }),
  z.strictObject({ kind: z.literal("stale-plan"), ...explained }),
  z.strictObject({ kind: z.literal("timeout"), minutes: z.number().positive(), ...explained }),
  z.strictObject({ kind: z.literal("tool-missing"), tool: z.string(), ...explained }),
  z.strictObject({ kind: z.literal("disk-full"), ...explained }),
  z.strictObject({ kind: z.literal("crash"), signal: z.string().nullable(), ...explained }),
  z.strictObject({ kind: z.literal("configuration"), ...explained }),
  z.strictObject({ kind: z.literal("tool"), exitCode: z.int().nullable(), ...explained }),
]);
export type FailureCause = z.infer<typeof FailureCause>;

/** Why the guard did not let a unit go on, what it saw, and the way on. */
export const GuardStop = z.strictObject({
  guard: z.enum([
    "reviewed-plan",
    "mocked",
    "same-state",
    "destroy-denied",
    "protected",
    "paused",
    "needed-apply",
    "exists",
    "ledger",
    "move",
    "hook",
  ]),
  message: z.string(),
  /** What would happen that nobody reviewed. */
  unseen: z.array(z.strictObject({ address: z.string(), action: ResourceAction })),
  /** The command or step that goes on. */
  next: z.string(),
});
export type GuardStop = z.infer<typeof GuardStop>;

/** How a unit ended. */
export const UnitEnd = z.discriminatedUnion("kind", [
  /** Planned with changes, or applied or destroyed something. */
  z.strictObject({ kind: z.literal("changed") }),
  z.strictObject({ kind: z.literal("unchanged") }),
  z.strictObject({ kind: z.literal("failed"), at: WorkedAt, cause: FailureCause }),
  /** Not started since these units did not end well. */
  z.strictObject({
    kind: z.literal("skipped"),
    because: z.array(UnitPath),
    /** The environments that come first, where it does not depend on those units but waits for them. */
    waitsFor: z.array(z.string()).optional(),
  }),
  z.strictObject({ kind: z.literal("withheld"), stop: GuardStop }),
  /** A later push run takes care of it. */
  z.strictObject({ kind: z.literal("superseded"), by: CommitSha }),
  /** It could not be planned, and the unit's own `errors` block has that error ignored. Nothing of it was changed. */
  z.strictObject({ kind: z.literal("ignored"), message: z.string() }),
  /** It needs outputs of units that this change creates: it can be planned once they are applied. */
  z.strictObject({ kind: z.literal("waiting"), for: z.array(UnitPath) }),
  z.strictObject({
    kind: z.literal("interrupted"),
    at: WorkedAt,
    lock: LockInfo.nullable(),
    /** State that could not be written to the backend, kept on the runner only. */
    erroredState: z.boolean(),
    message: z.string(),
  }),
  z.strictObject({ kind: z.literal("unknown"), why: z.string() }),
]);
export type UnitEnd = z.infer<typeof UnitEnd>;

export const UnitOutcome = z.strictObject({
  path: UnitPath,
  end: UnitEnd,
  plan: PlanSummary.optional(),
  /** The plan as people read it, redacted. */
  planText: RelativeFile.optional(),
  /** The tools' full output, redacted. */
  log: RelativeFile.optional(),
  /** What was applied differs from the reviewed plan, within what the guard allows. */
  differsFromReviewed: z.boolean().optional(),
  /** What the account factory has made so far: its output `accounts`, read after its apply. */
  accounts: z.array(Account).optional(),
  /** The reviewed plans that it was compared with: the commit that was reviewed, and SHA-256 over the document. */
  reviewed: z.array(z.strictObject({ commit: CommitSha, digest: z.string() })).optional(),
  /** Wall-clock seconds. */
  seconds: z.number().nonnegative(),
});
export type UnitOutcome = z.infer<typeof UnitOutcome>;

/** What a hook said of the job. */
export const HookOutcome = z.strictObject({
  name: z.string(),
  result: z.enum(["pass", "warn", "deny", "failed"]),
  summary: z.string(),
});
export type HookOutcome = z.infer<typeof HookOutcome>;

/** What came of an account action: the proposed files, and the pull request that proposes them. */
export const AccountOutcome = z.strictObject({
  /** The accounts, for people: `qa, stage`. */
  name: z.string(),
  files: z.array(z.strictObject({ path: z.string(), content: z.string() })),
  pullRequestUrl: z.string().nullable(),
  /** What somebody should know of it, each a sentence. */
  notes: z.array(z.string()).optional(),
  failure: z.string().nullable(),
});
export type AccountOutcome = z.infer<typeof AccountOutcome>;

/** How a job, and each unit in it, ended. Written after every unit, so that a kill loses nothing. */
export const JobOutcome = z.strictObject({
  version: z.literal(1),
  job: JobId,
  /** The run attempt that wrote it, counted from 1. */
  attempt: z.int().positive(),
  action: Action,
  environment: z.string(),
  at: CommitSha,
  state: z.enum(["running", "finished"]),
  /** When the job began and ended, in UTC as ISO 8601. */
  startedAt: z.iso.datetime().optional(),
  finishedAt: z.iso.datetime().optional(),
  toolVersions: z.strictObject({ terragrunt: z.string().nullable(), tofu: z.string().nullable() }),
  /** Units that ended, in the order they ended; a unit of the job that is missing here did not end. */
  units: z.array(UnitOutcome),
  account: AccountOutcome.optional(),
  hooks: z.array(HookOutcome),
  /** Why the job as a whole could not do its work. */
  failure: z.string().nullable(),
  /** The log of the job that ran it. */
  logUrl: z.string().nullable(),
});
export type JobOutcome = z.infer<typeof JobOutcome>;
