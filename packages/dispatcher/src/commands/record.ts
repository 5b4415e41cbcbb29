import { resolve } from "node:path";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { configurationsOf } from "@pipelines/core/configuration/configurations";
import { isWaitedFor, promotionOf } from "@pipelines/core/configuration/promotion";
import { Assessment } from "@pipelines/core/contracts/assessment";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { readDocument } from "@pipelines/core/documents/document";
import { assessmentFile } from "@pipelines/core/documents/layout";
import { readUnitStates } from "@pipelines/core/documents/unit-states";
import type { Repository } from "@pipelines/core/git/repository";
import { record as recordEnds } from "@pipelines/core/ledger/record";
import { see } from "@pipelines/core/ledger/see";
import { unitsOfTree } from "@pipelines/core/ledger/units-of-tree";
import { updateLedger } from "@pipelines/core/ledger-ref/update";
import { count } from "@pipelines/core/wording/count";
import { collectOutcomes } from "../collect/outcomes.ts";
import { readOutcomes } from "../collect/read-outcomes.ts";
import { creditsOn } from "../ledger/credits.ts";
import { recordMessage, whereLedgerIs } from "../ledger/messages.ts";
import { ancestryFor, openLedger, patience } from "../ledger/open-ledger.ts";
import { creditedCommits, plannedStates, recordingOf } from "../ledger/recording-of.ts";
import type { CommandContext } from "./job.ts";

/** Writes to the ledger how the run's applies and destroys ended. Runs no code of the repository. */
export async function record({ inputs, folder, environment, run }: CommandContext): Promise<number> {
  const assessment = await readDocument(assessmentFile(folder), Assessment);
  const { head, deployBranch, mode, ledgerClaim } = assessment.comparison;
  if (ledgerClaim === undefined || mode === "plan") {
    log.info("Nothing is recorded: this run plans a pull request, or it determined without the ledger.");
    return 0;
  }
  const checkout = resolve(inputs.optional("repository") ?? environment["GITHUB_WORKSPACE"] ?? ".");
  const token = inputs.required("token");
  await using opened = await openLedger(checkout, deployBranch, run, { token, environment });
  const { repository, store, tip } = opened;
  const endings = collectOutcomes(assessment.jobs, await readOutcomes(folder));
  const credits = creditsOn(run, assessment, token);
  const credit = await credits.ofHead();
  const creditFor = await credits.ofOthers(creditedCommits(assessment, endings));
  const states = new Map((await readUnitStates(folder)).map(({ unit, state }) => [unit, state]));
  const at = { run: opened.run, time: new Date().toISOString() };
  const isWaitedFor = await waitedForAt(repository, tip);
  const recording = recordingOf(assessment, endings, states, at, credit, { creditFor, isWaitedFor });
  const planned = plannedStates(assessment, states);
  const units = unitsOfTree((await repository.tree(tip)).map(({ path }) => path));
  const { ledger, commit } = await updateLedger(
    store,
    async (known) => {
      const contains = await ancestryFor(repository, known, [
        head,
        tip,
        ...recording.ended.map(({ commit }) => commit),
      ]);
      const ended = recordEnds(known, recording, { contains, tip: { commit: tip, exists: units.has } });
      // What an older commit's plan found may not be true of the branch.
      const recorded = head === tip ? see(ended, { ...at, commit: head, states: planned }) : ended;
      return { ledger: recorded, message: recordMessage(recording, recorded, run.runUrl), result: null };
    },
    patience,
  );
  const due = [...ledger.units.values()].filter((unit) => unit.due !== undefined).length;
  log.info(due === 0 ? "Nothing is due." : `Due: ${count(due, "unit")}. \`pipelines status\` says why.`);
  log.info(whereLedgerIs(commit));
  return 0;
}

/** Whether other environments wait for one. Where the configuration can't be read, they may. */
async function waitedForAt(repository: Repository, tip: CommitSha): Promise<(environment: string) => boolean> {
  try {
    const promotion = promotionOf(await configurationsOf(repository, null).at(tip));
    return (environment) => isWaitedFor(promotion, environment);
  } catch (error) {
    log.warning(error instanceof Error ? error.message : String(error));
    return () => true;
  }
}
