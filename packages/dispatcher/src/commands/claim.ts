import { resolve } from "node:path";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { actionsOutputs } from "@pipelines/core/actions/outputs";
import { globMatcher } from "@pipelines/core/configuration/environments";
import { Assessment } from "@pipelines/core/contracts/assessment";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { readDocument } from "@pipelines/core/documents/document";
import { assessmentFile } from "@pipelines/core/documents/layout";
import { claim as claimUnits } from "@pipelines/core/ledger/claim";
import { dismiss } from "@pipelines/core/ledger/dismiss";
import { unitsOfTree } from "@pipelines/core/ledger/units-of-tree";
import { updateLedger } from "@pipelines/core/ledger-ref/update";
import { count } from "@pipelines/core/wording/count";
import type { GitHubRun } from "../github/run.ts";
import { claimOf } from "../ledger/claim-of.ts";
import { claimMessage, dismissalMessage, whereLedgerIs } from "../ledger/messages.ts";
import { ancestryFor, type OpenLedger, openLedger, patience } from "../ledger/open-ledger.ts";
import type { CommandContext } from "./job.ts";

/** Writes to the ledger what the run is to apply and destroy, before anything is. Runs no code of the repository. */
export async function claim({ inputs, folder, environment, run }: CommandContext): Promise<number> {
  const assessment = await readDocument(assessmentFile(folder), Assessment);
  const { head, deployBranch, ledgerClaim } = assessment.comparison;
  if (ledgerClaim === undefined) return nothingClaimed();
  const checkout = resolve(inputs.optional("repository") ?? environment["GITHUB_WORKSPACE"] ?? ".");
  const token = inputs.required("token");
  await using opened = await openLedger(checkout, deployBranch, run, { token, environment });
  const { repository, store, tip } = opened;
  const { dismiss: dismissed } = assessment.comparison;
  if (dismissed !== undefined) {
    await dismissUnits(opened, globMatcher(dismissed), run);
    return 0;
  }
  const files = await repository.tree(head);
  const units = unitsOfTree(files.map(({ path }) => path));
  const wanted = claimOf(assessment, { run: opened.run, time: new Date().toISOString() }, units.mayHave);
  if (wanted === null) return nothingClaimed();
  const { result, commit } = await updateLedger(
    store,
    async (ledger) => {
      const contains = await ancestryFor(repository, ledger, [head, tip]);
      const facts = { tip, contains, otherBranch: await opened.otherBranch(ledger), existsAtHead: units.mayHave };
      const claimed = claimUnits(ledger, wanted, facts);
      return { ledger: claimed.ledger, message: claimMessage(wanted, claimed, run.runUrl), result: claimed };
    },
    patience,
  );
  const { position, taken, left } = result;
  log.info(`${count(taken.length, "unit")} claimed by this run; ${head} is ${position} of what was determined.`);
  log.info(whereLedgerIs(commit));
  for (const { path, to } of left) {
    log.info(`${path} is ${to === null ? "not due any more" : `left to run ${to.number}`}.`);
  }
  actionsOutputs.set("claimed", String(taken.length));
  return 0;
}

function nothingClaimed(): number {
  log.info("Nothing is claimed: this run changes nothing, or it determined without the ledger.");
  return 0;
}

/** Takes what is due of some units from the ledger, and writes down who said so. */
async function dismissUnits(
  { store, run }: OpenLedger,
  matches: (unit: UnitPath) => boolean,
  of: GitHubRun,
): Promise<void> {
  const by = of.actor ?? "somebody";
  const { result } = await updateLedger(
    store,
    async (ledger) => {
      const units = [...ledger.units.values()].flatMap(({ unit, due }) =>
        due !== undefined && matches(unit) ? [unit] : [],
      );
      const dismissal = { run, time: new Date().toISOString(), by, reason: "dismissed by hand", units };
      return {
        ledger: dismiss(ledger, dismissal),
        message: dismissalMessage(run, by, units, of.runUrl),
        result: units,
      };
    },
    patience,
  );
  log.info(result.length === 0 ? "Nothing is due of these units." : `Dismissed: ${result.join(", ")}.`);
}
