import { writeUnitState } from "@pipelines/core/documents/unit-states";
import { recordReviewedPlan, reviewedPlanOf } from "../guard/reviewed-plans.ts";
import type { OpenJob } from "../job/open-job.ts";
import { makePlan } from "../unit/make-plan.ts";
import type { OpenUnit } from "../unit/open-unit.ts";
import type { ActionOutcome, UnitAction } from "../unit/run-unit.ts";

/** Plans a unit. Takes no state lock: a plan of a pull request must not hold up an apply. */
export const plan: UnitAction = (job, unit) => planOnly(job, unit, []);

/** Plans the destruction of a unit. */
export const planDestroy: UnitAction = (job, unit) => planOnly(job, unit, ["-destroy"]);

async function planOnly(job: OpenJob, unit: OpenUnit, flags: readonly string[]): Promise<ActionOutcome> {
  const planned = await makePlan(job, unit, [...flags, "-lock=false"]);
  if (planned.kind === "ended") return { end: planned.end };
  const { json, summary, planText, changes } = planned;
  await writeUnitState(job.folders.outcome, unit.fileName, {
    unit: unit.path,
    state: await unit.workspace.stateIdentity(),
  });
  const mocked = summary.mocked.length > 0;
  const reviewed = reviewedPlanOf(job.execution, unit.path, job.tools.versions, json, mocked);
  if (reviewed !== null) await recordReviewedPlan(job.folders.outcome, unit.fileName, reviewed);
  return { end: { kind: changes ? "changed" : "unchanged" }, plan: summary, planText };
}
