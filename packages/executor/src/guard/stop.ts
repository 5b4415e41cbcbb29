import { type Action, traitsOf } from "@pipelines/core/contracts/action";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { GuardStop, ResourceAction } from "@pipelines/core/contracts/outcome";
import type { ReviewedPlan } from "@pipelines/core/contracts/reviewed-plan";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { byHand } from "@pipelines/core/wording/by-hand";
import type { GuardRule } from "./compare.ts";
import type { Fingerprint } from "./fingerprint.ts";

/** How many changes a sentence names. */
const NAMED = 8;

/** Stops an apply that goes beyond what was reviewed: says what was seen, what would happen now, and how it goes on. */
export function reviewedPlanStop(
  unit: { readonly path: UnitPath; readonly action: Action; readonly at: CommitSha },
  rule: GuardRule,
  unseen: GuardStop["unseen"],
  now: Fingerprint,
  reviewed: readonly ReviewedPlan[],
  rejected: readonly string[],
): GuardStop {
  const exact = rule === "exact" ? " exactly like this" : "";
  const seen =
    reviewed.length === 0
      ? [`There is no reviewed plan of it${rejected.length === 0 ? "" : ` that counts (${rejected.join("; ")})`}.`]
      : reviewed.map(
          (plan) =>
            `The plan reviewed at ${plan.headSha.slice(0, 7)} showed: ${listed(plan.changes)}${plan.mocked ? ", with mock outputs" : ""}.`,
        );
  return {
    guard: "reviewed-plan",
    message: [
      `It would ${listed(unseen)}, which nobody reviewed${exact}.`,
      ...seen,
      ...(unseen.length === now.length ? [] : [`All that would happen now: ${listed(now)}.`]),
    ].join(" "),
    unseen: [...unseen],
    next: `To go on, ${byHand(unit)} If it is not, nothing has been changed: correct the code, or the infrastructure.`,
  };
}

/** Stops an apply whose plan has values that are not real. */
export function mockedStop(mocked: readonly UnitPath[], action: Action): GuardStop {
  return {
    guard: "mocked",
    message: `Its plan was made with mock outputs of ${mocked.join(", ")}, which has no real ones ${traitsOf(action).removes ? "any more" : "yet"}.`,
    unseen: [],
    next: traitsOf(action).removes
      ? "They may name where its resources are, so nothing is destroyed with them. Check out the commit that still had it and destroy it by hand with the real values."
      : `Apply ${mocked.join(", ")} first, or remove the dependency's \`mock_outputs\` for apply; then run again.`,
  };
}

/** Stops the destruction of a unit whose own configuration has `prevent_destroy`. @param file that configuration */
export function preventDestroyStop(file: string): GuardStop {
  return {
    guard: "protected",
    message: `\`prevent_destroy\` in \`${file}\` keeps it from being destroyed.`,
    unseen: [],
    next: "If it is to stay, bring its files back. If it is to go, bring them back without `prevent_destroy`, merge that, and remove them in a change of its own.",
  };
}

/** `delete a, b and create c`, the endings first. */
function listed(changes: readonly { readonly address: string; readonly action: ResourceAction }[]): string {
  if (changes.length === 0) return "nothing";
  const ranked = changes.toSorted((a, b) => RANK.indexOf(a.action) - RANK.indexOf(b.action));
  const groups = new Map<ResourceAction, string[]>();
  for (const { address, action } of ranked.slice(0, NAMED)) {
    groups.set(action, [...(groups.get(action) ?? []), address]);
  }
  const more = ranked.length - NAMED;
  return [
    ...[...groups].map(([action, addresses]) => `${action} ${addresses.join(", ")}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join("; ");
}

const RANK: readonly ResourceAction[] = ["delete", "replace", "forget", "update", "create", "import", "move", "read"];
