import type { PlanSummary, UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { doesSomething, type PlanJson, summarize } from "../tofu/plan-json.ts";
import { missingOutputs, mockedConfigurations } from "../tofu/terragrunt-log.ts";
import { type JobContext, type OpenUnit, type UnitAction, unitOfConfiguration } from "./unit.ts";

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

async function told(
  context: JobContext,
  unit: OpenUnit,
  flags: readonly string[],
): Promise<Omit<UnitOutcome, "path" | "seconds" | "log">> {
  const planned = await makePlan(context, unit, [...flags, "-lock=false"]);
  if (planned.kind === "ended") return { end: planned.end };
  return {
    end: { kind: planned.changes ? "changed" : "unchanged" },
    plan: planned.summary,
    planText: planned.planText,
  };
}

/** Plans a unit to its plan file and reads the plan back. */
export async function makePlan(context: JobContext, unit: OpenUnit, flags: readonly string[]): Promise<Planned> {
  const step = await unit.run("plan", [
    "plan",
    "-input=false",
    "-no-color",
    `-out=${unit.workspace.planFile}`,
    ...flags,
  ]);
  if (step.end.exitCode !== 0 || step.end.stopped) {
    const waiting = missingOutputs(step.records).flatMap((file) => unitOfConfiguration(context, file) ?? []);
    const added = waiting.filter((path) => context.addedUnits.has(path));
    return { kind: "ended", end: added.length > 0 ? { kind: "waiting", for: added } : unit.failed("plan", step) };
  }
  const { json, text } = await unit.workspace.show();
  unit.hide(json);
  const mocked: UnitPath[] = mockedConfigurations(step.records).flatMap(
    (file) => unitOfConfiguration(context, file) ?? [],
  );
  const summary = summarize(json, mocked);
  return {
    kind: "planned",
    json,
    summary,
    planText: await unit.keep("plans", unit.clean(text)),
    changes: doesSomething(summary),
  };
}
