import type { PlanSummary, ResourceAction } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { z } from "zod";

const Actions = z.array(z.string());
const Change = z.looseObject({
  actions: Actions,
  before: z.unknown().optional(),
  // Left out while it is unknown as a whole.
  after: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  importing: z.unknown().optional(),
});
const Resource = z.looseObject({
  address: z.string(),
  previous_address: z.string().optional(),
  /** An object that a failed replacement left behind: there can be several at one address. */
  deposed: z.string().optional(),
  mode: z.string().optional(),
  change: Change,
});

/** What `tofu show -json` says of a plan, as far as it is used. It holds secrets and never leaves the runner. */
export const PlanJson = z.looseObject({
  /** A newer major version may mean something else by the same words. */
  format_version: z.string().regex(/^1\./, "the plan is in a format that this version of Pipelines does not know"),
  resource_changes: z.array(Resource).default([]),
  resource_drift: z.array(Resource).default([]),
  output_changes: z.record(z.string(), Change).default({}),
  /** The plan ended with errors, and holds what was planned until then. */
  errored: z.boolean().default(false),
  /** Terraform's word on whether an apply leaves nothing to be planned, and whether there is one at all. */
  complete: z.boolean().optional(),
  applyable: z.boolean().optional(),
  /** The values of the root module's variables, sensitive ones in clear text. */
  variables: z.record(z.string(), z.looseObject({ value: z.unknown().optional() })).default({}),
  configuration: z
    .looseObject({
      root_module: z
        .looseObject({
          variables: z.record(z.string(), z.looseObject({ sensitive: z.boolean().optional() })).default({}),
        })
        .prefault({}),
    })
    .prefault({}),
});
export type PlanJson = z.infer<typeof PlanJson>;

/** One change of a plan that does something. */
export type PlannedChange = {
  readonly address: string;
  readonly previousAddress: string | null;
  readonly action: ResourceAction;
  readonly change: z.infer<typeof Change>;
};

/** The changes of a plan, without those that do nothing and without data that is only read. */
export function plannedChanges(plan: PlanJson): PlannedChange[] {
  return plan.resource_changes.flatMap((resource) => {
    const action = actionOf(resource);
    const { deposed, change, previous_address: previousAddress = null } = resource;
    const address = deposed === undefined ? resource.address : `${resource.address} (deposed ${deposed})`;
    return action === null ? [] : [{ address, previousAddress, action, change }];
  });
}

function actionOf(resource: z.infer<typeof Resource>): ResourceAction | null {
  const { actions, importing } = resource.change;
  if (resource.mode === "data") return null;
  if (actions.includes("forget")) return actions.includes("create") ? "replace" : "forget";
  if (actions.includes("delete")) return actions.includes("create") ? "replace" : "delete";
  if (actions.includes("create")) return "create";
  if (actions.includes("update")) return "update";
  if (importing !== undefined && importing !== null) return "import";
  return resource.previous_address === undefined ? null : "move";
}

/** A plan in figures and addresses. */
export function summarize(plan: PlanJson, mocked: readonly UnitPath[]): PlanSummary {
  const changes = plannedChanges(plan);
  const count = (action: ResourceAction): number => changes.filter((change) => change.action === action).length;
  const outputs = Object.values(plan.output_changes).map(({ actions }) => actions);
  const outputCount = (action: string): number => outputs.filter((actions) => actions.join() === action).length;
  return {
    add: count("create"),
    change: count("update"),
    destroy: count("delete"),
    replace: count("replace"),
    // What is imported can be changed in the same step, and what is moved as well.
    import: plan.resource_changes.filter(({ change }) => change.importing !== undefined && change.importing !== null)
      .length,
    move: plan.resource_changes.filter(({ previous_address }) => previous_address !== undefined).length,
    forget: count("forget"),
    outputs: { add: outputCount("create"), change: outputCount("update"), destroy: outputCount("delete") },
    resources: changes.map(({ address, action }) => ({ address, action })),
    drifted: plan.resource_drift.map(({ address }) => address),
    mocked: [...mocked],
  };
}

/** Whether applying the plan does anything. */
export function doesSomething(summary: PlanSummary): boolean {
  const { add, change, destroy } = summary.outputs;
  return summary.resources.length > 0 || add + change + destroy > 0;
}

/**
 * Whether a plan is of the whole unit. One that ended with errors holds what was planned until then; one that is partial
 * would leave something to be planned again, or can't be applied although it has changes.
 */
export function extentOf(plan: PlanJson): "whole" | "partial" | "errored" {
  if (plan.errored) return "errored";
  const stuck = plan.applyable === false && doesSomething(summarize(plan, []));
  return plan.complete === false || stuck ? "partial" : "whole";
}

/** Every text that the plan marks as sensitive, the values of sensitive variables included. */
export function sensitiveValues(plan: PlanJson): Set<string> {
  const found = new Set<string>();
  const changes = [
    ...[...plan.resource_changes, ...plan.resource_drift].map(({ change }) => change),
    ...Object.values(plan.output_changes),
  ];
  for (const change of changes) {
    collect(change.before, change.before_sensitive, found);
    collect(change.after, change.after_sensitive, found);
  }
  for (const [name, { sensitive = false }] of Object.entries(plan.configuration.root_module.variables)) {
    collect(plan.variables[name]?.value, sensitive, found);
  }
  return found;
}

/** A shorter number is a port or a size, and stands in every other line. */
const SHORTEST_NUMBER = 6;

/** How a sensitive value is written; `null` for a number that is no secret by itself. */
export function sensitiveText(value: string | number): string | null {
  return typeof value === "string" || String(value).length >= SHORTEST_NUMBER ? String(value) : null;
}

/** A mark is `true` for the whole value, or has the value's shape with marks inside. */
function collect(value: unknown, mark: unknown, found: Set<string>): void {
  if (mark === undefined || mark === null || mark === false || value === null || value === undefined) return;
  if (typeof value === "string" || typeof value === "number") {
    const text = sensitiveText(value);
    if (mark === true && text !== null) found.add(text);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(item, mark === true ? true : member(mark, index), found);
  } else if (typeof value === "object") {
    for (const [key, item] of Object.entries(value)) collect(item, mark === true ? true : member(mark, key), found);
  }
}

function member(mark: unknown, key: string | number): unknown {
  return typeof mark === "object" && mark !== null ? Reflect.get(mark, key) : undefined;
}
