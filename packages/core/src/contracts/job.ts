import { z } from "zod";
import { Action } from "./action.ts";
import { Account, ChangeType, RequestedAccount } from "./change.ts";
import { CommitSha } from "./comparison.ts";
import { UnitPath } from "./unit-path.ts";

/** Names files and artifacts, so it is short and plain. Derived from the job's content: the same job has the same id. */
export const JobId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/)
  .brand<"JobId">();
export type JobId = z.infer<typeof JobId>;

export const JobUnit = z.strictObject({
  path: UnitPath,
  /**
   * Units that have to end well before this one starts: its dependencies for plan and apply, its dependents (at base)
   * for a destroy. Units of this job order the work inside it; units of other jobs ran in an earlier stage of this run.
   */
  after: z.array(UnitPath),
  /** Environments of which units of the same change run before this one: it starts when they ended well, with their checks. */
  waitsFor: z.array(z.string()).optional(),
});
export type JobUnit = z.infer<typeof JobUnit>;

/** What one runner does: one action on units of one environment, at one commit. It names its environment, never a role. */
export const Job = z.strictObject({
  id: JobId,
  /** What happens, for people: `Apply · prod · ModuleChanged prod/us-east-1/vpc`. */
  name: z.string(),
  /** Jobs of one stage may run side by side; stages run in order. Plans are stage 1; destroys follow the applies. */
  stage: z.int().positive(),
  action: Action,
  at: CommitSha,
  environment: z.string(),
  units: z.array(JobUnit),
  /** The change types that caused it. */
  changes: z.array(ChangeType),
  /** For the account actions: accounts that `accounts.yml` gained, and those that a run of the factory is to make. */
  accounts: z.strictObject({ added: z.array(Account), requested: z.array(RequestedAccount) }).optional(),
  /** Every unit of it waits for every job of the stages before: when one of those did not end well, nothing of it can start. */
  followsAll: z.literal(true).optional(),
  /** How long the runner may take, in minutes. */
  timeoutMinutes: z.int().positive(),
});
export type Job = z.infer<typeof Job>;

/** The part of a job that GitHub's matrix carries. */
export const MatrixJob = z.strictObject({
  id: JobId,
  /** The job's name without its first word, which the workflow has: GitHub shows a skipped job by the workflow's text. */
  title: z.string(),
  /** The configuration's name: deploys of one environment run one after the other. */
  environment: z.string(),
  github_environment: z.string(),
  runner: z.string(),
  timeout_minutes: z.int().positive(),
  /** Jobs of earlier stages come before it, and their outcomes decide what it may do. */
  follows: z.boolean(),
});
export type MatrixJob = z.infer<typeof MatrixJob>;
