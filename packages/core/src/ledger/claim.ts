import type { CommitSha } from "../contracts/comparison.ts";
import type { Determined, DueWhy, LedgerAction, LedgerRun, LedgerUnit } from "../contracts/ledger.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import type { Contains } from "../git/ancestry.ts";
import { hasJob, type Ledger, sameRun, withUnits } from "./ledger.ts";
import { isLaterOnBranch, type Position, positionOf } from "./position.ts";

/** A unit that a run wants to have. */
export type ClaimedUnit = {
  readonly path: UnitPath;
  readonly action: LedgerAction;
  /** The commit that runs: for a destroy the one that still has the unit. */
  readonly commit: CommitSha;
  readonly environment: string | null;
  readonly dependsOn: readonly UnitPath[];
  readonly why: DueWhy;
  readonly message: string;
  /** The run that had it due when this run determined; `null`: it runs since it changed, or since somebody asked. */
  readonly dueOf: number | null;
};

export type Claim = {
  readonly run: LedgerRun;
  readonly time: string;
  readonly head: CommitSha;
  /** The deploy branch, as the head's configuration names it. */
  readonly branch: string;
  readonly units: readonly ClaimedUnit[];
  /** What the units run for: the changes of commits, or what somebody asked for. */
  readonly of:
    | {
        readonly kind: "changes";
        /** The count of claims that the run saw when it determined. */
        readonly seen: number;
        /** Whether all that the commits change is named by the units. Otherwise the next run looks again. */
        readonly complete: boolean;
      }
    | { readonly kind: "request" };
};

/** What is known of the repository when a claim is written. */
export type ClaimFacts = {
  /** The tip of the deploy branch, as it is now. */
  readonly tip: CommitSha;
  /** The branch that the ledger follows, where that is another one and is there still. */
  readonly otherBranch: string | null;
  readonly contains: Contains;
  readonly existsAtHead: (unit: UnitPath) => boolean;
};

export type Claimed = {
  readonly ledger: Ledger;
  readonly position: Position;
  /** Units that the run has now. */
  readonly taken: readonly UnitPath[];
  /** Units that it has not, with the run that has them, where one does. */
  readonly left: readonly { readonly path: UnitPath; readonly to: LedgerRun | null }[];
};

/**
 * Makes a run the owner of units that are due, and moves `determined` to its head. A commit that another run has
 * claimed already claims nothing again; of what was due it gets what nobody took meanwhile. Claimed twice is as
 * claimed once.
 */
export function claim(ledger: Ledger, wanted: Claim, facts: ClaimFacts): Claimed {
  const determined = ledger.determined?.commit ?? null;
  const position = positionIn(ledger, wanted.head, facts);
  if (position === "gone" || position === "elsewhere") {
    return { ledger, position, taken: [], left: wanted.units.map(({ path }) => leftTo(ledger, path)) };
  }
  const adds = addsTo(wanted, position);
  const number = numberOf(ledger, wanted, adds);
  const reached = adds && wanted.of.kind === "changes" && wanted.of.complete ? wanted.head : determined;
  const records: LedgerUnit[] = [];
  const taken: UnitPath[] = [];
  const left: { path: UnitPath; to: LedgerRun | null }[] = [];
  for (const unit of wanted.units) {
    const record = ledger.units.get(unit.path);
    if (isFree(unit, record, wanted, position, ledger.determined, facts)) {
      taken.push(unit.path);
      const changed = adds && unit.dueOf === null;
      const claimNumber = changed ? number : (record?.claim ?? 0);
      records.push(owned(unit, record, wanted, { number: claimNumber, determined: reached, facts }));
    } else left.push(leftTo(ledger, unit.path));
  }
  if (adds) records.push(...missed(ledger, wanted, facts, { number, determined: reached, facts }));
  const counted = determinedAfter(ledger, wanted, adds, number, records.length > 0);
  const unchanged = records.length === 0 && counted === ledger.determined;
  return {
    ledger: unchanged ? ledger : { ...withUnits(ledger, records), determined: counted },
    position,
    taken,
    left,
  };
}

/**
 * Where a head stands. After a forced push it can be older than what was claimed and is on the branch still: to go back to
 * it would hide from the next comparison what came in between.
 */
function positionIn(ledger: Ledger, head: CommitSha, facts: ClaimFacts): Position {
  const determined = ledger.determined?.commit ?? null;
  const { tip, otherBranch } = facts;
  const position = positionOf({ determined, head, tip, otherBranch }, facts.contains);
  if (position !== "rewritten") return position;
  return [...ledger.units.values()].some((record) => isOfLater(record, head, facts)) ? "behind" : position;
}

