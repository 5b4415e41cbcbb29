import type { Action } from "@pipelines/core/contracts/action";
import type { UnitAction } from "../unit/run-unit.ts";
import { type AccountAction, previewAccount, provisionAccount } from "./account.ts";
import { apply, destroy } from "./apply.ts";
import { plan, planDestroy } from "./plan.ts";
import { unlock } from "./unlock.ts";

/** How an action is carried out: on each unit of a job, or on an account. */
export type CarriedOut =
  | { readonly on: "units"; readonly run: UnitAction }
  | { readonly on: "account"; readonly run: AccountAction };

/** How each action is carried out. What an action is stands in its definition, `contracts/action`. */
export const carriedOut: Readonly<Record<Action, CarriedOut>> = {
  plan: { on: "units", run: plan },
  "plan-destroy": { on: "units", run: planDestroy },
  apply: { on: "units", run: apply },
  destroy: { on: "units", run: destroy },
  unlock: { on: "units", run: unlock },
  "preview-account": { on: "account", run: previewAccount },
  "provision-account": { on: "account", run: provisionAccount },
};
