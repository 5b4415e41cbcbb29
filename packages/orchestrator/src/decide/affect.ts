import type { Environment, EnvironmentOfUnit } from "@pipelines/core/configuration/environments";
import { restrictionOn } from "@pipelines/core/configuration/policy";
import { type Action, traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit, Reason, Withheld } from "@pipelines/core/contracts/affected-unit";
import type { Mode } from "@pipelines/core/contracts/comparison";
import type { Problem } from "@pipelines/core/contracts/problem";
import { byPath, type UnitPath } from "@pipelines/core/contracts/unit-path";
import { reachable, reversed } from "@pipelines/core/graph/order";
import { byHand } from "@pipelines/core/wording/by-hand";
import type { ClassifiedChange } from "../classify/classify.ts";
import type { Request } from "../compare/compared.ts";
import type { Snapshot, UnitFacts } from "../discover/snapshot.ts";
import { finalAction, withholding } from "./merge.ts";

export type Policy = {
  readonly mode: Mode;
  /** What was asked for, where units run since somebody asked and not since they changed. */
  readonly requested: Request["action"] | null;
  /** Whether what is affected is applied and destroyed, where nobody asked for something else. */
  readonly writes: boolean;
  /** The environment of a unit: head's or base's configuration, whichever governs it. */
  readonly environmentOf: (unit: UnitPath, deleted: boolean) => EnvironmentOfUnit;
  /** The same by the configuration that governs what is merged, and by the newest one: a pull request can pause itself. */
  readonly environmentOnceMerged: (unit: UnitPath, deleted: boolean) => EnvironmentOfUnit;
  readonly environmentNow: (unit: UnitPath) => EnvironmentOfUnit;
  /** Whether a unit exists on the branch now, where a person asked for what is to be done. */
  readonly existsNow: (unit: UnitPath) => boolean;
  readonly includeDependents: boolean;
  /** Units that never run. */
  readonly isIgnored: (unit: UnitPath) => boolean;
  /** New paths of moved units by their old ones; empty when moves are to be destroyed. */
  readonly moves: ReadonlyMap<UnitPath, UnitPath>;
  readonly holdMoves: boolean;
  /** Whether the account factory is applied for a request file that was deleted. */
  readonly applyAccountDeletions: boolean;
};

/** Turns changes into the units that must run, each once, with its action, its environment and every reason. */
export function affectedUnits(
  changes: readonly ClassifiedChange[],
  base: Snapshot,
  head: Snapshot,
  policy: Policy,
): { units: AffectedUnit[]; problems: Problem[] } {
  const units: AffectedUnit[] = [];
  const problems: Problem[] = [];
  for (const [path, because] of reasonsByUnit(changes, head, policy)) {
    const found = affectedUnit(path, because, { base, head, policy });
    if (found === null) continue;
    if ("message" in found) problems.push(found);
    else units.push(found);
  }
  return { units: units.toSorted(byPath), problems };
}

type Around = { readonly base: Snapshot; readonly head: Snapshot; readonly policy: Policy };

/** One unit that something affects, or what is wrong with its place; `null` for what is no unit. */
function affectedUnit(
  path: UnitPath,
  because: readonly Reason[],
  { base, head, policy }: Around,
): AffectedUnit | Problem | null {
  const removed = because.some(({ change }) => change === "ModuleDeleted" || change === "StackDeleted");
  // A folder that is no unit any more but was not removed, such as a root that others include now, is no delete.
  if (!head.units.has(path) && !removed) return null;
  const status = statusOf(path, because, base, head);
  const deleted = status === "deleted";
  const facts = factsOf(path, deleted ? base : head);
  if (facts === undefined) return null;
  const placed = placeOf(path, deleted, policy);
  const merged = policy.environmentOnceMerged(path, deleted);
  const action = actionFor(deleted, policy);
  const unit = {
    ...{ path, status, action, at: (deleted ? base : head).commit, because: [...because] },
    dependsOn: [...facts.dependencies],
    ...(facts.notEvaluated === null ? {} : { notEvaluated: facts.notEvaluated }),
  };
  if (placed.kind === "none" && merged.kind === "one" && !policy.writes && !deleted) {
    const { name } = merged.environment;
    return { ...unit, environment: name, withheld: newEnvironment(path, name) };
  }
  if (placed.kind !== "one") return misplaced(path, placed);
  const environment = merged.kind === "one" ? merged.environment : placed.environment;
  const movedWith = policy.moves.get(path);
  return {
    ...unit,
    environment: placed.environment.name,
    ...(movedWith === undefined ? {} : { movedWith }),
    ...withholding(action, withheldBy(unit, policy, environment)),
  };
}

/** What is known of a unit; nothing where it is none at that commit. */
function factsOf(path: UnitPath, { units, facts }: Snapshot): UnitFacts | undefined {
  const known = facts.get(path);
  // A unit that would be passed over would never run, and nobody would know.
  if (known === undefined && units.has(path)) throw new Error(`${path} is affected and was not evaluated`);
  return known;
}

