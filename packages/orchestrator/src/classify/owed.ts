import { dueReason, type Owed } from "../due/owed.ts";
import type { ClassifiedChange } from "./classify.ts";

/** The units among what is owed that head has, as a change of their own; `null` when there are none. */
export function owedChange({ units }: Owed): ClassifiedChange | null {
  const applies = units.filter(({ action }) => action === "apply");
  if (applies.length === 0) return null;
  return {
    type: "StillDue",
    subject: "earlier commits",
    files: [],
    reasons: new Map(applies.map((unit) => [unit.path, [dueReason(unit)]])),
  };
}
