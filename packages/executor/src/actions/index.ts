import type { Action } from "@pipelines/core/contracts/action";
import { type AccountAction, previewAccount, provisionAccount } from "./account.ts";
import { apply, destroy } from "./apply.ts";
import { plan, planDestroy } from "./plan.ts";
import type { UnitAction } from "./unit.ts";
import { unlock } from "./unlock.ts";

/** How an action is carried out: on one unit after the other, or on an account. */
export type Steps =
  | { readonly on: "units"; readonly run: UnitAction }
  | { readonly on: "account"; readonly run: AccountAction };

/** How each action is carried out. What an action is stands in its definition, `contracts/action`. */
export const stepsOf: Readonly<Record<Action, Steps>> = {
  plan: { on: "units", run: plan },
  "plan-destroy": { on: "units", run: planDestroy },
  apply: { on: "units", run: apply },
  destroy: { on: "units", run: destroy },
  unlock: { on: "units", run: unlock },
  "preview-account": { on: "account", run: previewAccount },
  "provision-account": { on: "account", run: provisionAccount },
};
