import { createHash } from "node:crypto";
import type { ReviewedPlan } from "@pipelines/core/contracts/reviewed-plan";
import stringify from "safe-stable-stringify";
import { type PlanJson, plannedChanges } from "../tofu/plan-json.ts";

/** A planned change as it is compared: what happens to which address, and a hash of everything else that is not secret. */
export type Fingerprint = ReviewedPlan["changes"];

/**
 * The fingerprint of a plan: its resource changes, then its output changes as `output.<name>`, in the order of their
 * addresses. Sensitive values and values that are not known yet leave no trace but that they are there.
 */
export function fingerprintOf(plan: PlanJson, salt: string): Fingerprint {
  const resources = plannedChanges(plan).map(({ address, action, change, previousAddress }) => ({
    address,
    action,
    hash: hashOf(salt, [address, previousAddress, change.actions, comparableValues(change), change.importing ?? null]),
  }));
  const outputs = Object.entries(plan.output_changes).flatMap(([name, change]) => {
    const [action] = change.actions;
    if (action !== "create" && action !== "update" && action !== "delete") return [];
    const address = `output.${name}`;
    return [
      { address, action, hash: hashOf(salt, [address, null, change.actions, comparableValues(change), null]) } as const,
    ];
  });
  return [...resources, ...outputs].toSorted((a, b) => order(a.address, b.address) || order(a.action, b.action));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Values = Readonly<Record<"before" | "after" | "before_sensitive" | "after_sensitive" | "after_unknown", unknown>>;

function comparableValues(change: Partial<Values>): unknown {
  return {
    before: without(change.before, change.before_sensitive, "sensitive"),
    after: without(without(change.after, change.after_sensitive, "sensitive"), change.after_unknown, "unknown"),
  };
}

/** A value with a sign where its marks say true. Marks are `true` for the whole value, or have the value's shape. */
function without(value: unknown, mark: unknown, sign: string): unknown {
  if (mark === true) return { [`(${sign})`]: true };
  if (typeof mark !== "object" || mark === null) return value ?? null;
  if (Array.isArray(value)) return value.map((item, index) => without(item, Reflect.get(mark, index), sign));
  if (typeof value === "object" && value !== null) {
    // An attribute that is unknown has a mark and no value.
    const keys = new Set([...Object.keys(value), ...Object.keys(mark)]);
    return Object.fromEntries(
      [...keys].map((key) => [key, without(Reflect.get(value, key), Reflect.get(mark, key), sign)]),
    );
  }
  return value ?? null;
}

/** The same value has the same hash, whatever the order of its keys. */
function hashOf(salt: string, content: unknown): string {
  return createHash("sha256")
    .update(`${salt}\n${stringify(content)}`)
    .digest("hex");
}
