import type { Account } from "@pipelines/core/contracts/change";
import type { AccountOutcome } from "@pipelines/core/contracts/outcome";
import type { AccountPullRequests } from "../accounts/pull-request.ts";
import { type AccountFile, type AccountTemplate, renderAccount } from "../accounts/render.ts";

/** An account's action: what came of it. Never rejects. */
export type AccountAction = (
  account: Account,
  templates: readonly AccountTemplate[],
  proposals: Proposals,
) => Promise<AccountOutcome>;

/** Where proposals go: nowhere in a terminal or without a token. */
export type Proposals = { readonly pullRequests: AccountPullRequests | null; readonly base: string };

/** Shows the code that will be proposed. */
export const previewAccount: AccountAction = async (account, templates) =>
  outcomeOf(account, async () => ({ files: renderAccount(account, templates), pullRequestUrl: null }));

/** Proposes the account's code in a pull request. */
export const provisionAccount: AccountAction = async (account, templates, { pullRequests, base }) =>
  outcomeOf(account, async () => {
    if (pullRequests === null) {
      throw new Error(
        "there is no token to open a pull request with; give the executor `token` with `contents: write` and `pull-requests: write`",
      );
    }
    const files = renderAccount(account, templates);
    return { files, pullRequestUrl: await pullRequests.propose(account, files, base) };
  });

async function outcomeOf(
  account: Account,
  act: () => Promise<{ files: AccountFile[]; pullRequestUrl: string | null }>,
): Promise<AccountOutcome> {
  try {
    return { name: account.name, ...(await act()), failure: null };
  } catch (error) {
    return {
      name: account.name,
      files: [],
      pullRequestUrl: null,
      failure: error instanceof Error ? error.message : String(error),
    };
  }
}
