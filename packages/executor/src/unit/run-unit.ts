import type { FailureCause, UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { Start } from "@pipelines/core/contracts/start";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { stricterRule } from "../guard/compare.ts";
import { policyOn } from "../guard/policy.ts";
import type { OpenJob } from "../job/open-job.ts";
import type { LogPart } from "../outcome/full-log.ts";
import { fileNameOf, writeUnitLog } from "../outcome/unit-files.ts";
import { type OpenUnit, openUnit } from "./open-unit.ts";

/** What an action says of a unit: how it ended, and what is shown of its plan. */
export type ActionOutcome = Omit<UnitOutcome, "path" | "seconds" | "log">;

/** How an action is carried out on one unit. */
export type UnitAction = (job: OpenJob, unit: OpenUnit) => Promise<ActionOutcome>;

/**
 * Runs an action on one unit. Never rejects: what goes wrong is the outcome.
 *
 * @param start what was said of the unit right before, where somebody was asked
 */
export async function runUnit(
  opened: OpenJob,
  path: UnitPath,
  action: UnitAction,
  start?: Start,
): Promise<UnitOutcome> {
  const job = underRuleOf(opened, start);
  const started = performance.now();
  const parts: LogPart[] = [];
  const { clean } = job.redactor;
  const ended = async (outcome: ActionOutcome): Promise<UnitOutcome> => {
    const log = await writeUnitLog(job.folders.outcome, fileNameOf(path), parts, clean);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    return { path, ...outcome, ...(log === null ? {} : { log }), seconds };
  };
  const policy = policyOn(job.configuration, job.environment, job.newest, path, job.execution.job.action);
  if (policy !== null) return ended({ end: policy });
  const place = await job.checkout.locate(path);
  if (place.kind === "missing") return ended(notThere(clean(place.why)));
  let applying = false;
  try {
    await using unit = await openUnit(job, path, place.folder, parts);
    const run: OpenUnit["run"] = (step, args, options) => {
      applying ||= args[0] === "apply";
      return unit.run(step, args, options);
    };
    // The log is written while the files that it is made of are there.
    return await ended(await action(job, { ...unit, run }));
  } catch (error) {
    const message = clean(error instanceof Error ? error.message : String(error));
    parts.push({ title: "", text: message, files: [] });
    return ended({ end: { kind: "failed", at: applying ? "apply" : "plan", cause: causeOfError(error, message) } });
  }
}

/** The job under the rule of the deploy branch as it is now, where that is stricter than its own. */
function underRuleOf(job: OpenJob, start: Start | undefined): OpenJob {
  if (start?.kind !== "go" || start.reviewRule === undefined) return job;
  return { ...job, reviewRule: stricterRule(job.reviewRule, start.reviewRule) };
}

function notThere(message: string): ActionOutcome {
  return { end: { kind: "failed", at: "init", cause: { kind: "configuration", message } } };
}

function causeOfError(error: unknown, message: string): FailureCause {
  const diskFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
  return diskFull ? { kind: "disk-full", message } : { kind: "tool", exitCode: null, message };
}
