import type { Facts } from "../facts.ts";
import { type Finding, type Found, GROUPS, type Group } from "../finding.ts";
import { accountRules } from "./accounts.ts";
import { actionsRules } from "./actions.ts";
import { branchRules } from "./branch.ts";
import { callerRules } from "./caller.ts";
import { cloudRules } from "./cloud.ts";
import { environmentRules } from "./environments.ts";
import { repositoryRules } from "./repository.ts";
import { reviewRules } from "./review.ts";
import { runnerRules } from "./runners.ts";
import { secretRules } from "./secrets.ts";
import { toolRules } from "./tool-repository.ts";

const RULES = {
  repository: repositoryRules,
  caller: callerRules,
  branch: branchRules,
  review: reviewRules,
  actions: actionsRules,
  environments: environmentRules,
  secrets: secretRules,
  runners: runnerRules,
  "tool repository": toolRules,
  accounts: accountRules,
  cloud: cloudRules,
} satisfies Record<Group, (facts: Facts) => Found[]>;

/** Judges what was looked at, group by group. */
export function examine(facts: Facts): Finding[] {
  return GROUPS.flatMap((group) => RULES[group](facts).map((found) => ({ group, ...found })));
}
