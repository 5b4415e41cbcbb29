import { traitsOf } from "@pipelines/core/contracts/action";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { Job } from "@pipelines/core/contracts/job";

/** An action that may not run here, whatever the document says. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/**
 * Only the deploy branch changes the world. The document's own word is not enough: in GitHub Actions the run's ref
 * has to be the deploy branch as well.
 *
 * @param deployBranch as the newest configuration of the run has it: a removed unit's own is of a time when it may have been another
 * @param environment the environment of this process
 * @throws RefusedError
 */
export function demandAuthority(
  job: Job,
  comparison: Comparison,
  deployBranch: string,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  if (!traitsOf(job.action).writes) return;
  const branch = `refs/heads/${deployBranch}`;
  const inActions = environment["GITHUB_ACTIONS"] === "true";
  const ref = inActions ? (environment["GITHUB_REF"] ?? "") : comparison.event.ref;
  const event = inActions ? (environment["GITHUB_EVENT_NAME"] ?? "") : comparison.event.name;
  if (ref !== branch)
    throw new RefusedError(`\`${job.action}\` runs for ${branch} only; this run is for ${ref || "no branch"}.`);
  if (comparison.mode !== "apply" && comparison.mode !== "manual") {
    throw new RefusedError(`\`${job.action}\` does not run in mode \`${comparison.mode}\`.`);
  }
  if (inActions && !["push", "workflow_dispatch", "schedule"].includes(event)) {
    throw new RefusedError(`\`${job.action}\` runs on a push, a dispatch or a schedule, not on \`${event}\`.`);
  }
  // A push applies what was pushed. A destroy runs at the base, which the push itself names.
  const pushed = environment["GITHUB_SHA"];
  if (inActions && event === "push" && pushed !== undefined && comparison.head !== pushed) {
    throw new RefusedError(`this push is of ${pushed}; the document wants to run for ${comparison.head}.`);
  }
}
