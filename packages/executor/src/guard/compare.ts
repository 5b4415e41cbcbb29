import type { GuardStop, ResourceAction } from "@pipelines/core/contracts/outcome";
import type { ReviewRule } from "@pipelines/core/contracts/review-rule";
import type { ReviewedPlan } from "@pipelines/core/contracts/reviewed-plan";
import type { Fingerprint } from "./fingerprint.ts";

const STRICTEST_FIRST: readonly ReviewRule[] = ["exact", "no-unseen-destroy", "off"];

/** The rule of two that lets less through. */
export function stricterRule(one: ReviewRule, other: ReviewRule): ReviewRule {
  return STRICTEST_FIRST.find((rule) => rule === one || rule === other) ?? "exact";
}

/** One reviewed plan, with the plan of now under the same salt. */
export type Comparable = { readonly reviewed: ReviewedPlan; readonly now: Fingerprint };

/** What the guard says of a plan that is about to be applied. */
export type Verdict =
  | { readonly kind: "go"; readonly differs: boolean }
  | { readonly kind: "stop"; readonly unseen: GuardStop["unseen"]; readonly differs: true };

/** Which reviewed actions cover an action that ends something: what was to be deleted may also be replaced. */
const COVERED_BY: Partial<Record<ResourceAction, readonly ResourceAction[]>> = {
  delete: ["delete"],
  replace: ["replace", "delete"],
  forget: ["forget"],
};

/**
 * Compares what would happen now with what was reviewed. Without a reviewed plan nothing was seen. With several, since
 * one push can merge several pull requests, a change is seen when one of them shows it. What was reviewed and does not
 * happen any more never stops anything: a second attempt finds a part of the work done.
 *
 * @param now the plan of now, under any salt
 * @param seen the reviewed plans of the unit
 */
export function compareWithReviewed(now: Fingerprint, seen: readonly Comparable[], rule: ReviewRule): Verdict {
  const unseen = now.filter((change) => !seen.some((plan) => shows(plan, change.address, change.action)));
  const gone = seen.some(({ reviewed }) =>
    reviewed.changes.some(({ address }) => !now.some((change) => change.address === address)),
  );
  const differs = seen.length > 0 && (unseen.length > 0 || gone);
  switch (rule) {
    case "off":
      return { kind: "go", differs };
    case "exact":
      return unseen.length === 0 ? { kind: "go", differs } : { kind: "stop", unseen: named(unseen), differs: true };
    case "no-unseen-destroy": {
      const ending = unseen.filter(({ address, action }) => endsUnseen(address, action, seen));
      return ending.length === 0 ? { kind: "go", differs } : { kind: "stop", unseen: named(ending), differs: true };
    }
    default:
      return rule satisfies never;
  }
}

/** Whether a reviewed plan shows the very same change. A plan on mocked outputs shows shapes, and no values. */
function shows({ reviewed, now }: Comparable, address: string, action: ResourceAction): boolean {
  if (reviewed.mocked) return false;
  const hashes = new Set(reviewed.changes.map(({ hash }) => hash));
  return now.some((change) => change.address === address && change.action === action && hashes.has(change.hash));
}

function endsUnseen(address: string, action: ResourceAction, seen: readonly Comparable[]): boolean {
  if (address.startsWith("output.")) return false;
  const covering = COVERED_BY[action];
  if (covering === undefined) return false;
  return !seen.some(({ reviewed }) =>
    reviewed.changes.some((change) => change.address === address && covering.includes(change.action)),
  );
}

const named = (changes: Fingerprint): GuardStop["unseen"] =>
  changes.map(({ address, action }) => ({ address, action }));
