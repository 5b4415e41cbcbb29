import type { Account } from "@pipelines/core/contracts/change";
import type { Job } from "@pipelines/core/contracts/job";
import type { AccountOutcome } from "@pipelines/core/contracts/outcome";
import { composeProposal, type ProposalPlace, type ProposalSource } from "../accounts/compose.ts";
import type { AccountPullRequests } from "../accounts/pull-request.ts";
import { ID_TO_COME } from "../accounts/render.ts";

/** What an account action works with. */
export type AccountWork = {
  readonly accounts: NonNullable<Job["accounts"]>;
  readonly source: ProposalSource;
  /** What is at the job's commit. */
  readonly place: ProposalPlace;
  readonly factory: Factory;
  /** Where proposals go: nowhere in a terminal or without a token. */
  readonly pullRequests: AccountPullRequests | null;
  /** The deploy branch. */
  readonly base: string;
};

/** What is known of the account factory, where the job is about requests. */
export type Factory = {
  /** The unit, for people. */
  readonly unit: string;
  /** Whether it was applied well in this run. */
  readonly isApplied: boolean;
  /** The accounts that it has made; `null` where it does not say. */
  readonly made: readonly Account[] | null;
};

/** An account action: what came of it. Never rejects. */
export type AccountAction = (work: AccountWork) => Promise<AccountOutcome>;

/** Shows the code that will be proposed. */
export const previewAccount: AccountAction = (work) =>
  outcomeOf(work, async () => {
    const requested = work.accounts.requested.map(({ name, email }) => ({ name, id: ID_TO_COME, email }));
    const { shown, notes } = await composeProposal([...work.accounts.added, ...requested], work.source, work.place);
    return { files: shown, pullRequestUrl: null, notes };
  });

/** Proposes the accounts' code in a pull request. */
export const provisionAccount: AccountAction = (work) =>
  outcomeOf(work, async () => {
    const { made, notes } = madeAccounts(work);
    const accounts = [...work.accounts.added, ...made];
    if (accounts.length === 0) return { files: [], pullRequestUrl: null, notes };
    if (work.pullRequests === null) {
      throw new Error(
        "there is no token to open a pull request with; give the executor `token` with `contents: write` and `pull-requests: write`",
      );
    }
    const { url, proposal } = await work.pullRequests.propose(accounts, work.base, (all, place) =>
      composeProposal(all, work.source, place),
    );
    const nothing = url === null ? ["Everything is there already, so nothing was proposed."] : [];
    return { files: proposal.shown, pullRequestUrl: url, notes: [...notes, ...proposal.notes, ...nothing] };
  });

/** Of the accounts that were asked for, those that the factory has made. @throws when it says that it has not made one */
function madeAccounts({ accounts: { requested }, factory }: AccountWork): { made: Account[]; notes: string[] } {
  if (requested.length === 0) return { made: [], notes: [] };
  const names = requested.map(({ name }) => `\`${name}\``).join(", ");
  if (!factory.isApplied) {
    return {
      made: [],
      notes: [`\`${factory.unit}\` was not applied, so nothing is proposed for ${names} yet. Its next apply does.`],
    };
  }
  if (factory.made === null) {
    const shape = "`{ <name> = { id, email } }`";
    return {
      made: [],
      notes: [
        `\`${factory.unit}\` has no output \`accounts\` of the shape ${shape}, so add ${names} to the accounts file by hand; the code is proposed then.`,
      ],
    };
  }
  const byName = new Map(factory.made.map((account) => [account.name, account]));
  const missing = requested.filter(({ name }) => !byName.has(name));
  if (missing.length > 0) {
    const lacking = missing.map(({ name, file }) => `\`${name}\` (${file})`).join(", ");
    throw new Error(
      `\`${factory.unit}\` was applied, and its output \`accounts\` does not have ${lacking}. The key there has to be the name of the request file`,
    );
  }
  return { made: requested.flatMap(({ name }) => byName.get(name) ?? []), notes: [] };
}

type Came = Pick<AccountOutcome, "pullRequestUrl"> & {
  readonly files: readonly AccountOutcome["files"][number][];
  readonly notes: readonly string[];
};

async function outcomeOf({ accounts }: AccountWork, act: () => Promise<Came>): Promise<AccountOutcome> {
  const name = [...accounts.added, ...accounts.requested]
    .map((account) => account.name)
    .toSorted()
    .join(", ");
  try {
    const { files, pullRequestUrl, notes } = await act();
    return {
      name,
      files: [...files],
      pullRequestUrl,
      ...(notes.length === 0 ? {} : { notes: [...notes] }),
      failure: null,
    };
  } catch (error) {
    return { name, files: [], pullRequestUrl: null, failure: error instanceof Error ? error.message : String(error) };
  }
}
