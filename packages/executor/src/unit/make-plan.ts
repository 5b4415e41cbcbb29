import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PlanSummary, UnitEnd } from "@pipelines/core/contracts/outcome";
import type { OpenJob } from "../job/open-job.ts";
import { writePlanText } from "../outcome/unit-files.ts";
import { doesSomething, type PlanJson, sensitiveValues, summarize } from "../tofu/plan-json.ts";
import type { OpenUnit } from "./open-unit.ts";

/** A plan that was made, or how the unit ended without one. */
export type Planned =
  | {
      readonly kind: "planned";
      readonly json: PlanJson;
      readonly summary: PlanSummary;
      /** The name of its text beside the outcome. */
      readonly planText: string;
      readonly changes: boolean;
    }
  | { readonly kind: "ended"; readonly end: UnitEnd };

/** Plans a unit to its plan file and reads the plan back. */
export async function makePlan(job: OpenJob, unit: OpenUnit, flags: readonly string[]): Promise<Planned> {
  const out = `-out=${unit.workspace.planFile}`;
  const step = await unit.run("plan", ["plan", "-input=false", "-no-color", out, ...flags]);
  const unitsOf = (files: readonly string[]) => files.flatMap((file) => job.checkout.unitOf(file) ?? []);
  if (step.end.exitCode !== 0 || step.end.stopped) {
    const added = unitsOf(step.dependencies.withoutOutputs).filter((path) => job.execution.addedUnits.includes(path));
    return { kind: "ended", end: added.length > 0 ? { kind: "waiting", for: added } : await unit.failed("plan", step) };
  }
  const { json, text } = await unit.workspace.show();
  job.redactor.hide(sensitiveValues(json));
  if (job.folders.plans !== null) {
    await writeFile(join(job.folders.plans, `${unit.fileName}.json`), JSON.stringify(json), { mode: 0o600 });
  }
  const filled = job.checkout.mergesMocks ? await unit.workspace.filledByMocks() : [];
  const summary = summarize(json, [...new Set(unitsOf([...step.dependencies.mocked, ...filled]))]);
  const planText = await writePlanText(job.folders.outcome, unit.fileName, job.redactor.clean(text));
  return { kind: "planned", json, summary, planText, changes: doesSomething(summary) };
}
