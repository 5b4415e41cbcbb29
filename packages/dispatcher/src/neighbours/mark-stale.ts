import type { Octokit } from "@octokit/rest";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained, NotWritableError } from "@pipelines/core/github/failure";
import { readPlanUnits } from "../sinks/plan-units.ts";
import { type Merge, markOf, readMarks, withMarks } from "../sinks/stale-mark.ts";
import type { Contains } from "./deploy-branch.ts";
import { hitOf } from "./hits.ts";
import type { OpenPlan } from "./open-plans.ts";

/** Comments that one push edits: a second each, since GitHub asks for that pace. */
const MOST_EDITS = 100;

export type Moved = { readonly merge: Merge; readonly branch: string; readonly units: readonly string[] };

/** What became of the pull requests that a push was compared with. */
export type Marked = { readonly stale: readonly OpenPlan[]; readonly edited: number; readonly left: number };

/**
 * Marks the comments whose plans a push made old, each once: a comment that has the push's mark, or a plan that has its
 * commit in it, is left alone.
 */
export async function markStale(
  client: Octokit,
  repository: GitHubRepository,
  plans: readonly OpenPlan[],
  moved: Moved,
  contains: Contains,
): Promise<Marked> {
  const stale: OpenPlan[] = [];
  let [edited, left] = [0, 0];
  for (const plan of plans) {
    const old = [];
    for (const comment of plan.comments) {
      const { base } = comment.units;
      if (hitOf(comment.units, moved.units) === null) continue;
      if (base === null || !(await contains(base, moved.merge.commit))) old.push(comment);
    }
    if (old.length > 0) stale.push(plan);
    for (const { id } of old) {
      if (edited >= MOST_EDITS) left += 1;
      else if (await markComment(client, repository, id, plan.pullRequest, moved)) edited += 1;
    }
  }
  return { stale, edited, left };
}

/** The comment is read once more right before it is written: the pull request's own run may have written it meanwhile. */
async function markComment(
  client: Octokit,
  repository: GitHubRepository,
  id: number,
  pullRequest: number,
  { merge, branch, units }: Moved,
): Promise<boolean> {
  const comment = { ...repository, comment_id: id };
  try {
    return await explained(`The comment on #${pullRequest}`, "pull-requests: write", async () => {
      const { data } = await client.rest.issues.getComment(comment);
      const body = data.body ?? "";
      const [plan, marks] = [readPlanUnits(body), readMarks(body)];
      const hit = plan === null || plan.base === merge.commit ? null : hitOf(plan, units);
      if (hit === null || marks.some(({ commit }) => commit === merge.commit)) return false;
      const marked = withMarks(body, [markOf(merge, hit), ...marks], { branch, pullRequest });
      await client.rest.issues.updateComment({ ...comment, body: marked });
      return true;
    });
  } catch (error) {
    // It was deleted, or the conversation is locked: that is as the repository wants it.
    if (error instanceof NotWritableError) return false;
    throw error;
  }
}

/** Branches that one push updates: each starts a run that plans. */
const MOST_UPDATES = 20;

/**
 * Merges the deploy branch into the pull requests whose plans are old, so that they are planned again. GitHub starts no run
 * for what the workflow's own token pushes, so this needs an App's. Drafts are left alone. Answers what could not be updated.
 */
export async function updateBranches(
  client: Octokit,
  repository: GitHubRepository,
  stale: readonly OpenPlan[],
): Promise<{ updated: number; refused: string[] }> {
  const refused: string[] = [];
  let updated = 0;
  for (const { pullRequest, headSha } of stale.filter(({ draft }) => !draft).slice(0, MOST_UPDATES)) {
    try {
      await client.rest.pulls.updateBranch({ ...repository, pull_number: pullRequest, expected_head_sha: headSha });
      updated += 1;
    } catch (error) {
      refused.push(`#${pullRequest}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`);
    }
  }
  return { updated, refused };
}
