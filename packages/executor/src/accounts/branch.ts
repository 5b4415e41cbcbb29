import { Account } from "@pipelines/core/contracts/change";
import type { createGitHubClient } from "@pipelines/core/github/client";
import { isStatus } from "@pipelines/core/github/failure";
import type { ProposalPlace } from "./compose.ts";

type Client = ReturnType<typeof createGitHubClient>;
type Repository = { readonly owner: string; readonly repo: string };

/** The branch of all proposals: one pull request for all accounts, so that they never conflict with each other. */
export const BRANCH = "pipelines/accounts";

/** Begins the lines of a commit's message that say which accounts it proposes; a commit that has one is ours. */
const TRAILER = "Pipelines-Account: ";

export function messageOf(title: string, accounts: readonly Account[]): string {
  return `${title}\n\n${accounts.map((account) => `${TRAILER}${JSON.stringify(account)}`).join("\n")}\n`;
}

/** Where the next proposal goes. */
export type Branch = {
  readonly openPullRequest: {
    readonly number: number;
    readonly html_url: string;
    readonly body: string | null;
    readonly by: string;
  } | null;
  /** The commit that the proposal is made on top of: the deploy branch's where nothing but ours is on the branch. */
  readonly start: string;
  readonly parents: readonly string[];
  /** The branch's commit; `null` where there is none. */
  readonly tip: string | null;
  /** Its commits are not gone on with: it is set back to the deploy branch. What was in a pull request stays there. */
  readonly reset: boolean;
  /** Accounts that are proposed there and not merged. */
  readonly accounts: readonly Account[];
  readonly place: ProposalPlace;
};

/** Looks at the branch of proposals, and at its pull request. */
export async function readBranch(client: Client, repository: Repository, base: string): Promise<Branch> {
  const head = `${repository.owner}:${BRANCH}`;
  const baseSha = await shaOf(client, repository, base);
  if (baseSha === null) throw new Error(`there is no branch ${base}`);
  const tip = await shaOf(client, repository, BRANCH);
  const { data: pulls } = await client.rest.pulls.list({ ...repository, state: "all", head, base, per_page: 100 });
  const open = pulls.find(({ state }) => state === "open");
  const openPullRequest =
    open === undefined
      ? null
      : { number: open.number, html_url: open.html_url, body: open.body, by: open.user?.login ?? "" };
  const atBase = reader(client, repository, baseSha);
  const fresh = { start: baseSha, place: { read: atBase, deployed: atBase, proposed: async () => null } };
  if (tip === null) return { ...fresh, openPullRequest: null, parents: [baseSha], tip, reset: false, accounts: [] };
  // What was merged or declined is over, whatever was on it.
  const isOver = open === undefined && pulls.some((pull) => pull.head.sha === tip);
  if (isOver) return { ...fresh, openPullRequest, parents: [baseSha], tip, reset: true, accounts: [] };
  const { data: compared } = await client.rest.repos.compareCommitsWithBasehead({
    ...repository,
    basehead: `${baseSha}...${tip}`,
    per_page: 100,
  });
  const commits = compared.commits.map(({ sha, commit }) => ({ sha, accounts: accountsIn(commit.message) }));
  const newest = commits.findLast(({ accounts }) => accounts !== null);
  const accounts = newest?.accounts ?? [];
  if (commits.every((commit) => commit.accounts !== null) && compared.total_commits === commits.length) {
    const parents = compared.merge_base_commit.sha === baseSha ? [tip] : [tip, baseSha];
    return { ...fresh, openPullRequest, parents, tip, reset: false, accounts };
  }
  const read = reader(client, repository, tip);
  const ours = newest === undefined ? async () => null : reader(client, repository, newest.sha);
  const before = reader(client, repository, compared.merge_base_commit.sha);
  const proposed = async (path: string): Promise<string | null> => {
    const text = await ours(path);
    return text === null || text === (await before(path)) ? null : text;
  };
  return {
    openPullRequest,
    start: tip,
    parents: [tip],
    tip,
    reset: false,
    accounts,
    place: { read, deployed: atBase, proposed },
  };
}

async function shaOf(client: Client, repository: Repository, branch: string): Promise<string | null> {
  try {
    return (await client.rest.git.getRef({ ...repository, ref: `heads/${branch}` })).data.object.sha;
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

/** The accounts that a commit of ours proposes, with all before it; `null` for a commit of somebody else. */
function accountsIn(message: string): Account[] | null {
  const lines = message.split("\n").filter((line) => line.startsWith(TRAILER));
  if (lines.length === 0) return null;
  return lines.flatMap((line) => {
    try {
      const read = Account.safeParse(JSON.parse(line.slice(TRAILER.length)));
      return read.success ? [read.data] : [];
    } catch {
      return [];
    }
  });
}

/** Reads files of a commit, each once. What is there and is no file counts as some text that nobody wants to have. */
function reader(client: Client, repository: Repository, ref: string): (path: string) => Promise<string | null> {
  const known = new Map<string, Promise<string | null>>();
  const read = async (path: string): Promise<string | null> => {
    try {
      const { data } = await client.rest.repos.getContent({ ...repository, path, ref });
      if (Array.isArray(data) || data.type !== "file" || !("content" in data)) return "\0";
      return Buffer.from(data.content, "base64").toString("utf8");
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  };
  return (path) => {
    const reading = known.get(path) ?? read(path);
    known.set(path, reading);
    return reading;
  };
}
