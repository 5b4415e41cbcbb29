import type { CommitSha } from "../contracts/comparison.ts";
import { verdictOn } from "../contracts/end.ts";
import type { Applied, Due, DueWhy, LedgerAction, LedgerRun, LedgerState, LedgerUnit } from "../contracts/ledger.ts";
import type { UnitEnd } from "../contracts/outcome.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import type { Contains } from "../git/ancestry.ts";
import { MOST_COMMITS } from "./claim.ts";
import { waitsSentence } from "./holding.ts";
import { hasJob, type Ledger, sameRun, withUnits } from "./ledger.ts";

/** How a unit of a run's jobs ended. */
export type Ended = {
  readonly path: UnitPath;
  readonly action: LedgerAction;
  readonly commit: CommitSha;
  readonly environment: string | null;
  readonly end: UnitEnd;
  /** Why other environments that wait for it may not go on although it ended well; `null` where they may, or none waits. */
  readonly check?: string | null;
  readonly dependsOn: readonly UnitPath[];
  /** SHA-256 over the summary of the plan that was applied. */
  readonly plan: string | null;
  /** The reviewed plans that it was compared with. */
  readonly reviewed?: Applied["reviewed"];
  /** Whose change of it that was, where that is not whose the run's head is. */
  readonly credit?: Credit;
  readonly state: LedgerState | null;
};

/** Who merged a change, or asked for it, and by which pull request. */
export type Credit = { readonly by: string | null; readonly pullRequest: number | null };

export type Recording = {
  readonly run: LedgerRun;
  readonly time: string;
  /** The commit of the deploy branch that the run was for. */
  readonly head: CommitSha;
  readonly ended: readonly Ended[];
} & Credit;

/** What is known of the repository when a run's end is recorded. */
export type RecordFacts = {
  readonly contains: Contains;
  /** The deploy branch as it is now. */
  readonly tip: { readonly commit: CommitSha; readonly exists: (unit: UnitPath) => boolean };
};

/**
 * Writes down how a run ended: well-ended units are applied, what the run owns and did not do stays due with how it
 * ended. A run that does not own a unit any more changes nothing of what is due, and an older commit never takes the
 * place of a newer one. Recorded twice is as recorded once.
 */
export function record(ledger: Ledger, recording: Recording, facts: RecordFacts): Ledger {
  const ended = new Map(recording.ended.map((unit) => [unit.path, unit]));
  const records: LedgerUnit[] = [];
  for (const unit of ended.values()) {
    const next = afterEnd(ledger.units.get(unit.path), unit, recording, facts, ledger.determined?.commit ?? null);
    if (next !== null) records.push(next);
  }
  for (const known of ledger.units.values()) {
    if (known.due === undefined || ended.has(known.unit) || !sameRun(known.due.owner, recording.run)) continue;
    if (known.due.why !== "changed" && known.due.why !== "asked") continue;
    const message = `Its job in run ${recording.run.number} did not run, or left no outcome.`;
    records.push({ ...known, due: { ...known.due, why: "lost", message } });
  }
  return withUnits(ledger, records);
}

function afterEnd(
  known: LedgerUnit | undefined,
  unit: Ended,
  recording: Recording,
  facts: RecordFacts,
  determined: CommitSha | null,
): LedgerUnit | null {
  const before: LedgerUnit = known ?? { version: 1, unit: unit.path, claim: 0 };
  const own =
    before.due !== undefined && sameRun(before.due.owner, recording.run) && hasJob(before.due) ? before.due : null;
  if (verdictOn(unit.end, unit.action) === "well") return afterDone(before, own, unit, recording, facts, determined);
  if (own === null || own.action !== unit.action || own.commit !== unit.commit) return null;
  // What a person asked for and what was not started changed nothing, so nothing is owed. An earlier attempt that did not
  // tell how it ended may have.
  const { due: _due, ...without } = before;
  const isFirst = own.owner.attempt === recording.run.attempt;
  // Where the request was ahead of what is determined, other runs may have left to it what commits changed meanwhile.
  const onlyAsked = own.byHand && own.why === "asked" && !own.ahead;
  if (onlyAsked && isFirst && isUntouched(unit.end)) return without;
  return { ...before, due: { ...own, ...wordsOf(unit.end) } };
}

function afterDone(
  before: LedgerUnit,
  own: Due | null,
  unit: Ended,
  recording: Recording,
  facts: RecordFacts,
  determined: CommitSha | null,
): LedgerUnit | null {
  const { tip } = facts;
  // A person may destroy what a commit has that the branch has no more: the branch is what is in effect then. What is
  // destroyed since a commit removed it runs at an earlier one than its run's.
  const byHand = unit.action === "destroy" && unit.commit === recording.head;
  const goneByHand = own !== null && byHand && !tip.exists(unit.path);
  const applied = appliedBy(unit, goneByHand ? { ...recording, head: tip.commit } : recording);
  const { applied: earlier, due: _due, dismissed: _dismissed, seen: _seen, ...rest } = before;
  if (own === null || own.action !== unit.action || own.commit !== unit.commit) {
    return earlier === undefined || isNewer(applied, earlier, facts.contains) ? { ...before, applied } : null;
  }
  const left = withCheck(stillDue(own, unit, facts, determined), own, unit);
  return { ...rest, applied: again(applied, earlier), ...(left === null ? {} : { due: left }) };
}

