import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Ending } from "../collect/ending.ts";
import { passed } from "../collect/not-started.ts";
import type { ReportKind } from "./kind.ts";

/**
 * How far an environment's part of the change is: it is planned; it is done, with its checks; it is not done and somebody
 * has to look, or a rule keeps it from being done; it waits for one that comes first; or it may still run.
 */
export type PromotionState = "planned" | "done" | "failed" | "withheld" | "waits" | "pending";

export type PromotionStep = readonly { readonly environment: string; readonly state: PromotionState }[];

/** Environments that come one after the other, in steps. */
export type PromotionChain = readonly PromotionStep[];

/** The order in which the environments of a run come, and how far each is. */
export function chainsOf(
  { promotions = [], units }: Pick<Assessment, "promotions" | "units">,
  endings: readonly Ending[],
  pending: readonly Ending[],
  kind: ReportKind,
): PromotionChain[] {
  const stateOf = (environment: string): PromotionState => {
    if (kind === "plan") return "planned";
    const isOwn = ({ job }: Ending): boolean => job.environment === environment;
    const own = endings.filter(isOwn).flatMap((ending) => ending.units.map(({ end }) => ({ ending, end })));
    const held = units.filter((unit) => unit.environment === environment).flatMap(({ withheld }) => withheld ?? []);
    const waits = own.some(({ end }) => end.kind === "skipped" && end.waitsFor !== undefined);
    if (waits || held.some(({ by }) => by === "promotion")) return "waits";
    if (own.some(({ ending, end }) => !passed(ending, end))) return "failed";
    if (pending.some(isOwn)) return "pending";
    return held.some(({ by }) => by !== "excluded") ? "withheld" : "done";
  };
  return promotions.map((steps) =>
    steps.map((names) => names.map((environment) => ({ environment, state: stateOf(environment) }))),
  );
}