function determinedAfter(
  { determined }: Ledger,
  { run, time, head, branch, of }: Claim,
  adds: boolean,
  claimNumber: number,
  anything: boolean,
): Determined | null {
  if (!adds || of.kind !== "changes") {
    // A ledger that holds anything has a count: one without was never written.
    return determined ?? (anything ? { version: 1, commit: null, branch, claim: 0, reached: 0, run, time } : null);
  }
  const before = determined?.commit ?? null;
  const commit = of.complete ? head : before;
  if (commit === before && (!anything || claimNumber === determined?.claim)) return determined;
  // What was determined is of the branch that it was, until all that another one changed is.
  const follows = of.complete || determined === null ? branch : determined.branch;
  const reached = of.complete ? claimNumber : (determined?.reached ?? 0);
  return { version: 1, commit, branch: follows, claim: claimNumber, reached, run, time };
}

/** Claims of changes are counted; a run that writes the same claim again, since it could not see it arrive, counts once. */
function numberOf({ determined }: Ledger, { run, of }: Claim, adds: boolean): number {
  const last = determined?.claim ?? 0;
  const again = determined !== null && of.kind === "changes" && sameRun(determined.run, run) && last > of.seen;
  return adds && !again ? last + 1 : last;
}

function leftTo(ledger: Ledger, path: UnitPath): { path: UnitPath; to: LedgerRun | null } {
  const record = ledger.units.get(path);
  return { path, to: record?.due?.owner ?? record?.applied?.run ?? null };
}

/** Whether a run gets a unit, by where its head stands to what was determined. */
function isFree(
  unit: ClaimedUnit,
  record: LedgerUnit | undefined,
  wanted: Claim,
  position: Position,
  determined: Determined | null,
  facts: ClaimFacts,
): boolean {
  // Between the head and what is determined a commit may have changed it, and another turned it back.
  if (position === "behind" && unit.dueOf !== null && unit.dueOf !== wanted.run.id) return false;
  const astray = position === "same" && isAstray(record, determined, facts);
  return mayTake(unit, record, wanted, astray || addsTo(wanted, position), facts);
}

/** Whether a run adds to what is determined. */
function addsTo({ of }: Claim, position: Position): boolean {
  return of.kind === "changes" && (position === "ahead" || position === "rewritten");
}

function mayTake(
  unit: ClaimedUnit,
  record: LedgerUnit | undefined,
  { run, of, head }: Claim,
  adds: boolean,
  facts: ClaimFacts,
): boolean {
  if (of.kind === "request" && unit.dueOf === null) return true;
  const due = record?.due;
  // What was due when this run determined, and was claimed for changes since, may be turned back by this run's head.
  const claimedSince = of.kind === "changes" && (record?.claim ?? 0) > of.seen;
  if (adds && (unit.dueOf === null || claimedSince)) return !isOfLater(record, head, facts);
  if (due === undefined) return false;
  // What changed was claimed by another run; what was due is free as long as nobody else took it. What this run left undone
  // may be due for a later commit since.
  return (sameRun(due.owner, run) || unit.dueOf === due.owner.id) && !isOfLater(record, head, facts);
}

/** Whether a later commit of the branch has a unit to do, or has done it. A run that did not know all can be ahead so. */
function isOfLater(record: LedgerUnit | undefined, head: CommitSha, { tip, contains }: ClaimFacts): boolean {
  if (record === undefined) return false;
  return commitsOf(record).some((commit) => isLaterOnBranch({ commit, head, tip }, contains));
}

/** What is determined, where a head does not have it. */
function later(determined: CommitSha | null, head: CommitSha, contains: Contains): CommitSha[] {
  return determined === null || determined === head || contains(head, determined) === true ? [] : [determined];
}

/**
 * Whether a unit was applied at a commit that is not part of what is determined, and nothing is due: the next comparison
 * does not show what the commits in between turned back. It is one after it, or after a forced push one beside it.
 */
export function isAppliedAhead(
  { due, applied, dismissed, claim: claimed }: LedgerUnit,
  determined: Determined | null,
  contains: Contains,
): boolean {
  const commit = determined?.commit ?? null;
  if (due !== undefined || dismissed !== undefined || applied === undefined) return false;
  if (determined === null || commit === null || applied.commit === commit) return false;
  return claimed > determined.reached || contains(applied.commit, commit) === true;
}

/** Whether a unit was applied at such a commit, and the branch was pushed by force since and does not have it. */
export function isAstray(
  record: LedgerUnit | undefined,
  determined: Determined | null,
  { tip, contains }: Pick<ClaimFacts, "tip" | "contains">,
): boolean {
  if (record?.applied === undefined || !isAppliedAhead(record, determined, contains)) return false;
  return record.applied.commit !== tip && contains(tip, record.applied.commit) !== true;
}

/** The commits that may be in effect of a unit, and those that want something of it. */
export function commitsOf({ due, applied, dismissed }: LedgerUnit): CommitSha[] {
  return [
    ...(due === undefined ? [] : [due.commit, ...due.commits]),
    ...(applied === undefined ? [] : [applied.commit]),
    // It may have been in the middle of its work when somebody dismissed it.
    ...(dismissed === undefined ? [] : [dismissed.commit, ...(dismissed.commits ?? [])]),
  ];
}

