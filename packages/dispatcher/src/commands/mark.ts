import type { Octokit } from "@octokit/rest";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { movedUnits } from "@pipelines/core/contracts/moved-units";
import { readDocument } from "@pipelines/core/documents/document";
import { assessmentFile } from "@pipelines/core/documents/layout";
import { createGitHubClient } from "@pipelines/core/github/client";
import { mergedPullRequestOf } from "../github/merger.ts";
import type { GitHubRun } from "../github/run.ts";
import { configurationOn, containsOn } from "../neighbours/deploy-branch.ts";
import { setFreshPlan } from "../neighbours/fresh-plan.ts";
import { markStale, updateBranches } from "../neighbours/mark-stale.ts";
import { lookForOpenPlans, type OpenPlan, PUSH_LIMITS } from "../neighbours/open-plans.ts";
import { identityOf } from "../sinks/github.ts";
import type { Merge } from "../sinks/stale-mark.ts";
import type { CommandContext } from "./job.ts";

/**
 * Tells open pull requests whose plans a push made old. It runs nothing of the repository, and nothing of what comments hold
 * becomes text. What it can't do is a warning: the merge is applied all the same.
 */
export async function mark({ inputs, folder, run }: CommandContext): Promise<number> {
  const assessment = await readDocument(assessmentFile(folder), Assessment);
  const { deployBranch: branch, head } = assessment.comparison;
  const units = movedUnits(assessment);
  if (units.length === 0) {
    log.info("No plan is old: this push changed no unit.");
    return 0;
  }
  try {
    const token = inputs.required("token");
    const client = createGitHubClient({ token, apiUrl: run.apiUrl, log });
    const isOurs = await identityOf(client, token);
    const { plans, unseen } = await lookForOpenPlans(client, run.repository, branch, isOurs, PUSH_LIMITS);
    const merge = await mergeOf(client, run, head, branch);
    const contains = containsOn(client, run.repository);
    const { stale, edited, left } = await markStale(client, run.repository, plans, { merge, branch, units }, contains);
    log.info(`${stale.length} of ${plans.length} open pull requests have a plan that is old now; ${edited} were told.`);
    if (left > 0) log.warning(`${left} comments were left as they are: one push edits only so many.`);
    if (unseen.length > 0) log.warning(`Not looked at: the comments of ${listed(unseen)}.`);
    await turnRed(client, run, stale, branch);
    await update(inputs.optional("update-token"), run, stale);
  } catch (error) {
    log.warning(error instanceof Error ? error.message : String(error), {
      title: "Open pull requests could not be told that their plans are old",
    });
  }
  return 0;
}

async function mergeOf(client: Octokit, run: GitHubRun, commit: string, branch: string): Promise<Merge> {
  const url = `${run.serverUrl}/${run.fullName}/commit/${commit}`;
  try {
    return { commit, url, pullRequest: await mergedPullRequestOf(client, run.repository, commit, branch) };
  } catch (error) {
    log.warning(error instanceof Error ? error.message : String(error));
    return { commit, url, pullRequest: null };
  }
}

/** Where the configuration asks for it, a plan that is old turns the commit's status red. */
async function turnRed(client: Octokit, run: GitHubRun, stale: readonly OpenPlan[], branch: string): Promise<void> {
  if (stale.length === 0) return;
  const { stale_plans: wanted } = await configurationOn(client, run.repository, run.sha);
  if (wanted === "warn") return;
  for (const { headSha, pullRequest } of stale) {
    await setFreshPlan(client, run.repository, headSha, {
      state: "failure",
      description: `${branch} has changed units of this plan: update the branch`,
      url: `${run.serverUrl}/${run.fullName}/pull/${pullRequest}`,
    });
  }
}

async function update(token: string | null, run: GitHubRun, stale: readonly OpenPlan[]): Promise<void> {
  if (token === null || stale.length === 0) return;
  const client = createGitHubClient({ token, apiUrl: run.apiUrl, log });
  const { updated, refused } = await updateBranches(client, run.repository, stale);
  log.info(`${updated} branches were updated.`);
  for (const refusal of refused) log.warning(refusal, { title: "A branch could not be updated" });
}

function listed(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 20).map((number) => `#${number}`);
  return `${shown.join(", ")}${numbers.length > 20 ? ` and ${numbers.length - 20} more` : ""}`;
}
