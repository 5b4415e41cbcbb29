import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GuardStop } from "@pipelines/core/contracts/outcome";
import type { PlanJson } from "../tofu/plan-json.ts";
import { type HookRun, runHooks } from "./run-hooks.ts";

/** Asks the hooks that judge plans about the one that is about to be applied; `null`: none of them denies it. */
export type JudgePlan = (unit: string, plan: PlanJson) => Promise<GuardStop | null>;

/**
 * Judges the plans of a job that applies them, each by itself and right before it is applied: a policy that binds a pull
 * request binds what comes of it, and what was never in a pull request. What can't be judged is not applied.
 *
 * @param folder a checkout of the commit that is trusted, made when it is asked for first
 */
export function judgePlans(
  job: Pick<HookRun, "hooks" | "jobFolder" | "env" | "clean">,
  folder: () => Promise<string>,
): JudgePlan {
  return async (unit, plan) => {
    const hooks = job.hooks.filter(({ on }) => on.includes("plans"));
    if (hooks.length === 0) return null;
    const plansFolder = await mkdtemp(join(job.jobFolder, "judged-"));
    try {
      await writeFile(join(plansFolder, `${unit}.json`), JSON.stringify(plan), { mode: 0o600 });
      const outcomes = await runHooks({ ...job, hooks, plansFolder, outcome: null, folder: await folder() });
      const denial = outcomes.find(({ result }) => result === "deny" || result === "failed");
      if (denial === undefined) return null;
      const what = denial.result === "deny" ? "denies what would be applied" : "could not judge what would be applied";
      return {
        guard: "hook",
        message: `The hook \`${denial.name}\` ${what}:\n\n${denial.summary}`,
        unseen: [],
        next: "Nothing of it was changed. Change the code or the policy in a pull request: the run of its merge takes along what is due.",
      };
    } finally {
      await rm(plansFolder, { recursive: true, force: true });
    }
  };
}
