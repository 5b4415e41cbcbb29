import type { Account } from "@pipelines/core/contracts/change";
import type { createGitHubClient } from "@pipelines/core/github/client";
import { explained, isStatus } from "@pipelines/core/github/failure";
import { BRANCH, type Branch, messageOf, readBranch } from "./branch.ts";
import type { Proposal, ProposalPlace } from "./compose.ts";
import { pullRequestBody, withBody } from "./pull-request-body.ts";

type Client = ReturnType<typeof createGitHubClient>;

/** Whom a workflow's own token (`github.token`) acts as; an App acts as itself. */
const WORKFLOW = "github-actions[bot]";

/** How often a proposal is made anew since somebody pushed to its branch in between. */
const MOST_TRIES = 3;

export type Proposed = {
  /** `null` where everything is there already. */
  readonly url: string | null;
  readonly proposal: Proposal;
};

/** Proposes the first code of accounts. */
export type AccountPullRequests = {
  /**
   * Opens the pull request of all accounts, or adds to the one that is open.
   *
   * @param compose what is proposed for all accounts, at the place where it goes
   */
  propose(
    accounts: readonly Account[],
    base: string,
    compose: (accounts: readonly Account[], place: ProposalPlace) => Promise<Proposal>,
  ): Promise<Proposed>;
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
    propose: (wanted, base, compose) =>
      explained("The pull request with the account's code", "contents: write", async () => {
        for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
          const branch = await readBranch(client, common, base);
          const names = new Set(wanted.map(({ name }) => name));
          const accounts = [...branch.accounts.filter(({ name }) => !names.has(name)), ...wanted];
          const proposal = await compose(accounts, branch.place);
          const committed = await commit(client, common, branch, proposal, messageOf(titleOf(accounts), accounts));
          if (committed.kind === "late") continue;
          if (committed.kind === "same" && branch.openPullRequest === null) return { url: null, proposal };
          const author = committed.kind === "done" ? committed.author : null;
          return { url: await tell({ client, common, base, branch, author, accounts, proposal, runUrl }), proposal };
        }
        throw new Error(`somebody pushes to ${BRANCH} all the time; run this job again`);
      }),
  };
}

type Telling = {
  readonly client: Client;
  readonly common: { readonly owner: string; readonly repo: string };
  readonly base: string;
  readonly branch: Branch;
  /** Who made the commit that was just pushed; `null` where none was. */
  readonly author: string | null;
  readonly accounts: readonly Account[];
  readonly proposal: Proposal;
  readonly runUrl: string | null;
};

/** Opens the pull request, or brings its text up to date. Answers its address. */
async function tell({ client, common, base, branch, author, ...facts }: Telling): Promise<string> {
  const title = titleOf(facts.accounts);
  const { openPullRequest: open } = branch;
  const text = (waits: boolean): string => pullRequestBody({ ...facts, waits });
  const update = async (number: number, body: string): Promise<void> => {
    await client.rest.pulls.update({ ...common, pull_number: number, title, body });
  };
  if (open !== null) {
    await update(open.number, withBody(open.body, text(author === WORKFLOW || open.by === WORKFLOW)));
    return open.html_url;
  }
  const mayWait = author === WORKFLOW;
  const { data } = await client.rest.pulls.create({ ...common, head: BRANCH, base, title, body: text(mayWait) });
  // Who opened it is known only now.
  if (!mayWait && data.user?.login === WORKFLOW) await update(data.number, text(true));
  return data.html_url;
}

type Committed =
  | { readonly kind: "done"; readonly author: string }
  /** It is all there. */
  | { readonly kind: "same" }
  /** Somebody else was faster. */
  | { readonly kind: "late" };

/** Puts a proposal on the branch. */
async function commit(
  client: Client,
  common: { owner: string; repo: string },
  { start, parents, tip, reset }: Branch,
  { files }: Proposal,
  message: string,
): Promise<Committed> {
  const treeOf = async (sha: string): Promise<string> =>
    (await client.rest.git.getCommit({ ...common, commit_sha: sha })).data.tree.sha;
  const startTree = await treeOf(start);
  const tree =
    files.length === 0
      ? startTree
      : (
          await client.rest.git.createTree({
            ...common,
            base_tree: startTree,
            tree: files.map(({ path, content }) => ({ path, content, mode: "100644", type: "blob" })),
          })
        ).data.sha;
  if (tip === null || reset ? files.length === 0 : tree === (await treeOf(tip))) return { kind: "same" };
  const { data: made } = await client.rest.git.createCommit({ ...common, message, tree, parents: [...parents] });
  try {
    if (tip === null) await client.rest.git.createRef({ ...common, ref: `refs/heads/${BRANCH}`, sha: made.sha });
    else await client.rest.git.updateRef({ ...common, ref: `heads/${BRANCH}`, sha: made.sha, force: reset });
  } catch (error) {
    if (isStatus(error, 422)) return { kind: "late" };
    throw error;
  }
  return { kind: "done", author: made.author.name };
}

export function titleOf(accounts: readonly Pick<Account, "name">[]): string {
  const names = accounts.map(({ name }) => name);
  const last = names.at(-1) ?? "";
  return names.length === 1
    ? `Add the account ${last}`
    : `Add the accounts ${names.slice(0, -1).join(", ")} and ${last}`;
}