/**
 * What is done and did not pass its checks is done again, so that they are asked again: until then others wait for it, for
 * all that it was due for.
 */
function withCheck(left: Due | null, own: Due, { check = null }: Ended): Due | null {
  if (check === null || own.byHand) return left;
  if (left === null) return { ...own, why: "check", message: shortened(check) };
  return { ...left, commits: [...new Set([...own.commits, ...left.commits])] };
}

/** A second record of the same work keeps the first one's time. */
function again(applied: Applied, earlier: Applied | undefined): Applied {
  return earlier !== undefined && isSameWork(applied, earlier) ? earlier : applied;
}

function isSameWork(a: Applied, b: Applied): boolean {
  return sameRun(a.run, b.run) && a.run.attempt === b.run.attempt && a.commit === b.commit && a.action === b.action;
}

function isNewer(applied: Applied, earlier: Applied, contains: Contains): boolean {
  if (isSameWork(applied, earlier)) return false;
  return applied.commit !== earlier.commit && contains(applied.commit, earlier.commit) === true;
}

/** What is due after the work is done: commits that it did not have in it, or a unit of the tip that is destroyed. */
function stillDue(own: Due, unit: Ended, { contains, tip }: RecordFacts, determined: CommitSha | null): Due | null {
  const has = (commit: CommitSha): boolean => commit === unit.commit || contains(unit.commit, commit) === true;
  const exists = tip.exists(unit.path);
  const again = exists
    ? ({ ...own, action: "apply", commit: tip.commit, commits: [tip.commit], ahead: false, byHand: false } as const)
    : ({ ...own, action: "destroy", commit: unit.commit, commits: [tip.commit], ahead: false, byHand: false } as const);
  if (unit.action === "destroy") {
    const message = "It was destroyed and is still on the deploy branch.";
    if (!exists) return null;
    if (own.byHand) return { ...again, commits: [...again.commits], why: "set-back", message };
    // What commits wanted of it is still to be done, and other environments come before it for those.
    return { ...again, commits: commitsWith(own.commits, tip.commit), why: "not-determined", message };
  }
  const [first, ...rest] = own.commits.filter((commit) => !has(commit));
  if (first !== undefined) {
    const message = `An older commit of it, ${unit.commit}, was applied by hand.`;
    return { ...again, commits: [first, ...rest], why: "set-back", message };
  }
  if (own.byHand && !exists) {
    const message = `It was applied by hand at ${unit.commit}, and is not on the deploy branch.`;
    return { ...again, commits: [...again.commits], why: "set-back", message };
  }
  if (!own.ahead || determined === null) return null;
  const onBranch = tip.commit === unit.commit || contains(tip.commit, unit.commit) === true;
  if (has(determined) && onBranch) return null;
  const message = `It was applied at ${unit.commit} while ${onBranch ? `another run determined changes up to ${determined}` : "the branch was pushed by force"}, which may turn that back.`;
  return { ...again, commits: [determined], why: "not-determined", message };
}

function commitsWith(commits: Due["commits"], more: CommitSha): Due["commits"] {
  const [first = more, ...rest] = [...new Set([...commits, more])];
  return [first, ...rest.slice(-MOST_COMMITS + 1)];
}

function isUntouched(end: UnitEnd): boolean {
  return ["skipped", "withheld", "superseded", "waiting", "ignored"].includes(end.kind);
}

function appliedBy(
  { action, commit, environment, dependsOn, plan, reviewed = [], credit, state }: Ended,
  { run, time, head, by, pullRequest }: Recording,
): Applied {
  return {
    action,
    commit: action === "destroy" ? head : commit,
    environment,
    run,
    time,
    ...(credit ?? { by, pullRequest }),
    dependsOn: [...dependsOn],
    plan,
    ...(reviewed.length === 0 ? {} : { reviewed: [...reviewed] }),
    state,
  };
}

const LONGEST_MESSAGE = 1000;

function wordsOf(end: UnitEnd): { why: DueWhy; message: string } {
  const { why, message } = explained(end);
  return { why, message: shortened(message) };
}

function shortened(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)} …` : message;
}

function explained(end: UnitEnd): { why: DueWhy; message: string } {
  const list = (units: readonly UnitPath[]): string => units.map((unit) => `\`${unit}\``).join(", ");
  switch (end.kind) {
    case "failed":
      return { why: "failed", message: end.cause.message };
    case "skipped":
      return end.waitsFor === undefined
        ? { why: "skipped", message: `${list(end.because)} did not end well.` }
        : { why: "promotion", message: waitsSentence(end.waitsFor, end.because) };
    case "withheld":
      if (end.stop.guard === "paused") return { why: "paused", message: end.stop.message };
      return { why: end.stop.guard === "move" ? "held-move" : "withheld", message: end.stop.message };
    case "superseded":
      return { why: "skipped", message: `It was left to the run of ${end.by}.` };
    case "ignored":
      return { why: "failed", message: `Its configuration ignores this error: ${end.message}` };
    case "waiting":
      return { why: "waiting", message: `It waits for ${list(end.for)}.` };
    case "interrupted":
      return { why: "interrupted", message: end.message };
    case "unknown":
      return { why: "lost", message: end.why };
    case "changed":
    case "unchanged":
      throw new Error(`a unit that ended \`${end.kind}\` is not due`);
    default:
      return end satisfies never;
  }
}
