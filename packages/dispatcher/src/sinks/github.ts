import type { Octokit } from "@octokit/rest";
import { explainFailure, GitHubUnavailableError } from "@pipelines/core/github/failure";
import { createOnce } from "@pipelines/core/github/safe-write";
import { z } from "zod";
import type { Comment, Conversation } from "./comment.ts";
import type { IssueTracker } from "./issue.ts";
import type { Issue } from "./issue-changes.ts";

/** The label of every issue of ours, by which they are found. */
export const LABEL = "pipelines";

const Author = z.object({ login: z.string(), type: z.string() }).nullable();
const ListedComment = z.object({ id: z.number(), body: z.string().nullish(), html_url: z.string(), user: Author });
const ListedIssue = z.object({
  number: z.number(),
  body: z.string().nullish(),
  html_url: z.string(),
  user: Author,
  pull_request: z.unknown().optional(),
});
const Associated = z.array(
  z.object({ number: z.number(), merged_at: z.string().nullish(), base: z.object({ ref: z.string() }) }),
);

export type Repository = { readonly owner: string; readonly repo: string };

/** Whether a comment or issue was written with a token like ours. */
export type Identity = (author: z.infer<typeof Author>) => boolean;

/**
 * Who we are. A person's token is told by `GET /user`; an app's token (the workflow's own is one, `ghs_…`) may not ask,
 * but everything that it writes has a bot as its author, which a person with a copied marker has not.
 */
export async function identityOf(client: Octokit, token: string): Promise<Identity> {
  const isBot: Identity = (author) => author?.type === "Bot";
  if (token.startsWith("ghs_")) return isBot;
  try {
    const { data } = await client.rest.users.getAuthenticated();
    const { login } = z.object({ login: z.string() }).parse(data);
    return (author) => author?.login === login;
  } catch {
    return isBot;
  }
}

/** Our comments on a pull request, through GitHub's API. */
export function conversationOn(
  client: Octokit,
  repository: Repository,
  number: number,
  isOurs: Identity,
): Conversation {
  const doing = `The comment on #${number}`;
  const list = async (): Promise<Comment[]> => {
    const pages = await tried(doing, "pull-requests: write", () =>
      client.paginate(client.rest.issues.listComments, { ...repository, issue_number: number, per_page: 100 }),
    );
    return understood(z.array(ListedComment), pages, doing)
      .filter(({ user }) => isOurs(user))
      .map(toComment);
  };
  return {
    list,
    create: (body, isIt) =>
      tried(doing, "pull-requests: write", async () =>
        createOnce(
          async () => {
            const { data } = await client.rest.issues.createComment({ ...repository, issue_number: number, body });
            return toComment(understood(ListedComment, data, doing));
          },
          async () => (await list()).find(isIt) ?? null,
        ),
      ),
    update: (id, body) =>
      tried(doing, "pull-requests: write", async () => {
        const { data } = await client.rest.issues.updateComment({ ...repository, comment_id: id, body });
        return toComment(understood(ListedComment, data, doing));
      }),
    async remove(id) {
      await tried(doing, "pull-requests: write", () =>
        client.rest.issues.deleteComment({ ...repository, comment_id: id }),
      ).catch((error: unknown) => {
        // Of reporters at the same time another one may have removed it: it is gone, as it should be.
        if (error instanceof Error && /does not exist/.test(error.message)) return;
        throw error;
      });
    },
  };
}

/** Our open issues, through GitHub's API. */
export function issueTracker(client: Octokit, repository: Repository, isOurs: Identity): IssueTracker {
  const doing = "The issue about this run";
  let labelled = false;
  const listOpen = async (): Promise<Issue[]> => {
    const pages = await tried(doing, "issues: write", () =>
      client.paginate(client.rest.issues.listForRepo, { ...repository, state: "open", labels: LABEL, per_page: 100 }),
    );
    return understood(z.array(ListedIssue), pages, doing)
      .filter(({ user, pull_request }) => pull_request === undefined && isOurs(user))
      .map(toIssue);
  };
  const ensureLabel = async (): Promise<void> => {
    if (labelled) return;
    labelled = true;
    try {
      await client.rest.issues.createLabel({
        ...repository,
        name: LABEL,
        color: "1d76db",
        description: "Opened and closed by Pipelines",
      });
    } catch (error) {
      if (!isStatus(error, 422)) throw explainFailure(error, `The label ${LABEL}`, "issues: write");
    }
  };
  const create = async (title: string, body: string, assignee: string | null): Promise<Issue> => {
    const { data } = await client.rest.issues.create({
      ...repository,
      title,
      body,
      labels: [LABEL],
      ...(assignee === null ? {} : { assignees: [assignee] }),
    });
    return toIssue(understood(ListedIssue, data, doing));
  };
  return {
    listOpen,
    open: (title, body, assignee, isIt) =>
      tried(doing, "issues: write", async () => {
        await ensureLabel();
        return createOnce(
          () =>
            create(title, body, assignee).catch((error: unknown) => {
              // Not everybody who may merge may be assigned.
              if (assignee !== null && isStatus(error, 422)) return create(title, body, null);
              throw error;
            }),
          async () => (await listOpen()).find(isIt) ?? null,
        );
      }),
    async update(number, body) {
      await tried(doing, "issues: write", () =>
        client.rest.issues.update({ ...repository, issue_number: number, body }),
      );
    },
    async close(number, body, why) {
      await tried(doing, "issues: write", () =>
        client.rest.issues.update({ ...repository, issue_number: number, body, state: "closed", state_reason: why }),
      );
    },
  };
}

/** The merged pull request that brought a commit to a branch; `null` when it was pushed directly. */
export async function mergedPullRequestOf(
  client: Octokit,
  repository: Repository,
  commit: string,
  branch: string,
): Promise<number | null> {
  const doing = "Looking for the merged pull request";
  const { data } = await tried(doing, "pull-requests: read", () =>
    client.rest.repos.listPullRequestsAssociatedWithCommit({ ...repository, commit_sha: commit }),
  );
  const merged = understood(Associated, data, doing).filter(
    ({ merged_at, base }) => merged_at !== null && merged_at !== undefined && base.ref === branch,
  );
  return merged[0]?.number ?? null;
}

/** Who merged a pull request, where that is a person: the actor of a push from a merge queue is a bot. */
export async function mergerOf(client: Octokit, repository: Repository, number: number): Promise<string | null> {
  const doing = "Looking for who merged";
  const { data } = await tried(doing, "pull-requests: read", () =>
    client.rest.pulls.get({ ...repository, pull_number: number }),
  );
  const { merged_by } = understood(z.object({ merged_by: Author.optional() }), data, doing);
  return merged_by?.type === "User" ? merged_by.login : null;
}

async function tried<T>(
  doing: string,
  permission: Parameters<typeof explainFailure>[2],
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw explainFailure(error, doing, permission);
  }
}

/** GitHub, or something between us and it, may answer 200 with an error page. */
function understood<S extends z.ZodType>(schema: S, data: unknown, doing: string): z.output<S> {
  const result = schema.safeParse(data);
  if (!result.success)
    throw new GitHubUnavailableError(`${doing}: GitHub's answer can't be understood`, { cause: result.error });
  return result.data;
}

function isStatus(error: unknown, status: number): boolean {
  return z.object({ status: z.literal(status) }).safeParse(error).success;
}

function toComment({ id, body, html_url }: z.infer<typeof ListedComment>): Comment {
  return { id, body: body ?? "", url: html_url };
}

function toIssue({ number, body, html_url }: z.infer<typeof ListedIssue>): Issue {
  return { number, body: body ?? "", url: html_url };
}
