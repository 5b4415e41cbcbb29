import { relative } from "node:path";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { preventDestroyStop } from "../guard/stop.ts";
import type { OpenJob } from "../job/open-job.ts";
import type { Step } from "../tofu/unit-workspace.ts";
import type { OpenUnit } from "./open-unit.ts";

/** How a unit ended that could not be planned. */
export async function endWithoutPlan(job: OpenJob, unit: OpenUnit, step: Step): Promise<UnitEnd> {
  if (step.end.stopped) return unit.failed("plan", step);
  const { removes, writes } = traitsOf(job.execution.job.action);
  const protectedBy = /protected by the prevent_destroy flag in (\S+?)\.\s/.exec(`${step.errors}\n`)?.[1];
  if (removes && protectedBy !== undefined) {
    const file = relative(job.checkout.folder, protectedBy);
    return { kind: "withheld", stop: preventDestroyStop(file.startsWith("..") ? protectedBy : file) };
  }
  const { withoutOutputs } = step.dependencies;
  if (removes && withoutOutputs.length > 0 && (await managesNothing(unit))) return { kind: "unchanged" };
  const unapplied = withoutOutputs.flatMap((file) => job.checkout.unitOf(file) ?? []);
  const coming = unapplied.filter(
    (path) =>
      job.execution.addedUnits.includes(path) || (!writes && job.execution.job.units.some((one) => one.path === path)),
  );
  if (coming.length > 0) return { kind: "waiting", for: coming };
  const submodule = job.checkout.missingSubmodules.find((folder) => step.text.includes(folder));
  if (submodule !== undefined) return explained(await unit.failed("plan", step), submoduleAdvice(submodule));
  if (unapplied.length > 0) return explained(await unit.failed("plan", step), unappliedAdvice(unapplied));
  const lacking = lackingOutput(step);
  if (lacking === null) return unit.failed("plan", step);
  const bringing = writes ? [] : unitsBringing(lacking.dependency, job, unit.path);
  if (bringing.length > 0) return { kind: "waiting", for: bringing };
  return explained(await unit.failed("plan", step), outputAdvice(lacking));
}

/** Whether a unit's state has nothing that a destroy would destroy. Data that was read is no more than a copy. */
async function managesNothing(unit: OpenUnit): Promise<boolean> {
  const step = await unit.run("state-list", ["state", "list"], { withoutDependencies: true });
  if (/No state file was found/.test(step.text)) return true;
  const addresses = step.text.split("\n").filter((line) => /^[A-Za-z_][\w-]*(?:\[[^\]]*\])?\.[\w-]+/.test(line));
  return (
    step.end.exitCode === 0 && addresses.every((address) => /(?:^|\.)data\.[\w-]+\.[\w-]+(?:\[.*\])?$/.test(address))
  );
}

/** An output, or a part of one, that a dependency does not have, though it has others. */
type LackingOutput = { readonly dependency: string; readonly output: string };

/** What OpenTofu's own evaluation says of a value that lacks something, below the line that asks for it. */
const LACKS =
  /^[^\n]*\bdependency\.[^\n]*\n(?:[^\n]*\n){0,4}?[^\n]*(?:does not have an attribute named "([^"\n]+)"|The given key does not identify an element)/m;
const OUTPUT = /\bdependency\.([\w-]+)\.outputs((?:\.[\w-]+|\["[^"\]\n]+"\]|\[\d+\])+)/g;

function lackingOutput({ text }: Step): LackingOutput | null {
  const [said, attribute] = LACKS.exec(text) ?? [];
  if (said === undefined) return null;
  for (const [, dependency, path = ""] of said.matchAll(OUTPUT)) {
    const parts = [...path.matchAll(/\.([\w-]+)|\["([^"]+)"\]|\[(\d+)\]/g)];
    const lacks = parts.some(([, named, key, index]) =>
      attribute === undefined ? (key ?? index) : named === attribute,
    );
    if (dependency !== undefined && lacks) return { dependency, output: nameOf(path) };
  }
  return null;
}

/** `.vpc.id` → `vpc.id`, `["vpc"]` → `vpc` */
const nameOf = (path: string): string => path.replace(/^\["([^"]+)"\]/, "$1").replace(/^\./, "");

/** The units of this run whose apply may bring what a dependency lacks: the one that it is named after, else all. */
function unitsBringing(dependency: string, { execution }: OpenJob, path: UnitPath): UnitPath[] {
  const before = execution.job.units.find((unit) => unit.path === path)?.after ?? [];
  const named = before.filter((unit) => unit.split("/").at(-1) === dependency);
  return named.length > 0 ? named : before;
}

function unappliedAdvice(units: readonly UnitPath[]): string {
  const names = units.map((unit) => `\`${unit}\``).join(", ");
  return `It needs outputs of ${names}, which ${units.length === 1 ? "has" : "have"} none: as long as that is not applied, a plan needs \`mock_outputs\` in the \`dependency\` block.`;
}

function outputAdvice({ dependency, output }: LackingOutput): string {
  return `The dependency \`${dependency}\` has no output \`${output}\`. If one is to come with its next apply, a mock output stands for it in a plan with \`mock_outputs_merge_strategy_with_state = "shallow"\`.`;
}

function submoduleAdvice(folder: string): string {
  return `\`${folder}\` is a git submodule, and the checkout does not have it at the commit that is named. Check the repository out with \`submodules: true\`.`;
}

/** Puts what can be done about a failure before the tool's own words. */
function explained(end: UnitEnd, advice: string): UnitEnd {
  if (end.kind !== "failed") return end;
  return { ...end, cause: { ...end.cause, message: `${advice}\n\n${end.cause.message}` } };
}
