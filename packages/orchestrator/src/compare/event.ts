import { DispatchAction } from "@pipelines/core/contracts/action";
import { CommitSha, type EventRef, LockId } from "@pipelines/core/contracts/comparison";
import { z } from "zod";

/** The event that started the run, as GitHub's environment describes it. */
export type PipelineEvent = EventRef & {
  /** `GITHUB_SHA`: the merge commit for a pull request, the new tip for a push. */
  readonly sha: CommitSha;
  /** The parsed JSON of `GITHUB_EVENT_PATH`, not yet checked. */
  readonly payload: unknown;
};

/** The part of a `pull_request` payload that is needed. `repo` is null when the fork was deleted. */
export const PullRequestPayload = z.object({
  number: z.int().positive(),
  pull_request: z.object({
    head: z.object({ ref: z.string(), sha: CommitSha, repo: z.object({ full_name: z.string() }).nullable() }),
    base: z.object({ ref: z.string(), sha: CommitSha, repo: z.object({ full_name: z.string() }) }),
  }),
});
export type PullRequestPayload = z.infer<typeof PullRequestPayload>;

/** The part of a `push` payload that is needed. `before` is all zeros for a new branch. */
export const PushPayload = z.object({
  ref: z.string(),
  before: CommitSha,
  after: CommitSha,
  deleted: z.boolean().default(false),
  forced: z.boolean().default(false),
});
export type PushPayload = z.infer<typeof PushPayload>;

/** The part of a `merge_group` payload that is needed. */
export const MergeGroupPayload = z.object({ merge_group: z.object({ base_sha: CommitSha, head_sha: CommitSha }) });
export type MergeGroupPayload = z.infer<typeof MergeGroupPayload>;

/** What a dispatch asks for that is no action of its own: whatever is due of the units that it names. */
export const APPLY_DUE = "apply-due";

/** What a dispatch asks for that runs nothing: what is due of the units that it names is not to be done. */
export const DISMISS = "dismiss";

/** The inputs of a dispatch; GitHub hands every one over as a text, and leaves out what the workflow does not declare. */
export const DispatchPayload = z.object({
  inputs: z
    .object({
      action: z.enum([...DispatchAction.options, APPLY_DUE, DISMISS]).default("plan"),
      units: z.string().trim().min(1, "name the units, by globs"),
      commit: z.string().trim().default(""),
      approved_run: z.string().trim().regex(/^\d*$/, "has to be the number of a run, as in its address").default(""),
      destroy_existing: z.enum(["", "true", "false"], "has to be true or false").default(""),
      lock_id: z
        .string()
        .trim()
        .pipe(z.union([z.literal(""), LockId]))
        .default(""),
    })
    .nullable(),
});
export type DispatchPayload = z.infer<typeof DispatchPayload>;

/** The part of a `schedule` payload that is needed: the line of the workflow that started the run. */
export const SchedulePayload = z.object({ schedule: z.string() });

/** An event's payload that is not what GitHub documents. */
export class EventError extends Error {
  override readonly name = "EventError";
}

/** @throws EventError naming what the payload lacks */
export function readPayload<S extends z.ZodType>(event: PipelineEvent, schema: S): z.output<S> {
  const result = schema.safeParse(event.payload);
  if (result.success) return result.data;
  throw new EventError(
    `the payload of the ${event.name} event is not what GitHub documents:\n${z.prettifyError(result.error)}`,
    { cause: result.error },
  );
}
