import type { Account } from "@pipelines/core/contracts/change";
import type { createGitHubClient } from "@pipelines/core/github/client";
import { explained, isStatus } from "@pipelines/core/github/failure";
import type { AccountFile } from "./render.ts";

type Client = ReturnType<typeof createGitHubClient>;

/** Whom a workflow's own token (`github.token`) acts as; an App acts as itself. */
const WORKFLOW = "github-actions[bot]";

/** GitHub starts no run by itself for what a workflow's own token opens or pushes; a server may not even offer one. */
const WHAT_TO_PRESS = [
  "",
  "**Its checks wait for you**, since a workflow's own token opened it: at the end of this page press “Approve workflows to run”. Where there is no such button, close the pull request and open it again. With a GitHub App in the workflow's `app_id` they start by themselves.",
];

/** Proposes an account's first code. */
export type AccountPullRequests = {
  /** Opens the pull request, or brings the one that is open up to date. Answers its address. */
  propose(account: Account, files: readonly AccountFile[], base: string): Promise<string>;
};

/** Proposes by GitHub's API: nothing is checked out, so no code of the repository runs with a token that may write. */
export function gitHubPullRequests(
  client: Client,
  owner: string,
  repo: string,
  runUrl: string | null,
): AccountPullRequests {
  const common = { owner, repo };
  return {
    propose: (account, files, base) =>
      explained("The pull request with the account's code", "contents: write", async () => {
        const branch = `pipelines/account-${account.name}`;
        const { data: baseRef } = await client.rest.git.getRef({ ...common, ref: `heads/${base}` });
        const { data: baseCommit } = await client.rest.git.getCommit({ ...common, commit_sha: baseRef.object.sha });
        const { data: tree } = await client.rest.git.createTree({
          ...common,
          base_tree: baseCommit.tree.sha,
          tree: files.map(({ path, content }) => ({ path, content, mode: "100644", type: "blob" })),
        });
        const { data: commit } = await client.rest.git.createCommit({
          ...common,
          message: `Add the account ${account.name}`,
          tree: tree.sha,
          parents: [baseRef.object.sha],
        });
        await setBranch(client, common, branch, commit.sha);
        const { data: open } = await client.rest.pulls.list({
          ...common,
          state: "open",
          head: `${owner}:${branch}`,
          base,
        });
        const title = `Add the account ${account.name}`;
        const [existing] = open;
        const pullRequest =
          existing ??
          (
            await client.rest.pulls.create({
              ...common,
              head: branch,
              base,
              title,
              body: bodyOf(account, files, runUrl),
            })
          ).data;
        const isByWorkflow = pullRequest.user?.login === WORKFLOW || commit.author.name === WORKFLOW;
        if (existing !== undefined || isByWorkflow) {
          const body = bodyOf(account, files, runUrl, isByWorkflow ? WHAT_TO_PRESS : []);
          await client.rest.pulls.update({ ...common, pull_number: pullRequest.number, title, body });
        }
        return pullRequest.html_url;
      }),
  };
}

/** The branch is ours: a second run replaces what the first one proposed. */
async function setBranch(
  client: Client,
  common: { owner: string; repo: string },
  branch: string,
  sha: string,
): Promise<void> {
  try {
    await client.rest.git.createRef({ ...common, ref: `refs/heads/${branch}`, sha });
  } catch (error) {
    if (!isStatus(error, 422)) throw error;
    await client.rest.git.updateRef({ ...common, ref: `heads/${branch}`, sha, force: true });
  }
}

function bodyOf(
  account: Account,
  files: readonly AccountFile[],
  runUrl: string | null,
  whatToPress: readonly string[] = [],
): string {
  return [
    `The account \`${account.name}\` (\`${account.id}\`) was added. This is its first code:`,
    "",
    ...files.map(({ path }) => `- \`${path}\``),
    "",
    "Read it, change what does not fit, and merge it: the merge is planned and applied like any other.",
    ...whatToPress,
    ...(runUrl === null ? [] : ["", `Proposed by [this run](${runUrl}).`]),
    "",
  ].join("\n");
}
