import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PlanSummary, UnitEnd } from "@pipelines/core/contracts/outcome";
import { binaryAt } from "@pipelines/core/evidence/choose-binary";
import { programOf } from "@pipelines/core/tools/tool";
import type { OpenJob } from "../job/open-job.ts";
import { writePlanText } from "../outcome/unit-files.ts";
import { refusalOf, refusedArgument } from "../tofu/extra-arguments.ts";
import { errorText } from "../tofu/failure.ts";
import { doesSomething, extentOf, type PlanJson, sensitiveValues, summarize } from "../tofu/plan-json.ts";
import type { Step } from "../tofu/unit-workspace.ts";
import { endWithoutPlan } from "./end-without-plan.ts";
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

/** Plans a unit to its plan file and reads the plan back. A plan that is not of the whole unit is none. */
export async function makePlan(job: OpenJob, unit: OpenUnit, flags: readonly string[]): Promise<Planned> {
  const refused = (await refusedByBinary(job, unit)) ?? (await refusedByArguments(job, unit));
  if (refused !== null) return { kind: "ended", end: refused };
  const out = `-out=${unit.workspace.planFile}`;
  const step = await unit.run("plan", ["plan", "-input=false", "-no-color", out, ...flags]);
  if (!planEnded(step)) return { kind: "ended", end: await endWithoutPlan(job, unit, step) };
  const flagged = refusedByFlags(step, flags);
  if (flagged !== null) return { kind: "ended", end: flagged };
  const ignored = /^warn: Ignoring error/m.test(step.said);
  if (ignored && !(await unit.workspace.hasPlan())) return { kind: "ended", end: ignoredEnd(job, step) };
  const { json, text } = await unit.workspace.show();
  job.redactor.hide(sensitiveValues(json));
  const partial = partialEnd(job, json, step);
  if (partial !== null) return { kind: "ended", end: partial };
  if (job.folders.plans !== null) {
    await writeFile(join(job.folders.plans, `${unit.fileName}.json`), JSON.stringify(json), { mode: 0o600 });
  }
  const filled = job.checkout.mergesMocks ? await unit.workspace.filledByMocks() : [];
  const mocked = [...step.dependencies.mocked, ...filled].flatMap((file) => job.checkout.unitOf(file) ?? []);
  const summary = summarize(json, [...new Set(mocked)]);
  const planText = await writePlanText(job.folders.outcome, unit.fileName, job.redactor.clean(text));
  return { kind: "planned", json, summary, planText, changes: doesSomething(summary) };
}

/** With `-detailed-exitcode`, which a unit may add, the exit code 2 says that there are changes. */
function planEnded({ end, planFlags }: Step): boolean {
  const changes = end.exitCode === 2 && planFlags.has("-detailed-exitcode");
  return (end.exitCode === 0 || changes) && !end.stopped;
}

/** An error that the unit's `errors` block ignores leaves no plan, or one of what was planned until then. */
function ignoredEnd({ redactor }: OpenJob, step: Step): UnitEnd {
  const [, reason = ""] = /^warn: Ignoring error, reason: (.*)$/m.exec(step.said) ?? [];
  const error = errorText(step.errors === "" ? step.text : step.errors);
  return { kind: "ignored", message: redactor.clean(reason === "" ? error : `${reason}\n\n${error}`) };
}

/** How a unit ended whose plan is not of the whole unit; `null` for a plan that is. */
function partialEnd(job: OpenJob, json: PlanJson, step: Step): UnitEnd | null {
  const extent = extentOf(json);
  if (extent === "whole") return null;
  if (extent === "errored") return ignoredEnd(job, step);
  const message =
    "The plan is not complete: an apply of it would not make the unit what its code says. `-target` and changes that are deferred do that.";
  return { kind: "failed", at: "plan", cause: { kind: "tool", exitCode: step.end.exitCode, message } };
}

/** What the binary was really started with, wherever it came from: words that are put together, variables. */
function refusedByFlags({ planFlags }: Step, own: readonly string[]): UnitEnd | null {
  for (const flag of planFlags) {
    const why = own.includes(flag) ? null : refusalOf(flag);
    if (why === null) continue;
    const message = `\`${flag}\`, which the unit's \`extra_arguments\` or the variables \`TF_CLI_ARGS\` and \`TF_CLI_ARGS_plan\` add to its plan, ${why}. Take it out.`;
    return { kind: "failed", at: "plan", cause: { kind: "configuration", message } };
  }
  return null;
}

/** A unit that names the other binary is nothing for this one: its apply would change the state for good. */
async function refusedByBinary({ tools }: OpenJob, { workspace }: OpenUnit): Promise<UnitEnd | null> {
  const named = tools.mayNameBinary ? ((await workspace.rendered())?.terraform_binary ?? null) : null;
  const wanted = binaryAt(named);
  const { kind } = tools.binary;
  if (named === null || wanted === null || programOf(wanted) === kind) return null;
  const message = `\`terraform_binary\` of this unit is \`${named}\`, and this job runs \`${kind}\`, which would change its state for good. Make them say the same, or run its environment with the other one.`;
  return { kind: "failed", at: "plan", cause: { kind: "configuration", message } };
}

async function refusedByArguments(
  { checkout, redactor }: OpenJob,
  { path, workspace }: OpenUnit,
): Promise<UnitEnd | null> {
  const rendered = checkout.mayAddRefused ? await workspace.rendered() : null;
  const refused = rendered === null ? null : refusedArgument(rendered);
  if (refused === null) return null;
  const { block: label, argument, why } = refused;
  const word = argument.split("/").at(-1) ?? argument;
  const place = await checkout.placeOf(path, { type: "extra_arguments", label, word });
  const message = `${place ?? path}: \`${argument}\` in \`extra_arguments "${label}"\` ${why}. Take it out, or take the command out of the block's \`commands\`.`;
  return { kind: "failed", at: "plan", cause: { kind: "configuration", message: redactor.clean(message) } };
}