function reasonsByUnit(
  changes: readonly ClassifiedChange[],
  head: Snapshot,
  { includeDependents, isIgnored }: Policy,
): Map<UnitPath, Reason[]> {
  const result = new Map<UnitPath, Reason[]>();
  for (const change of changes) {
    for (const [unit, reasons] of change.reasons) result.set(unit, [...(result.get(unit) ?? []), ...reasons]);
  }
  if (!includeDependents) return result;
  const dependents = reversed(new Map([...head.facts.values()].map(({ path, dependencies }) => [path, dependencies])));
  for (const [unit, reasons] of [...result]) {
    for (const dependent of reachable(dependents, [unit])) {
      if (result.has(dependent) || isIgnored(dependent)) continue;
      result.set(
        dependent,
        reasons.map((reason) => ({ ...reason, links: [...reason.links, { relation: "read by", path: dependent }] })),
      );
    }
  }
  return result;
}

function statusOf(path: UnitPath, because: readonly Reason[], base: Snapshot, head: Snapshot): AffectedUnit["status"] {
  if (!head.units.has(path)) return "deleted";
  if (because.some(({ change }) => change === "ModuleAdded" || change === "StackAdded") && !base.units.has(path)) {
    return "added";
  }
  return because.some(({ links }) => links[0]?.relation === "in the folder of" && links.length === 1)
    ? "changed"
    : "affected";
}

function actionFor(deleted: boolean, { writes, requested }: Policy): Action {
  if (requested !== null) return requested;
  if (writes) return deleted ? "destroy" : "apply";
  return deleted ? "plan-destroy" : "plan";
}

const CONTROL = /\p{Cc}/u;

/** A unit's environment, or why it has none. */
type Place = EnvironmentOfUnit | { readonly kind: "not-utf-8" };

function placeOf(path: UnitPath, deleted: boolean, policy: Policy): Place {
  return path.includes(NOT_UTF_8) ? { kind: "not-utf-8" } : policy.environmentOf(path, deleted);
}

/** What a byte that is no part of a UTF-8 character is read as. */
const NOT_UTF_8 = "\uFFFD";

function unspeakable(path: UnitPath, what: string): Problem {
  const message = `The name of the folder ${JSON.stringify(path)} ${what}. Rename it.`;
  return { kind: "path", path, file: null, line: null, message };
}

function misplaced(path: UnitPath, placed: Exclude<Place, { kind: "one" }>): Problem {
  const where = { path, file: ".pipelines/config.yml", line: null };
  if (placed.kind === "several") {
    const names = placed.names.map((name) => `\`${name}\``).join(" and ");
    return {
      kind: "several-environments",
      ...where,
      message: `\`${path}\` is in ${names}. Change their \`paths\` so that one environment has it.`,
    };
  }
  if (placed.kind === "not-utf-8") return unspeakable(path, "is not UTF-8, so that no tool could be told to run it");
  if (CONTROL.test(path)) {
    return unspeakable(path, "has a control character in it, which no glob of an environment matches");
  }
  return {
    kind: "no-environment",
    ...where,
    message: `\`${path}\` is in no environment. Add a glob to the \`paths\` of the environment that it belongs to.`,
  };
}

/** A pull request can't choose the roles that its own code is planned with. */
function newEnvironment(path: UnitPath, name: string): Withheld {
  return {
    by: "new-environment",
    message: `\`${path}\` is in the environment \`${name}\`, which this pull request adds, so that no plan of it can be made before the merge.`,
    next: "The merge plans and applies it. With `reviewed_plan: exact` it waits until somebody has looked at a plan that is made by hand then.",
  };
}

type Facts = Pick<AffectedUnit, "path" | "action" | "at" | "because">;

/** Why a unit is not changed in the end, by this run or by what carries out its plan. */
function withheldBy(unit: Facts, policy: Policy, environment: Environment): Withheld | null {
  const { path, at } = unit;
  const action = finalAction(unit.action, policy.mode);
  if (action === null) return null;
  const now = policy.environmentNow(path);
  const restriction = restrictionOn(environment, now.kind === "one" ? now.environment : null, path, action);
  if (restriction !== null) {
    const { by, message, next, beforeMerge } = restriction;
    return { by, message, next: policy.mode === "plan" ? beforeMerge : next };
  }
  if (policy.requested !== null && traitsOf(action).removes && policy.existsNow(path)) {
    return {
      by: "exists",
      message: `\`${path}\` is on the branch, so that the next change of it would create anew what is destroyed.`,
      next: "Remove it from the branch: the merge destroys it. If it is to be destroyed although its code stays, run this again with `destroy_existing` set.",
    };
  }
  const movedTo = policy.moves.get(path);
  if (traitsOf(action).removes && policy.holdMoves && movedTo !== undefined) {
    return {
      by: "move",
      message: `\`${path}\` moved to \`${movedTo}\`, so its resources may live on there.`,
      next: `If \`${movedTo}\` has its state, by the same key or since you moved it, nothing is left to destroy. If the old state still has resources that are to go, ${byHand({ path, at, action })}`,
    };
  }
  return accountDeletion({ ...unit, action }, policy);
}

/** A deleted request closes no account by itself: clouds do not allow that, and the rest is for a person to decide. */
function accountDeletion({ path, at, action, because }: Facts, policy: Policy): Withheld | null {
  if (policy.applyAccountDeletions || because.some(({ change }) => change !== "AccountDeleted")) return null;
  const files = because.map(({ file }) => `\`${file}\``).join(", ");
  return {
    by: "account-deletion",
    message: `${files} ${because.length === 1 ? "is" : "are"} deleted, which closes no account.`,
    next: `Move or destroy what runs in the account, and close it in the organization. Then ${byHand({ path, at, action })} With \`accounts.apply_deletions: true\` the merge of such a deletion applies it.`,
  };
}
