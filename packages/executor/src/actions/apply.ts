import type { GuardStop, UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { Step } from "../tofu/unit-workspace.ts";
import { makePlan } from "./plan.ts";
import type { JobContext, OpenUnit, UnitAction } from "./unit.ts";

/** Plans a unit and applies that very plan. */
export const apply: UnitAction = (context, unit) => planAndApply(context, unit, []);

/** Plans the destruction of a unit and applies that very plan. */
export const destroy: UnitAction = (context, unit) => planAndApply(context, unit, ["-destroy"]);

async function planAndApply(
  context: JobContext,
  unit: OpenUnit,
  flags: readonly string[],
): Promise<Omit<UnitOutcome, "path" | "seconds" | "log">> {
  const lock = `-lock-timeout=${context.configuration.jobs.lock_timeout}`;
  const planned = await makePlan(context, unit, [...flags, lock]);
  if (planned.kind === "ended") return { end: planned.end };
  const told = { plan: planned.summary, planText: planned.planText };
  if (planned.summary.mocked.length > 0)
    return { ...told, end: { kind: "withheld", stop: mockedStop(planned.summary.mocked) } };
  if (!planned.changes) return { ...told, end: { kind: "unchanged" } };
  const step = await unit.run("apply", ["apply", "-input=false", "-no-color", lock, unit.workspace.planFile]);
  return { ...told, end: applied(step) ? { kind: "changed" } : unit.failed("apply", step) };
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
