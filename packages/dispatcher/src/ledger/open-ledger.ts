import { setTimeout as sleep } from "node:timers/promises";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { LedgerRun } from "@pipelines/core/contracts/ledger";
import type { Contains } from "@pipelines/core/git/ancestry";
import { openRepository, type Repository } from "@pipelines/core/git/repository";
import { commitsOf } from "@pipelines/core/ledger/claim";
import type { Ledger } from "@pipelines/core/ledger/ledger";
import { gitAuthentication, hasRef, ledgerGit } from "@pipelines/core/ledger-ref/git";
import { type LedgerStore, openLedgerStore } from "@pipelines/core/ledger-ref/store";
import { LedgerError } from "@pipelines/core/ledger-ref/tree";
import { PATIENCE, type Patience } from "@pipelines/core/ledger-ref/update";
import { toolEnvironment } from "@pipelines/core/process/environment";
import type { GitHubRun } from "../github/run.ts";

/** A checkout, the ledger of its remote, and the deploy branch as the remote has it now. */
export type OpenLedger = AsyncDisposable & {
  readonly repository: Repository;
  readonly store: LedgerStore;
  readonly tip: CommitSha;
  readonly run: LedgerRun;
  /** The branch that a ledger follows, where that is not this deploy branch and is there still. @throws LedgerError */
  otherBranch(ledger: Ledger): Promise<string | null>;
};

/** How long a job of a run waits for its turn to write. */
export const patience: Patience = { ...PATIENCE, wait: (ms) => sleep(ms), random: Math.random };

/**
 * Opens the ledger of a checkout's remote, and fetches the deploy branch. No code of the repository runs.
 *
 * @throws LedgerError when the remote, its branch or its ledger can't be had
 */
export async function openLedger(
  folder: string,
  deployBranch: string,
  run: Pick<GitHubRun, "runId" | "runNumber" | "attempt" | "serverUrl">,
  { token, environment }: { token: string; environment: Readonly<Record<string, string | undefined>> },
): Promise<OpenLedger> {
  const authenticated = toolEnvironment(environment, gitAuthentication(token, run.serverUrl));
  const git = ledgerGit(folder, authenticated);
  const branch = `refs/remotes/origin/${deployBranch}`;
  const fetched = await git(["fetch", "--quiet", "--no-tags", "origin", `+refs/heads/${deployBranch}:${branch}`]);
  const repository = openRepository(folder, toolEnvironment(environment));
  const tip = fetched.ok ? await repository.resolve(branch) : null;
  if (tip === null) {
    throw new LedgerError(`the deploy branch \`${deployBranch}\` can't be fetched from origin: ${fetched.stderr}`);
  }
  const remote = await git(["remote", "get-url", "origin"]);
  const store = await openLedgerStore(remote.stdout.toString("utf8").trim(), authenticated);
  return {
    ...{ repository, store, tip },
    run: { id: Number(run.runId), number: run.runNumber, attempt: run.attempt },
    otherBranch: async ({ determined }) => {
      if (determined === null || determined.branch === deployBranch) return null;
      const there = await hasRef(git, "origin", `refs/heads/${determined.branch}`);
      if (there === null) throw new LedgerError(`it can't be found out whether \`${determined.branch}\` is on origin`);
      return there ? determined.branch : null;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** Which commits of a ledger, and of a run, have which others among their ancestors. */
export async function ancestryFor(
  repository: Repository,
  ledger: Ledger,
  commits: readonly CommitSha[],
): Promise<Contains> {
  const determined = ledger.determined?.commit;
  return repository.ancestry([
    ...commits,
    ...(determined == null ? [] : [determined]),
    ...[...ledger.units.values()].flatMap(commitsOf),
  ]);
}
