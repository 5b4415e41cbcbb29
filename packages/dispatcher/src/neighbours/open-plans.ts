import type { Octokit } from "@octokit/rest";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained, understood } from "@pipelines/core/github/failure";
import { z } from "zod";
import { readCommentMarker } from "../sinks/comment-marker.ts";
import { Author, type Identity } from "../sinks/github.ts";
import { type PlanUnits, readPlanUnits } from "../sinks/plan-units.ts";

/** A comment of ours with a plan of an open pull request. */
export type PlanComment = { readonly id: number; readonly units: PlanUnits };

/** An open pull request from a branch of the repository, with the plans that its comments show. */
export type OpenPlan = {
  readonly pullRequest: number;
  readonly headSha: string;
  readonly draft: boolean;
  readonly comments: readonly PlanComment[];
};

/** How many requests a look may take, each of a hundred entries. GitHub gives a repository's jobs 1,000 an hour together. */
export type LookLimits = { readonly pullRequests: number; readonly comments: number; readonly alone: number };

export const PUSH_LIMITS: LookLimits = { pullRequests: 5, comments: 10, alone: 40 };
export const PLAN_LIMITS: LookLimits = { pullRequests: 3, comments: 4, alone: 10 };

const Pull = z.object({
  number: z.number(),
  draft: z.boolean().optional(),
  head: z.object({ sha: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
});
const ListedComment = z.object({ id: z.number(), body: z.string().nullish(), issue_url: z.string(), user: Author });

export type OpenPlans = {
  readonly plans: readonly OpenPlan[];
  /** Pull requests whose comments were not reached within the limits. */
  readonly unseen: readonly number[];
};

/**
 * The open pull requests that go to a branch, and what their plans change and read. Those of forks have no plan. The comments
 * of all are listed together, newest change first; those that are not among them are asked for one by one.
 */
export async function lookForOpenPlans(
  client: Octokit,
  repository: GitHubRepository,
  branch: string,
  isOurs: Identity,
  limits: LookLimits,
): Promise<OpenPlans> {
  const pulls = await openPullRequests(client, repository, branch, limits.pullRequests);
  const found = new Map<number, PlanComment[]>(pulls.map(({ number }) => [number, []]));
  const missing = (): number[] => [...found].flatMap(([number, comments]) => (comments.length === 0 ? [number] : []));
  const take = (listed: readonly z.infer<typeof ListedComment>[]): void => {
    for (const { id, body, issue_url, user } of listed) {
      const known = found.get(Number(/\/(\d+)$/.exec(issue_url)?.[1]));
      if (known === undefined || !isOurs(user) || readCommentMarker(body ?? "")?.kind !== "plan") continue;
      const units = readPlanUnits(body ?? "");
      if (units !== null && !known.some((other) => other.id === id)) known.push({ id, units });
    }
  };
  if (missing().length > limits.alone) {
    await untilTheEnd(limits.comments, async (page) => {
      const listed = await commentsOfAll(client, repository, page);
      take(listed);
      return listed.length < 100 || missing().length === 0;
    });
  }
  const alone = missing();
  for (const number of alone.slice(0, limits.alone)) take(await commentsOf(client, repository, number));
  const plans = pulls.map(
    ({ number, head, draft = false }): OpenPlan => ({
      ...{ pullRequest: number, headSha: head.sha, draft, comments: found.get(number) ?? [] },
    }),
  );
  return { plans, unseen: alone.slice(limits.alone) };
}

async function openPullRequests(client: Octokit, repository: GitHubRepository, branch: string, pages: number) {
  const pulls: z.infer<typeof Pull>[] = [];
  await untilTheEnd(pages, async (page) => {
    const doing = "Looking for open pull requests";
    const { data } = await explained(doing, "pull-requests: read", () =>
      client.rest.pulls.list({
        ...{ ...repository, state: "open", base: branch, sort: "updated", direction: "desc", per_page: 100, page },
      }),
    );
    pulls.push(...understood(z.array(Pull), data, doing));
    return data.length < 100;
  });
  const own = `${repository.owner}/${repository.repo}`.toLowerCase();
  return pulls.filter(({ head }) => head.repo?.full_name.toLowerCase() === own);
}

async function commentsOfAll(client: Octokit, repository: GitHubRepository, page: number) {
  const doing = "Looking for the comments of open pull requests";
  const { data } = await explained(doing, "pull-requests: read", () =>
    client.rest.issues.listCommentsForRepo({
      ...{ ...repository, sort: "updated", direction: "desc", per_page: 100, page },
    }),
  );
  return understood(z.array(ListedComment), data, doing);
}

/** The first three hundred: the comment of a plan comes early. */
async function commentsOf(client: Octokit, repository: GitHubRepository, number: number) {
  const comments: z.infer<typeof ListedComment>[] = [];
  await untilTheEnd(3, async (page) => {
    const doing = `Looking for the comment on #${number}`;
    const { data } = await explained(doing, "pull-requests: read", () =>
      client.rest.issues.listComments({ ...repository, issue_number: number, per_page: 100, page }),
    );
    comments.push(...understood(z.array(ListedComment), data, doing));
    return data.length < 100;
  });
  return comments;
}

async function untilTheEnd(most: number, isLast: (page: number) => Promise<boolean>): Promise<void> {
  for (let page = 1; page <= most; page += 1) if (await isLast(page)) return;
}
