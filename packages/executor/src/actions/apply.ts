import { traitsOf } from "@pipelines/core/contracts/action";
import type { GuardStop, UnitOutcome } from "@pipelines/core/contracts/outcome";
import { compareWithReviewed, type GuardRule } from "../guard/compare.ts";
import { fingerprintOf } from "../guard/fingerprint.ts";
import { findReviewedPlans } from "../guard/reviewed-plans.ts";
import { appliedStates, recordAppliedState, sameStateStop } from "../guard/same-state.ts";
import { reviewedPlanStop } from "../guard/stop.ts";
import type { PlanJson } from "../tofu/plan-json.ts";
import type { Step } from "../tofu/unit-workspace.ts";
import { makePlan, onceMore } from "./plan.ts";
import type { ActionOutcome, JobContext, OpenUnit, UnitAction } from "./unit.ts";

/** Plans a unit and applies that very plan. */
export const apply: UnitAction = async (context, unit) => planAndApply(context, unit, []);

/** Plans the destruction of a unit and applies that very plan. */
export const destroy: UnitAction = (context, unit) => planAndApply(context, unit, ["-destroy"]);

/**
 * The rule that holds for an apply. A person at a terminal sees the plan before the apply, so nothing more is asked
 * there; on a runner the configuration's rule holds, whatever a document says about the event.
 */
function guardRuleOf({ configuration, execution, onRunner }: JobContext): GuardRule {
  return execution.comparison.event.name === "local" && !onRunner ? "off" : configuration.reviewed_plan;
}

async function planAndApply(context: JobContext, unit: OpenUnit, flags: readonly string[]): Promise<ActionOutcome> {
  const lock = `-lock-timeout=${context.configuration.jobs.lock_timeout}`;
  const planned = await makePlan(context, unit, [...flags, lock]);
  if (planned.kind === "ended") return { end: planned.end };
  const told = { plan: planned.summary, planText: planned.planText };
  const { mocked } = planned.summary;
  if (mocked.length > 0) return { ...told, end: { kind: "withheld", stop: mockedStop(mocked) } };
  const twin = await sameState(context, unit);
  if (twin !== null) return { ...told, end: { kind: "withheld", stop: twin } };
  if (!planned.changes) return { ...told, end: { kind: "unchanged" } };
  const verdict = await compare(context, unit, planned.json);
  if (verdict.stop !== null) return { ...told, ...verdict.differs, end: { kind: "withheld", stop: verdict.stop } };
  const args = ["apply", "-input=false", "-no-color", lock, unit.workspace.planFile];
  // A plan is used up by its apply, so that a second try can't do anything twice.
  const step = await onceMore(unit, "apply", args, { initialised: true });
  return { ...told, ...verdict.differs, end: applied(step) ? { kind: "changed" } : await unit.failed("apply", step) };
}

/** Compares the plan with what was reviewed. */
async function compare(
  context: JobContext,
  unit: OpenUnit,
  plan: PlanJson,
): Promise<{ stop: GuardStop | null; differs: Pick<UnitOutcome, "differsFromReviewed"> }> {
  const { execution, toolVersions } = context;
  const { job, comparison, repository, reviewedPlansFolder } = execution;
  const rule = guardRuleOf(context);
  const { plans, misfits } = await findReviewedPlans(reviewedPlansFolder, unit.fileName, {
    ...{ repository, toolVersions, unit: unit.path },
    action: traitsOf(job.action).reviewedAs ?? "plan",
    commit: comparison.mode === "manual" ? job.at : null,
  });
  const seen = plans.map((reviewed) => ({ reviewed, now: fingerprintOf(plan, reviewed.salt) }));
  const now = fingerprintOf(plan, "");
  const verdict = compareWithReviewed(now, seen, rule);
  const differs = plans.length === 0 ? {} : { differsFromReviewed: verdict.differs };
  if (verdict.kind === "go") return { stop: null, differs };
  const subject = { path: unit.path, action: job.action, at: job.at };
  return { stop: reviewedPlanStop(subject, rule, verdict.unseen, now, plans, misfits), differs };
}

/** Notes an apply's state; stops a destroy of a state that the run applied. */
async function sameState(context: JobContext, unit: OpenUnit): Promise<GuardStop | null> {
  const state = await unit.workspace.stateIdentity();
  if (traitsOf(context.execution.job.action).removes) {
    return sameStateStop(unit.path, state, await appliedStates(context.execution.folder));
  }
  await recordAppliedState(context.outcomeFolder, unit.fileName, unit.path, state);
  return null;
}

/** Terragrunt can exit 0 although the apply under it was ended: only the binary's own word counts. */
function applied(step: Step): boolean {
  return step.end.exitCode === 0 && /^Apply complete!/m.test(step.applyText);
}

function mockedStop(mocked: readonly string[]): GuardStop {
  return {
    guard: "mocked",
    message: `Its plan stands on made-up outputs of ${mocked.join(", ")}, which have none yet.`,
    unseen: [],
    next: `Apply ${mocked.join(", ")} first, or remove the dependency's \`mock_outputs\` for apply; then run again.`,
  };
}