/** Enough to tell where a unit's changes came from; a unit that stays broken for months must not grow without end. */
export const MOST_COMMITS = 50;

type ClaimContext = {
  readonly number: number;
  /** What is determined when the claim is written. */
  readonly determined: CommitSha | null;
  readonly facts: ClaimFacts;
};

/**
 * Whether a head has something in it that `determined` does not stand for, so that what follows on the branch may not
 * show in a comparison with it. A branch that was pushed by force has left what was determined.
 */
function isAhead(head: CommitSha, { determined, facts: { tip, contains } }: ClaimContext): boolean {
  if (determined === null) return true;
  const has = (commit: CommitSha, ancestor: CommitSha): boolean =>
    commit === ancestor || contains(commit, ancestor) === true;
  return determined !== head && !(has(determined, head) && has(tip, determined));
}

/**
 * The commits that a unit is due for. A request does not undo what commits want: that stays due until a run has it
 * applied. For what changed, commits that were pushed away by force are not wanted any more.
 */
function commitsFor(
  record: LedgerUnit | undefined,
  {
    asked,
    changed,
    action,
    head,
    determined,
    facts: { contains },
  }: { asked: boolean; changed: boolean; action: LedgerAction; head: CommitSha } & Pick<
    ClaimContext,
    "determined" | "facts"
  >,
): CommitSha[] {
  const { due } = record ?? {};
  const before = due?.commits ?? [];
  if (!asked) {
    const again = changed || action === "destroy";
    // What is taken along at the very commit that it is due for stays due for that.
    const kept = before.filter((known) => (known === head ? !again : contains(head, known) === true));
    // What is destroyed runs at a commit that had it, for a head that has it no more.
    return [...kept, ...(again ? [head] : [])];
  }
  // The run that had it may be in the middle of it.
  const begun = due === undefined ? [record?.applied?.commit ?? head] : due.action === "apply" ? [due.commit] : [];
  return [...new Set([...before, ...begun, ...later(determined, head, contains)])];
}

function owned(
  { path, action, commit, environment, dependsOn, why, message, dueOf }: ClaimedUnit,
  record: LedgerUnit | undefined,
  { run, time, head, of }: Claim,
  context: ClaimContext,
): LedgerUnit {
  const { due, applied, dismissed } = record ?? {};
  if (record !== undefined && due !== undefined && sameRun(due.owner, run) && hasJob(due)) {
    if (due.action === action && due.commit === commit) return record;
  }
  const asked = of.kind === "request" && dueOf === null;
  const commits = commitsFor(record, { asked, changed: dueOf === null, action, head, ...context });
  const [first = head, ...rest] = commits;
  return {
    version: 1,
    unit: path,
    claim: context.number,
    due: {
      action,
      commit,
      commits: [first, ...rest.slice(-MOST_COMMITS + 1)],
      environment,
      why: asked ? "asked" : why,
      message,
      owner: run,
      dependsOn: [...new Set([...((due ?? dismissed)?.dependsOn ?? []), ...dependsOn])].toSorted(),
      ahead: isAhead(head, context),
      // Another run that had it may be in the middle of it, and what it leaves is owed.
      byHand: asked && due === undefined,
      since: due?.since ?? time,
    },
    ...(applied === undefined ? {} : { applied }),
    // A request that comes to nothing leaves a person's decision as it was; a commit is a new question.
    ...(asked && dismissed !== undefined ? { dismissed } : {}),
  };
}

/**
 * Units that other runs claimed after this one had determined, and that its own comparison does not show: what one
 * commit changed and the next turned back. What is applied of them may be the earlier of the two, so they are due.
 */
function missed(ledger: Ledger, wanted: Claim, facts: ClaimFacts, context: ClaimContext): LedgerUnit[] {
  if (wanted.of.kind !== "changes") return [];
  const { seen } = wanted.of;
  const { existsAtHead } = facts;
  const named = new Set(wanted.units.map(({ path }) => path));
  return [...ledger.units.values()].flatMap((record): LedgerUnit[] => {
    const unseen = record.claim > seen || isAppliedAhead(record, ledger.determined, facts.contains);
    if (!unseen || named.has(record.unit) || isOfLater(record, wanted.head, facts)) return [];
    const last = record.due ?? record.applied ?? record.dismissed;
    if (last === undefined) return [];
    const exists = existsAtHead(record.unit);
    if (!exists && last.action === "destroy") return [];
    const unit: ClaimedUnit = {
      path: record.unit,
      action: exists ? "apply" : "destroy",
      commit: exists ? wanted.head : last.commit,
      environment: record.due?.environment ?? record.applied?.environment ?? null,
      dependsOn: [],
      why: "not-determined",
      message: `It was changed by commits that another run determined at the same time as run ${wanted.run.number}, which has no job for it. The next run takes it.`,
      dueOf: null,
    };
    return [owned(unit, record, wanted, context)];
  });
}
