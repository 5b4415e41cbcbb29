import { z } from "zod";

/** What a job does. */
export const Action = z.enum([
  "plan",
  "apply",
  "plan-destroy",
  "destroy",
  "unlock",
  "preview-account",
  "provision-account",
]);
export type Action = z.infer<typeof Action>;

/** All that anybody has to know about an action who does not carry it out. */
export type ActionTraits = {
  /** What a job of it works on: units, the lock on one unit's state, or an account. */
  readonly worksOn: "units" | "lock" | "account";
  /** The part of a run that its jobs belong to. Applies come before destroys; both have stages. An unlock waits for nothing. */
  readonly phase: "plan" | "apply" | "destroy" | "unlock" | "provision";
  /** It changes the cloud, a state or the repository: it runs for the deploy branch only. */
  readonly writes: boolean;
  /** Its units are to be gone: it runs at the commit that still has them, dependents first. */
  readonly removes: boolean;
  /** A unit starts only after those that it waits for ended well. What only reads a state need not wait. */
  readonly ordered: boolean;
  /** It takes the lock on a unit's state, so that a kill can leave the lock behind. */
  readonly locks: boolean;
  /** It runs in the GitHub environment of its units, with that environment's approvals and secrets. */
  readonly needsApproval: boolean;
  /** The hooks of the configuration that follow it. */
  readonly hooks: "after_plan" | "after_apply" | null;
  /** Somebody can ask for it by a dispatch of the workflow. */
  readonly byDispatch: boolean;
  /** The action whose plan a person reviews before this one; `null` for an action that needs no review. */
  readonly reviewedAs: "plan" | "plan-destroy" | null;
  /** What it does, as the start of a job's name. Its first word is the same for all of a phase: the workflow writes it. */
  readonly verb: string;
  /** What a unit is said to be once it was carried out. */
  readonly done: string;
};

const ACTIONS = {
  plan: {
    worksOn: "units",
    phase: "plan",
    writes: false,
    removes: false,
    ordered: false,
    locks: false,
    needsApproval: false,
    hooks: "after_plan",
    byDispatch: true,
    reviewedAs: null,
    verb: "Plan",
    done: "planned",
  },
  apply: {
    worksOn: "units",
    phase: "apply",
    writes: true,
    removes: false,
    ordered: true,
    locks: true,
    needsApproval: true,
    hooks: "after_apply",
    byDispatch: true,
    reviewedAs: "plan",
    verb: "Apply",
    done: "applied",
  },
  "plan-destroy": {
    worksOn: "units",
    phase: "plan",
    writes: false,
    removes: true,
    ordered: false,
    locks: false,
    needsApproval: false,
    hooks: "after_plan",
    byDispatch: true,
    reviewedAs: null,
    verb: "Plan · destroy",
    done: "planned",
  },
  destroy: {
    worksOn: "units",
    phase: "destroy",
    writes: true,
    removes: true,
    ordered: true,
    locks: true,
    needsApproval: true,
    hooks: "after_apply",
    byDispatch: true,
    reviewedAs: "plan-destroy",
    verb: "Destroy",
    done: "destroyed",
  },
  unlock: {
    worksOn: "lock",
    phase: "unlock",
    writes: true,
    removes: false,
    ordered: false,
    locks: false,
    needsApproval: true,
    hooks: null,
    byDispatch: true,
    reviewedAs: null,
    verb: "Unlock",
    done: "unlocked",
  },
  "preview-account": {
    worksOn: "account",
    phase: "plan",
    writes: false,
    removes: false,
    ordered: false,
    locks: false,
    needsApproval: false,
    hooks: null,
    byDispatch: false,
    reviewedAs: null,
    verb: "Plan · account",
    done: "previewed",
  },
  "provision-account": {
    worksOn: "account",
    phase: "provision",
    writes: true,
    removes: false,
    ordered: false,
    locks: false,
    needsApproval: false,
    hooks: null,
    byDispatch: false,
    reviewedAs: null,
    verb: "Provision account",
    done: "proposed",
  },
} as const satisfies Record<Action, ActionTraits>;

/** What an action is. Everybody who treats actions differently asks here, so that a new one is in no list by chance. */
export function traitsOf(action: Action): ActionTraits {
  return ACTIONS[action];
}

/** Whether it changes the units that it works on: an apply or a destroy, whose plan's figures come true. */
export function changesUnits(action: Action): boolean {
  const { worksOn, writes } = traitsOf(action);
  return writes && worksOn === "units";
}

/** The action that carries out what a plan shows; `null` for what is no plan. */
export function carriedOutBy(plan: Action): Action | null {
  return Action.options.find((action) => ACTIONS[action].reviewedAs === plan) ?? null;
}

type ActionsWhere<T extends Partial<ActionTraits>> = {
  [A in Action]: (typeof ACTIONS)[A] extends T ? A : never;
}[Action];

/** The actions that somebody can ask for by a dispatch, in the order in which they are offered. */
export type DispatchAction = ActionsWhere<{ byDispatch: true }>;
export const DispatchAction = z.enum(
  Action.options.filter((action): action is DispatchAction => ACTIONS[action].byDispatch),
);
