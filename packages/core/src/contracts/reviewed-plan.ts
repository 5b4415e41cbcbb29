import { z } from "zod";
import { CommitSha } from "./comparison.ts";
import { ResourceAction } from "./outcome.ts";
import { UnitPath } from "./unit-path.ts";

/**
 * What the people who approved a pull request saw of one unit. Values are salted hashes: it tells "the same" from
 * "different" and nothing else, since everybody who may read the repository may read it.
 */
export const ReviewedPlan = z.strictObject({
  version: z.literal(1),
  repository: z.string(),
  /** The tip of the pull request's branch that was planned. */
  headSha: CommitSha,
  unit: UnitPath,
  action: z.enum(["plan", "plan-destroy"]),
  toolVersions: z.strictObject({ terragrunt: z.string().nullable(), tofu: z.string().nullable() }),
  /** The plan was made with mock outputs. */
  mocked: z.boolean(),
  salt: z.string().min(16),
  changes: z.array(
    z.strictObject({
      address: z.string(),
      action: ResourceAction,
      /** SHA-256 over the salt and the non-sensitive, known part of the change. */
      hash: z.string(),
    }),
  ),
});
export type ReviewedPlan = z.infer<typeof ReviewedPlan>;
