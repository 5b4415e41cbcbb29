import { type Action, changesUnits, traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit, Reason, Withheld } from "@pipelines/core/contracts/affected-unit";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import { needsSomebody } from "@pipelines/core/contracts/end";
import type { PlanSummary, ResourceAction, UnitEnd } from "@pipelines/core/contracts/outcome";
import type { Ending } from "../collect/ending.ts";

/** One unit of the report. */
export type Row = {
  readonly unit: string;
  readonly environment: string;
  readonly action: Action;
  readonly end: UnitEnd;
  readonly plan: PlanSummary | null;
  readonly text: string | null;
  readonly because: string;
  readonly dependsOn: readonly string[];
  readonly logUrl: string | null;
  readonly differs: boolean;
  /** The rule that will keep its plan from being carried out; `null` when it will be. */
  readonly willBeWithheld: Withheld["by"] | null;
};

/** Something that is lost when it happens, and whether it happened. */
export type Danger = {
  readonly unit: string;
  readonly environment: string;
  readonly address: string;
  readonly action: Extract<ResourceAction, "delete" | "replace" | "forget">;
  /** `begun`: the apply did not end well, so it may or may not be gone. */
  readonly when: "planned" | "done" | "begun";
};

/**
 * A row per unit that was due, most important first: losses, bad ends, what was not started because of them, changes, the
 * rest. Where environments come one after the other, so do rows of the same importance.
 */
export function rowsOf(endings: readonly Ending[], assessment: Pick<Assessment, "units" | "promotions"> | null): Row[] {
  const affected = new Map((assessment?.units ?? []).map((unit) => [unit.path, unit]));
  const steps = new Map(
    (assessment?.promotions ?? []).flatMap((chain) =>
      chain.flatMap((names, step) => names.map((name) => [name, step])),
    ),
  );
  const stepOf = ({ environment }: Row): number => steps.get(environment) ?? 0;
  return endings
    .flatMap((ending) => rowsOfJob(ending, affected))
    .toSorted(
      (a, b) =>
        importanceOf(a) - importanceOf(b) || stepOf(a) - stepOf(b) || (a.unit < b.unit ? -1 : a.unit > b.unit ? 1 : 0),
    );
}

/** What a unit's plan loses. A plan that was not carried out, or will not be, loses nothing. */
export function dangersOf(row: Row): Danger[] {
  const when = whenOf(row);
  if (when === null) return [];
  const found: Danger[] = [];
  for (const { address, action } of row.plan?.resources ?? []) {
    if (action === "delete" || action === "replace" || action === "forget") {
      found.push({ unit: row.unit, environment: row.environment, address, action, when });
    }
  }
  return found;
}

/** With more calm rows than this, they are folded away below those that destroy something or need attention. */
export const MOST_CALM = 20;

/** Whether a unit changes something and loses nothing. Calm rows come behind all that a reader has to look at. */
export function isCalm(row: Row): boolean {
  return row.end.kind === "changed" && row.willBeWithheld === null && dangersOf(row).length === 0;
}

/** Whether a run did nothing but give locks back. */
export function isUnlocking(rows: readonly Row[]): boolean {
  return rows.length > 0 && rows.every(({ action }) => traitsOf(action).worksOn === "lock");
}

/** Whether a unit is folded away with those that need no look: nothing changes, now or later. */
export function isUnchanged({ end, willBeWithheld }: Row): boolean {
  return end.kind === "unchanged" && willBeWithheld === null;
}

/** Whether the figures of a row's plan count: they came true, or will. */
export function countsInTotals(row: Row): boolean {
  return isCarriedOut(row) || (!traitsOf(row.action).writes && row.willBeWithheld === null);
}

/** Whether the figures of a row's plan came true. */
export function isCarriedOut(row: Row): boolean {
  return changesUnits(row.action) && row.end.kind === "changed";
}

function whenOf(row: Row): Danger["when"] | null {
  if (!changesUnits(row.action)) return row.willBeWithheld === null ? "planned" : null;
  switch (row.end.kind) {
    case "changed":
      return "done";
    case "failed":
    case "interrupted":
      return row.end.at === "apply" ? "begun" : null;
    case "unknown":
      return "begun";
    case "unchanged":
    case "skipped":
    case "withheld":
    case "superseded":
    case "ignored":
    case "waiting":
      return null;
    default:
      return row.end satisfies never;
  }
}

function rowsOfJob(ending: Ending, affected: ReadonlyMap<string, AffectedUnit>): Row[] {
  return ending.units.map((unit) => {
    const known = affected.get(unit.path);
    return {
      unit: unit.path,
      environment: ending.job.environment,
      action: ending.job.action,
      end: unit.end,
      plan: unit.plan ?? null,
      text: unit.text,
      because: known?.because[0] === undefined ? "" : becauseOf(known.because[0], known.because.length),
      dependsOn: known?.dependsOn ?? [],
      logUrl: ending.logUrl,
      differs: unit.differsFromReviewed ?? false,
      willBeWithheld: known?.willBeWithheld?.by ?? null,
    };
  });
}

function becauseOf(reason: Reason, reasons: number): string {
  const inside = reason.links.every(({ relation }) => relation === "in the folder of");
  const more = reasons > 1 ? ` and ${reasons - 1} more` : "";
  const file = reason.file.split("/").slice(-2).join("/");
  return inside ? `${reason.change}${more}` : `${reason.change} \`${file.replaceAll("`", "'")}\`${more}`;
}

function importanceOf(row: Row): number {
  if (dangersOf(row).length > 0) return 0;
  if (needsSomebody(row.end, row.action)) return row.end.kind === "skipped" ? 2 : 1;
  if (row.willBeWithheld !== null) return 3;
  if (row.end.kind === "changed") return 4;
  return row.end.kind === "unchanged" ? 6 : 5;
}

/** What becomes of a unit whose plan a rule keeps from being carried out, in a word. */
export function laterOf(by: Withheld["by"]): "stays" | "waits" | "by hand" {
  switch (by) {
    case "move":
    case "destroy-denied":
    case "protected":
    case "remaining-dependents":
    case "exists":
    case "excluded":
      return "stays";
    case "paused":
    case "needed-apply":
    case "promotion":
    case "new-environment":
    case "mocked-outputs":
      return "waits";
    case "account-deletion":
      return "by hand";
    default:
      return by satisfies never;
  }
}
