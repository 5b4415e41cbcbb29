import { configurationsOf } from "@pipelines/core/configuration/configurations";
import { changesUnits, traitsOf } from "@pipelines/core/contracts/action";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { failedCheck, verdictOn } from "@pipelines/core/contracts/end";
import type { Job } from "@pipelines/core/contracts/job";
import { LedgerAction, type LedgerState } from "@pipelines/core/contracts/ledger";
import type { JobOutcome } from "@pipelines/core/contracts/outcome";
import type { Start } from "@pipelines/core/contracts/start";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { readUnitStates } from "@pipelines/core/documents/unit-states";
import type { Repository } from "@pipelines/core/git/repository";
import { waitsSentence } from "@pipelines/core/ledger/holding";
import type { Ledger } from "@pipelines/core/ledger/ledger";
import { type DestroyQuestion, mayDestroy } from "@pipelines/core/ledger/may-destroy";
import { type Looked, mayStart, type Question, type Tip } from "@pipelines/core/ledger/may-start";
import type { Unsettled } from "@pipelines/core/ledger/shared-state";
import { type UnitsOfTree, unitsOfTree } from "@pipelines/core/ledger/units-of-tree";
import { openBefore } from "../collect/not-started.ts";
import { collectOutcomes } from "../collect/outcomes.ts";
import { readOutcomes } from "../collect/read-outcomes.ts";
import type { GitHubRun } from "../github/run.ts";
import { openLedger } from "../ledger/open-ledger.ts";

/** Answers whether a unit of a job may start now, or whether the state that it would destroy is nobody else's. Never rejects. */
export type StartAnswers = (unit: UnitPath, state?: LedgerState) => Promise<Start>;

