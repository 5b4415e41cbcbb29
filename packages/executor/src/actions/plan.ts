import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PlanSummary, UnitEnd } from "@pipelines/core/contracts/outcome";
import { recordReviewedPlan, reviewedPlanOf } from "../guard/reviewed-plans.ts";
import { doesSomething, type PlanJson, summarize } from "../tofu/plan-json.ts";
import type { Step, StepOptions } from "../tofu/unit-workspace.ts";
import { type ActionOutcome, type JobContext, type OpenUnit, type UnitAction, unitOfConfiguration } from "./unit.ts";

/** A plan that was made, or how the unit ended without one. */
export type Planned =
  | {
      readonly kind: "planned";
      readonly json: PlanJson;
      readonly summary: PlanSummary;
      readonly planText: string;
      readonly changes: boolean;
    }
  | { readonly kind: "ended"; readonly end: UnitEnd };

/** Plans a unit and tells what would happen. Takes no state lock: a plan of a pull request must not hold up an apply. */
export const plan: UnitAction = (context, unit) => told(context, unit, []);

/** Plans the destruction of a unit. */
export const planDestroy: UnitAction = (context, unit) => told(context, unit, ["-destroy"]);

async function told(context: JobContext, unit: OpenUnit, flags: readonly string[]): Promise<ActionOutcome> {
  const planned = await makePlan(context, unit, [...flags, "-lock=false"]);
  if (planned.kind === "ended") return { end: planned.end };
  const { json, summary, planText, changes } = planned;
  const reviewed = reviewedPlanOf(context.execution, unit.path, context.toolVersions, json, summary.mocked.length > 0);
  if (reviewed !== null) await recordReviewedPlan(context.outcomeFolder, unit.fileName, reviewed);
  return { end: { kind: changes ? "changed" : "unchanged" }, plan: summary, planText };
}

/**
 * Runs a command, and once more when it lost its providers before it did anything: units share a cache of providers, and
 * an init beside it can take a provider from under it for a moment. A second failure is told as it is.
 */
export async function onceMore(
  unit: Pick<OpenUnit, "run">,
  step: string,
  args: readonly string[],
  options: StepOptions = {},
): Promise<Step> {
  const first = await unit.run(step, args, options);
  return lostItsProviders(first) ? unit.run(`${step}-again`, args, options) : first;
}

function lostItsProviders({ end, text }: Step): boolean {
  const lost = /Required plugins are not installed|providercache.*LinkFromOtherCache/s;
  return end.exitCode !== 0 && !end.stopped && !end.timedOut && lost.test(text);
}

/** Plans a unit to its plan file and reads the plan back. */
export async function makePlan(context: JobContext, unit: OpenUnit, flags: readonly string[]): Promise<Planned> {
  const out = `-out=${unit.workspace.planFile}`;
  const args = ["plan", "-input=false", "-no-color", out, ...flags];
  const step = await onceMore(unit, "plan", args);
  if (step.end.exitCode !== 0 || step.end.stopped) {
    const waiting = step.dependencies.withoutOutputs.flatMap((file) => unitOfConfiguration(context, file) ?? []);
    const added = waiting.filter((path) => context.execution.addedUnits.includes(path));
    return { kind: "ended", end: added.length > 0 ? { kind: "waiting", for: added } : await unit.failed("plan", step) };
  }
  const { json, text } = await unit.workspace.show();
  unit.hide(json);
  if (context.plansFolder !== null) {
    await writeFile(join(context.plansFolder, `${unit.fileName}.json`), JSON.stringify(json), { mode: 0o600 });
  }
  const filled = context.mergesMocks ? await unit.workspace.filledByMocks() : [];
  const mocked = [...step.dependencies.mocked, ...filled].flatMap((file) => unitOfConfiguration(context, file) ?? []);
  const summary = summarize(json, [...new Set(mocked)]);
  const planText = await unit.keep("plans", unit.clean(text));
  return { kind: "planned", json, summary, planText, changes: doesSomething(summary) };
}
