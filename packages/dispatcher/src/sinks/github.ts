import type { Octokit } from "@octokit/rest";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained, isStatus, understood } from "@pipelines/core/github/failure";
import { createOnce } from "@pipelines/core/github/safe-write";
import { z } from "zod";
import type { Issue } from "./issue-changes.ts";
import type { IssueTracker } from "./issues.ts";
import type { Comment, Conversation } from "./sticky-comment.ts";

/** The label of every issue of ours, by which they are found. */
export const LABEL = "pipelines";

export const Author = z.object({ login: z.string(), type: z.string() }).nullable();
const ListedComment = z.object({ id: z.number(), body: z.string().nullish(), html_url: z.string(), user: Author });
const ListedIssue = z.object({
  number: z.number(),
  body: z.string().nullish(),
  html_url: z.string(),
  user: Author,
  pull_request: z.unknown().optional(),
});

/** Whether a comment or issue was written with a token like ours. */
export type Identity = (author: z.infer<typeof Author>) => boolean;

/**
 * Who we are. `GET /user` names the owner of a person's token; an app's token (the workflow's own is one, `ghs_…`) may not ask,
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
  repository: GitHubRepository,
  number: number,
  isOurs: Identity,
): Conversation {
  const doing = `The comment on #${number}`;
  const list = async (): Promise<Comment[]> => {
    const pages = await explained(doing, "pull-requests: write", () =>
      client.paginate(client.rest.issues.listComments, { ...repository, issue_number: number, per_page: 100 }),
    );
    return understood(z.array(ListedComment), pages, doing)
      .filter(({ user }) => isOurs(user))
      .map(toComment);
  };
  return {
    list,
    create: (body, isIt) =>
      explained(doing, "pull-requests: write", async () =>
        createOnce(
          async () => {
            const { data } = await client.rest.issues.createComment({ ...repository, issue_number: number, body });
            return toComment(understood(ListedComment, data, doing));
          },
          async () => (await list()).find(isIt) ?? null,
        ),
      ),
    update: (id, body) =>
      explained(doing, "pull-requests: write", async () => {
        const { data } = await client.rest.issues.updateComment({ ...repository, comment_id: id, body });
        return toComment(understood(ListedComment, data, doing));
      }),
    remove: (id) =>
      explained(doing, "pull-requests: write", async () => {
        await client.rest.issues.deleteComment({ ...repository, comment_id: id }).catch((error: unknown) => {
          // Another run that reports at the same time may have removed it.
          if (!isStatus(error, 404)) throw error;
        });
      }),
  };
}

/** Our open issues, through GitHub's API. */
export function issueTracker(client: Octokit, repository: GitHubRepository, isOurs: Identity): IssueTracker {
  const doing = "The issue about this run";
  let labelled = false;
  const listOpen = async (): Promise<Issue[]> => {
    const pages = await explained(doing, "issues: write", () =>
      client.paginate(client.rest.issues.listForRepo, { ...repository, state: "open", labels: LABEL, per_page: 100 }),
    );
    return understood(z.array(ListedIssue), pages, doing)
      .filter(({ user, pull_request }) => pull_request === undefined && isOurs(user))
      .map(toIssue);
  };
  const ensureLabel = async (): Promise<void> => {
    if (labelled) return;
    labelled = true;
    await explained(`The label ${LABEL}`, "issues: write", () =>
      client.rest.issues
        .createLabel({
          ...repository,
          ...{ name: LABEL, color: "1d76db", description: "Opened and closed by Pipelines" },
        })
        .catch((error: unknown) => {
          // It is there already.
          if (!isStatus(error, 422)) throw error;
        }),
    );
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
      explained(doing, "issues: write", async () => {
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
      await explained(doing, "issues: write", () =>
        client.rest.issues.update({ ...repository, issue_number: number, body }),
      );
    },
    async close(number, body, why) {
      await explained(doing, "issues: write", () =>
        client.rest.issues.update({ ...repository, issue_number: number, body, state: "closed", state_reason: why }),
      );
    },
  };
}

function toComment({ id, body, html_url }: z.infer<typeof ListedComment>): Comment {
  return { id, body: body ?? "", url: html_url };
}

function toIssue({ number, body, html_url }: z.infer<typeof ListedIssue>): Issue {
  return { number, body: body ?? "", url: html_url };
}