export type StartPlace = {
  /** A checkout of the repository whose `origin` is GitHub's. */
  readonly checkout: string;
  /** The folder with the run's documents. */
  readonly folder: string;
  readonly run: GitHubRun;
  /** Without one, nobody can ask GitHub for the ledger. */
  readonly token: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Units that ask within this time of a look share it: a job's units start side by side. */
const SHARED_MS = 3_000;

/**
 * Who answers a job's units: the ledger and the deploy branch, read from GitHub right before a unit starts. Without a
 * ledger it is the run alone, about what waits for other environments of it. `null` for a job whose units need not ask.
 */
export function startAnswers(assessment: Assessment, job: Job, place: StartPlace): StartAnswers | null {
  const action = LedgerAction.safeParse(job.action);
  const { ledgerClaim, deployBranch, destroyExisting, head } = assessment.comparison;
  const atHead = assessment.living ?? [];
  if (!action.success || !changesUnits(job.action)) return null;
  if (ledgerClaim === undefined) return answersOfRun(assessment, job, place.folder);
  const { token } = place;
  if (token === null) return null;
  let latest: { readonly at: number; readonly view: Promise<View> } | null = null;
  const look = (): Promise<View> => {
    const now = performance.now();
    if (latest === null || now - latest.at > SHARED_MS)
      latest = { at: now, view: viewOf({ ...place, token }, deployBranch, head, atHead) };
    return latest.view;
  };
  return async (unit, state) => {
    const { ledger, tip, living, found } = await look();
    const run = { id: Number(place.run.runId), number: place.run.runNumber, attempt: place.run.attempt };
    const ended = await endedWell(place.folder);
    if (state !== undefined) return mayDestroy({ ledger, unit, state, run, living, found, endedWell: ended.endedWell });
    return mayStart({
      ...{ ledger, tip, unit, action: action.data, commit: job.at, run },
      ...ended,
      destroyAtTip: traitsOf(job.action).removes && destroyExisting === true,
    });
  };
}

/** What the run itself says of units that wait for others of it. */
function answersOfRun(assessment: Assessment, job: Job, folder: string): StartAnswers | null {
  if (job.units.every(({ waitsFor }) => waitsFor === undefined)) return null;
  return async (unit, state) => {
    if (state !== undefined) return { kind: "go" };
    const endings = collectOutcomes(assessment.jobs, await readOutcomes(folder));
    const { because, waitsFor } = openBefore(job, unit, endings);
    if (because.length === 0) return { kind: "go" };
    return { kind: "wait", for: waitsFor, units: because, message: waitsSentence(waitsFor, because) };
  };
}

/** The ledger and the deploy branch at one moment. */
type View = {
  readonly ledger: Looked<Ledger>;
  readonly tip: Looked<Tip>;
  readonly living: DestroyQuestion["living"];
  readonly found: DestroyQuestion["found"];
};

async function viewOf(
  place: StartPlace & { readonly token: string },
  deployBranch: string,
  head: CommitSha,
  atHead: readonly UnitPath[],
): Promise<View> {
  try {
    await using opened = await openLedger(place.checkout, deployBranch, place.run, place);
    const { repository, store, tip: commit } = opened;
    const units = unitsOfTree((await repository.tree(commit)).map(({ path }) => path));
    const configuration = await configurationsOf(repository, null).at(commit);
    const { ledger } = await store.read();
    const otherBranch = await opened.otherBranch(ledger);
    const exists = await existence(repository, head, commit, units);
    const living = await livingUnits(repository, ledger, { head, tip: commit, atHead, units });
    const found = new Map((await readUnitStates(place.folder)).map((its) => [its.unit, its.state]));
    return {
      found: { kind: "read", value: found },
      ledger: { kind: "read", value: ledger },
      tip: { kind: "read", value: { commit, otherBranch, exists, configuration } },
      living: {
        kind: "read",
        value: { units: living, unsettled: await unsettledUnits(repository, ledger, commit, units) },
      },
    };
  } catch (error) {
    const unknown = { kind: "unknown", why: error instanceof Error ? error.message : String(error) } as const;
    return { ledger: unknown, tip: unknown, living: unknown, found: unknown };
  }
}

/**
 * The units of the tip. Those of the run's head were determined by Terragrunt; what came since then is told from the tree,
 * and of units that stacks generate, which are in no tree, from what the ledger knows and a stack may still generate.
 */
async function livingUnits(
  repository: Repository,
  ledger: Ledger,
  at: { head: CommitSha; tip: CommitSha; atHead: readonly UnitPath[]; units: UnitsOfTree },
): Promise<ReadonlySet<UnitPath>> {
  if (at.tip === at.head) return new Set(at.atHead);
  const before = unitsOfTree((await repository.tree(at.head)).map(({ path }) => path));
  const added = at.units.all.filter((unit) => !before.has(unit));
  const generated = [...ledger.units.values()].flatMap(({ unit, applied }) =>
    applied?.action === "apply" && !at.units.has(unit) && at.units.mayHave(unit) ? [unit] : [],
  );
  return new Set([...at.atHead, ...added, ...generated]);
}

/**
 * Whether a unit that the run's head does not have exists at the tip. No tree shows what a stack generates: a unit that may
 * come of one is back only if something that the stack is made from has changed since the head.
 */
async function existence(
  repository: Repository,
  head: CommitSha,
  tip: CommitSha,
  units: UnitsOfTree,
): Promise<(unit: UnitPath) => boolean> {
  if (tip === head) return units.has;
  const shared = (await repository.diff(head, tip)).some(({ path }) => units.ownerOf(path) === null);
  return shared ? units.mayHave : units.has;
}

/** Units that commits after one may have given another state: a file in their folder, or a shared one. */
async function unsettledUnits(
  repository: Repository,
  ledger: Ledger,
  tip: CommitSha,
  units: UnitsOfTree,
): Promise<Unsettled> {
  const changesSince = async (commit: CommitSha): Promise<(unit: UnitPath) => boolean> => {
    if (commit === tip) return () => false;
    // A commit may be gone, after a push by force. Then nobody can say what has changed since.
    const diff = await repository.diff(commit, tip).catch(() => null);
    if (diff === null) return () => true;
    const changed = new Set(diff.map(({ path }) => units.ownerOf(path)));
    return (unit) => changed.has(null) || changed.has(unit);
  };
  const determined = ledger.determined?.commit ?? null;
  const sinceDetermined = determined === null ? () => true : await changesSince(determined);
  // Only of these does it matter what a plan of the branch saw, and where earlier attempts may have begun.
  const ahead = [...ledger.units.values()].filter(({ unit, due }) => due !== undefined || sinceDetermined(unit));
  const since = new Map<CommitSha, (unit: UnitPath) => boolean>();
  for (const { seen, due } of ahead) {
    const tried = due === undefined ? [] : [due.commit, ...due.commits];
    for (const commit of seen === undefined ? tried : [seen.commit, ...tried]) {
      if (!since.has(commit)) since.set(commit, await changesSince(commit));
    }
  }
  return (unit, commit) => (commit === null ? sinceDetermined(unit) : (since.get(commit)?.(unit) ?? true));
}

/** The units that jobs of this run, this one included, have ended well so far, and those whose job's checks passed too. */
async function endedWell(folder: string): Promise<Pick<Question, "endedWell" | "passed">> {
  const outcomes = (await readOutcomes(folder)).flatMap(({ content }) =>
    content.kind === "read" ? [content.outcome] : [],
  );
  return {
    endedWell: new Set(outcomes.flatMap(wellUnits)),
    passed: new Set(outcomes.filter((outcome) => failedCheck(outcome) === null).flatMap(wellUnits)),
  };
}

function wellUnits({ units, action }: JobOutcome): UnitPath[] {
  return units.filter(({ end }) => verdictOn(end, action) === "well").map(({ path }) => path);
}
