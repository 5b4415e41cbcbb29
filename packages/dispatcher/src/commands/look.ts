import { resolve } from "node:path";
import type { Octokit } from "@octokit/rest";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { configurationsOf } from "@pipelines/core/configuration/configurations";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { LedgerRun } from "@pipelines/core/contracts/ledger";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import { writeDocument } from "@pipelines/core/documents/document";
import { ledgerLookFile } from "@pipelines/core/documents/layout";
import { openRepository } from "@pipelines/core/git/repository";
import { createGitHubClient } from "@pipelines/core/github/client";
import { explained, isStatus } from "@pipelines/core/github/failure";
import type { Ledger } from "@pipelines/core/ledger/ledger";
import { toolEnvironment } from "@pipelines/core/process/environment";
import type { GitHubRun } from "../github/run.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import type { CommandContext } from "./job.ts";

/** More owners than this are asked for by later runs: each is a request, and there are 1,000 an hour. */
const MOST_OWNERS = 50;

/**
 * Writes down what the ledger says, where the deploy branch is, and which runs have ended, before anything is determined:
 * the step that determines runs code of the repository, and gets no token. Runs no code of the repository.
 */
export async function look({ inputs, folder, environment, run }: CommandContext): Promise<number> {
  const checkout = resolve(inputs.optional("repository") ?? environment["GITHUB_WORKSPACE"] ?? ".");
  const token = inputs.required("token");
  const repository = openRepository(checkout, toolEnvironment(environment));
  const isPullRequest = run.pullRequest !== null;
  const [governing = CommitSha.parse(run.sha)] = isPullRequest
    ? await repository.parents(CommitSha.parse(run.sha))
    : [];
  const configuration = await configurationsOf(repository, inputs.optional("config")).at(governing);
  if (configuration.ledger === "off") {
    log.info("The configuration says `ledger: off`: this run knows its own event alone.");
    return 0;
  }
  await using opened = await openLedger(checkout, configuration.deploy_branch, run, { token, environment });
  const { ledger } = await opened.store.read();
  const client = createGitHubClient({ token, apiUrl: run.apiUrl, log });
  const found: LedgerLook = {
    version: 1,
    ...{ run: opened.run, tip: opened.tip, otherBranch: await opened.otherBranch(ledger) },
    ...{ determined: ledger.determined, units: [...ledger.units.values()] },
    // A pull request's run takes nothing along.
    ended: isPullRequest ? [] : await endedOwners(client, run, ledger),
  };
  await writeDocument(ledgerLookFile(folder), found);
  const due = found.units.filter((unit) => unit.due !== undefined).length;
  log.info(`Determined up to ${found.determined?.commit ?? "nothing"}; ${due} of ${found.units.length} units are due.`);
  return 0;
}

/** The runs, other than this one, that have units to do and have come to their end. */
async function endedOwners(client: Octokit, run: GitHubRun, ledger: Ledger): Promise<number[]> {
  const owners = new Map<number, LedgerRun>();
  for (const { due } of ledger.units.values()) if (due !== undefined) owners.set(due.owner.id, due.owner);
  owners.delete(Number(run.runId));
  const asked = [...owners.keys()].toSorted((a, b) => a - b).slice(0, MOST_OWNERS);
  const ended = await Promise.all(asked.map((id) => isEnded(client, run, id)));
  return asked.filter((_id, index) => ended[index] === true);
}

/** A run that was deleted does nothing any more. */
async function isEnded(client: Octokit, { repository }: GitHubRun, id: number): Promise<boolean> {
  return explained(`Looking at run ${id}`, "actions: read", async () => {
    try {
      const { data } = await client.rest.actions.getWorkflowRun({ ...repository, run_id: id });
      return data.status === "completed";
    } catch (error) {
      if (isStatus(error, 404)) return true;
      throw error;
    }
  });
}
