import type { Action } from "@pipelines/core/contracts/affected-unit";
import { type AccountAction, previewAccount, provisionAccount } from "./account.ts";
import { apply, destroy } from "./apply.ts";
import { plan, planDestroy } from "./plan.ts";
import type { UnitAction } from "./unit.ts";
import { unlock } from "./unlock.ts";

/** What each action does. `changesTheWorld` actions run for the deploy branch only. */
export type Steps =
  | { readonly on: "units"; readonly run: UnitAction; readonly changesTheWorld: boolean; readonly ordered: boolean }
  | { readonly on: "account"; readonly run: AccountAction; readonly changesTheWorld: boolean };

export const stepsOf: Readonly<Record<Action, Steps>> = {
  // A plan reads state only, so it need not wait for the plans of its dependencies.
  plan: { on: "units", run: plan, changesTheWorld: false, ordered: false },
  "plan-destroy": { on: "units", run: planDestroy, changesTheWorld: false, ordered: false },
  apply: { on: "units", run: apply, changesTheWorld: true, ordered: true },
  destroy: { on: "units", run: destroy, changesTheWorld: true, ordered: true },
  unlock: { on: "units", run: unlock, changesTheWorld: true, ordered: false },
  "preview-account": { on: "account", run: previewAccount, changesTheWorld: false },
  "provision-account": { on: "account", run: provisionAccount, changesTheWorld: true },
};
