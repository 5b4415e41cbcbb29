import { traitsOf } from "@pipelines/core/contracts/action";
import { mayBuildOn } from "@pipelines/core/contracts/end";
import type { GuardStop, UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import { readUnitStates, writeUnitState } from "@pipelines/core/documents/unit-states";
import { factoryAccounts } from "../accounts/factory-output.ts";
import { compareWithReviewed } from "../guard/compare.ts";
import { fingerprintOf } from "../guard/fingerprint.ts";
import { findReviewedPlans } from "../guard/reviewed-plans.ts";
import { sameStateStop } from "../guard/same-state.ts";
import { mockedStop, reviewedPlanStop } from "../guard/stop.ts";
import type { OpenJob } from "../job/open-job.ts";
import { endOfStart } from "../look/end-of-start.ts";
import type { PlanJson } from "../tofu/plan-json.ts";
import type { Step } from "../tofu/unit-workspace.ts";
import { withoutRetries } from "../unit/failed-end.ts";
import { makePlan } from "../unit/make-plan.ts";
import type { OpenUnit } from "../unit/open-unit.ts";
import type { ActionOutcome, UnitAction } from "../unit/run-unit.ts";

/** Plans a unit and applies that very plan. */
export const apply: UnitAction = async (job, unit) => {
  const outcome = await planAndApply(job, unit, []);
  const isFactory = unit.path === job.configuration.accounts.factory_unit;
  if (!isFactory || !mayBuildOn(outcome.end, "apply")) return outcome;
  const accounts = await factoryAccounts(unit);
  return accounts === null ? outcome : { ...outcome, accounts };
};

/** Plans the destruction of a unit and applies that very plan. */
export const destroy: UnitAction = (job, unit) => planAndApply(job, unit, ["-destroy"]);

async function planAndApply(job: OpenJob, unit: OpenUnit, flags: readonly string[]): Promise<ActionOutcome> {
  const lock = `-lock-timeout=${job.configuration.jobs.lock_timeout}`;
  const planned = await makePlan(job, unit, [...flags, lock]);
  if (planned.kind === "ended") return { end: planned.end };
  const shown = { plan: planned.summary, planText: planned.planText };
  const { mocked } = planned.summary;
  const { action } = job.execution.job;
  // Where nothing is left to destroy, no value matters.
  if (!planned.changes && traitsOf(action).removes) return { ...shown, end: { kind: "unchanged" } };
  if (mocked.length > 0) return { ...shown, end: { kind: "withheld", stop: mockedStop(mocked, action) } };
  const shared = await sameState(job, unit);
  if (shared !== null) return { ...shown, end: shared };
  if (!planned.changes) return { ...shown, end: { kind: "unchanged" } };
  const review = await compareWithReview(job, unit, planned.json);
  if (review.stop !== null) return { ...shown, ...review.differs, end: { kind: "withheld", stop: review.stop } };
  const denied = await job.judgePlan(unit.fileName, planned.json);
  if (denied !== null) return { ...shown, ...review.differs, end: { kind: "withheld", stop: denied } };
  const args = ["apply", "-input=false", "-no-color", lock, unit.workspace.planFile];
  // A plan is used up by its apply, so that a second try can't do anything twice.
  const step = await unit.run("apply", args, { initialised: true });
  const end = applied(step) ? ({ kind: "changed" } as const) : await failedApply(unit, step);
  return { ...shown, ...review.differs, end };
}

async function failedApply(unit: OpenUnit, step: Step): Promise<UnitEnd> {
  const end = await unit.failed("apply", step);
  if (end.kind !== "failed") return end;
  const rendered = await unit.workspace.rendered();
  return withoutRetries(
    end,
    (rendered?.errors?.retry ?? []).map(({ name }) => name),
  );
}

/** Compares the plan with what was reviewed. */
async function compareWithReview(
  job: OpenJob,
  unit: OpenUnit,
  plan: PlanJson,
): Promise<{ stop: GuardStop | null; differs: Pick<UnitOutcome, "differsFromReviewed"> }> {
  const { action, at } = job.execution.job;
  const { comparison, repository, reviewedPlansFolder } = job.execution;
  const { plans, rejected } = await findReviewedPlans(reviewedPlansFolder, unit.fileName, {
    ...{ repository, toolVersions: job.tools.versions, unit: unit.path },
    action: traitsOf(action).reviewedAs ?? "plan",
    commit: comparison.mode === "manual" ? at : null,
  });
  const seen = plans.map((reviewed) => ({ reviewed, now: fingerprintOf(plan, reviewed.salt) }));
  const now = fingerprintOf(plan, "");
  const verdict = compareWithReviewed(now, seen, job.reviewRule);
  const differs = plans.length === 0 ? {} : { differsFromReviewed: verdict.differs };
  if (verdict.kind === "go") return { stop: null, differs };
  const subject = { path: unit.path, action, at };
  return { stop: reviewedPlanStop(subject, job.reviewRule, verdict.unseen, now, plans, rejected), differs };
}

/** Writes an apply's state down; stops a destroy of a state that the run applied, or that another unit has. */
async function sameState(job: OpenJob, unit: OpenUnit): Promise<UnitEnd | null> {
  const state = await unit.workspace.stateIdentity();
  if (!traitsOf(job.execution.job.action).removes) {
    await writeUnitState(job.folders.outcome, unit.fileName, { unit: unit.path, state });
    return null;
  }
  const stop = sameStateStop(unit.path, state, await readUnitStates(job.execution.folder));
  if (stop !== null) return { kind: "withheld", stop };
  const start = (await job.mayStart?.(unit.path, state)) ?? { kind: "go" };
  return endOfStart(start, job.execution.comparison.head);
}

/** Terragrunt can exit 0 although the apply under it failed or was ended: the binary's own exit code counts as well. */
function applied(step: Step): boolean {
  return step.end.exitCode === 0 && step.applyExit === 0;
}
