import { z } from "zod";
import { Action } from "./action.ts";
import { CommitSha } from "./comparison.ts";
import { UnitPath } from "./unit-path.ts";

/** A run of the workflow. Its attempts are one run: a re-run goes on with what the run owns. */
export const LedgerRun = z.strictObject({
  id: z.int().positive(),
  /** The number that people see, counted from 1 per workflow. */
  number: z.int().positive(),
  attempt: z.int().positive(),
});
export type LedgerRun = z.infer<typeof LedgerRun>;

/** Up to which commit of the deploy branch changes were determined and claimed. */
export const Determined = z.strictObject({
  version: z.literal(1),
  /** `null`: units were claimed, but never all that a commit changed. */
  commit: CommitSha.nullable(),
  /** The deploy branch that has the commit, without `refs/heads/`. A configuration may name another one later. */
  branch: z.string().min(1),
  /** Counts the claims of changes. A run that determined with an older count has not seen the claims since. */
  claim: z.int().nonnegative(),
  /** The claim that reached the commit. Those after it named not all that their commits changed. */
  reached: z.int().nonnegative(),
  /** The run that wrote this, and when. */
  run: LedgerRun,
  time: z.iso.datetime(),
});
export type Determined = z.infer<typeof Determined>;

/** What the ledger has a unit do. */
export const LedgerAction = Action.extract(["apply", "destroy"]);
export type LedgerAction = z.infer<typeof LedgerAction>;

/** Why a unit is due. */
export const DueWhy = z.enum([
  /** A commit changed it; its run has not said how it ended. */
  "changed",
  /** A person asked for it; the run has not said how it ended. */
  "asked",
  /** Something about the unit keeps it from being run; nobody could say what it would do. */
  "problem",
  /** Another run claimed it while this one was determining, so this one has no job for it. */
  "not-determined",
  "withheld",
  "paused",
  "held-move",
  "skipped",
  "waiting",
  "failed",
  "interrupted",
  /** An environment that comes first has not done its part of the same change. */
  "promotion",
  /** It is applied or destroyed, and the checks that follow did not pass, for which other environments wait. */
  "check",
  /** Its job left no outcome: it may not have run, or may have changed something. */
  "lost",
  /** A person applied an older commit or destroyed it, so the deploy branch says more than is applied. */
  "set-back",
]);
export type DueWhy = z.infer<typeof DueWhy>;

/** Something that has to be done to a unit and is not. */
export const Due = z.strictObject({
  action: LedgerAction,
  /** The commit that runs: for a destroy the one that still had the unit. */
  commit: CommitSha,
  /** The commits of the deploy branch that it is due for, oldest first. */
  commits: z.array(CommitSha).min(1),
  environment: z.string().nullable(),
  why: DueWhy,
  /** The same for people, redacted. */
  message: z.string(),
  /** The run that has it. When that has ended the next run takes it. */
  owner: LedgerRun,
  /** What it depended on at each commit that was tried since it was last applied: a part of that may be in use. */
  dependsOn: z.array(UnitPath),
  /** Nothing but a person's request wants it: when it is not started, nothing is owed. */
  byHand: z.boolean(),
  /**
   * It runs at a commit that `determined` had not reached. A comparison that begins before that commit does not show
   * what comes after and turns it back.
   */
  ahead: z.boolean(),
  since: z.iso.datetime(),
});
export type Due = z.infer<typeof Due>;

/** Which state a unit has, as far as could be told; `null` is not known. */
export const LedgerState = z.strictObject({
  backend: z.string().nullable(),
  /** A hash of what names the state's place: bucket and key, path, address. Settings may hold secrets. */
  key: z.string().nullable(),
  workspace: z.string().nullable(),
  lineage: z.string().nullable(),
  serial: z.int().nonnegative().nullable(),
});
export type LedgerState = z.infer<typeof LedgerState>;

/** What was last done to a unit. */
export const Applied = z.strictObject({
  action: LedgerAction,
  /** The commit of the deploy branch that is in effect: for a destroy the one that has the unit no more. */
  commit: CommitSha,
  environment: z.string().nullable(),
  run: LedgerRun,
  time: z.iso.datetime(),
  /** Who merged it, or asked for it. */
  by: z.string().nullable(),
  pullRequest: z.int().positive().nullable(),
  /** The units that it depends on as it is applied: they are needed until it is applied without them, or destroyed. */
  dependsOn: z.array(UnitPath),
  /** SHA-256 over the plan's summary: addresses and what happened to them. */
  plan: z.string().nullable(),
  /**
   * The plans that people had reviewed and that it was compared with: the commit that they were made of, and SHA-256 over
   * the document, as the artifacts of the pull request's run have it.
   */
  reviewed: z.array(z.strictObject({ commit: CommitSha, digest: z.string() })).optional(),
  state: LedgerState.nullable(),
});
export type Applied = z.infer<typeof Applied>;

/** What a person decided not to have done. */
export const Dismissed = z.strictObject({
  action: LedgerAction,
  commit: CommitSha,
  /** The commits that it was due for: an older one does not bring back what they had decided. */
  commits: z.array(CommitSha).optional(),
  run: LedgerRun,
  time: z.iso.datetime(),
  by: z.string(),
  reason: z.string(),
  /** What it was tried with until then: it may have been in the middle of its work. */
  dependsOn: z.array(UnitPath),
});
export type Dismissed = z.infer<typeof Dismissed>;

/** Which state a plan of the deploy branch found, of a unit that no apply has told of yet. */
export const SeenState = z.strictObject({
  state: LedgerState,
  commit: CommitSha,
  run: LedgerRun,
  time: z.iso.datetime(),
});

/** All that the ledger says of one unit. */
export const LedgerUnit = z.strictObject({
  version: z.literal(1),
  unit: UnitPath,
  /** The count of `determined` when a commit's change of it was last claimed; 0: never. */
  claim: z.int().nonnegative(),
  due: Due.optional(),
  applied: Applied.optional(),
  dismissed: Dismissed.optional(),
  seen: SeenState.optional(),
});
export type LedgerUnit = z.infer<typeof LedgerUnit>;
