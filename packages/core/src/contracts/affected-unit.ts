import { z } from "zod";
import { Action } from "./action.ts";
import { ChangeType } from "./change.ts";
import { CommitSha } from "./comparison.ts";
import { UnitPath } from "./unit-path.ts";

/** How the next path in a chain depends on the one before it. */
export const Relation = z.enum([
  "in the folder of",
  "included by",
  "read by",
  "file of the module of",
  "called by the module of",
  "generates",
  "configured as read by",
  "settings of",
  "asked for",
  "due since",
  "may be read by",
]);
export type Relation = z.infer<typeof Relation>;

/** One chain from a changed file to a unit. The last link's path is the unit. */
export const Reason = z.strictObject({
  change: ChangeType,
  file: z.string(),
  links: z.array(z.strictObject({ relation: Relation, path: z.string() })),
});
export type Reason = z.infer<typeof Reason>;

/** Why a unit is not applied or destroyed: the rule, what it says of the unit, and a way on that no rule refuses. */
export const Withheld = z.strictObject({
  by: z.enum([
    "remaining-dependents",
    "needed-apply",
    "exists",
    "move",
    "destroy-denied",
    "protected",
    "paused",
    "account-deletion",
    /** Its part of the change comes after that of another environment, which is not done. */
    "promotion",
    /** Its environment is in this pull request's configuration alone, and base's governs. */
    "new-environment",
    /** Its plan has mock outputs of units that the same change does not apply. */
    "mocked-outputs",
    /** Terragrunt is told not to run it. */
    "excluded",
  ]),
  message: z.string(),
  next: z.string(),
});
export type Withheld = z.infer<typeof Withheld>;

/** A unit that must run, with its action and why. */
export const AffectedUnit = z.strictObject({
  path: UnitPath,
  /** `affected`: reached only through files outside its own folder. */
  status: z.enum(["added", "changed", "deleted", "affected"]),
  action: Action,
  /** The commit whose configuration is run: the base for deletes, the head for all others. */
  at: CommitSha,
  environment: z.string(),
  because: z.array(Reason).min(1),
  /** Every unit that it depends on at `at`, affected or not. */
  dependsOn: z.array(UnitPath),
  /** It may be affected by caution alone: what Terragrunt said when it could not evaluate it without credentials. */
  notEvaluated: z.string().optional(),
  /** It is one half of a move: the other half's path. */
  movedWith: UnitPath.optional(),
  /** No commit of this comparison changed it: it is due since an earlier one. */
  due: z
    .strictObject({
      owner: z.int().positive(),
      since: z.iso.datetime(),
      why: z.string(),
      /** The commits that it is due for: a plan that was reviewed for one of them counts. */
      commits: z.array(CommitSha),
    })
    .optional(),
  /** It does not run. */
  withheld: Withheld.optional(),
  /** It is planned, and what carries out the plan, such as the merge, will not run for it. */
  willBeWithheld: Withheld.optional(),
});
export type AffectedUnit = z.infer<typeof AffectedUnit>;
