import { type EnvironmentOfUnit, environmentLookup } from "../configuration/environments.ts";
import { restrictionOn, reviewRuleOf } from "../configuration/policy.ts";
import { promotionOf } from "../configuration/promotion.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { CommitSha } from "../contracts/comparison.ts";
import type { LedgerAction, LedgerRun, LedgerUnit } from "../contracts/ledger.ts";
import type { Start, StopReason } from "../contracts/start.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import { holdingUnits, waitsSentence } from "./holding.ts";
import { type Ledger, sameRun } from "./ledger.ts";
import { mayBeSame } from "./shared-state.ts";

/** The deploy branch as it is right now. */
export type Tip = {
  readonly commit: CommitSha;
  /** The branch that the ledger follows, where that is another one and is there still. */
  readonly otherBranch: string | null;
  readonly exists: (unit: UnitPath) => boolean;
  readonly configuration: Configuration;
};

/** Something that was looked for: what it says, or why it can't be had. */
export type Looked<T> =
  | { readonly kind: "read"; readonly value: T }
  | { readonly kind: "unknown"; readonly why: string };

export type Question = {
  readonly ledger: Looked<Ledger>;
  readonly tip: Looked<Tip>;
  readonly unit: UnitPath;
  readonly action: LedgerAction;
  /** The job's commit. */
  readonly commit: CommitSha;
  readonly run: LedgerRun;
  /** Units that this run has applied or destroyed already: the ledger says so when the run has ended. */
  readonly endedWell: ReadonlySet<UnitPath>;
  /** Those among them whose job's checks passed as well. */
  readonly passed: ReadonlySet<UnitPath>;
  /** A person named this unit for a destroy although it is on the deploy branch. */
  readonly destroyAtTip?: boolean;
};

/** The look right before a unit starts: is it still this run's, and does the deploy branch still want it? */
export function mayStart(question: Question): Start {
  const { ledger, tip } = question;
  if (ledger.kind === "unknown") return stop("unknown", `The ledger can't be read: ${ledger.why}`);
  const { value } = ledger;
  const start = ownership(question, value) ?? needed(question, value) ?? atTip(question, tip);
  return start.kind === "go" ? (promoted(question, value) ?? start) : start;
}

/** The order of environments, as the deploy branch has it now. */
function promoted({ unit, run, passed, tip }: Question, ledger: Ledger): Start | null {
  if (tip.kind === "unknown") return null;
  const lookup = environmentLookup(tip.value.configuration);
  const environmentOf = (path: UnitPath): string | null => {
    const found = lookup(path);
    return found.kind === "one" ? found.environment.name : null;
  };
  const promotion = promotionOf(tip.value.configuration);
  const holding = holdingUnits(ledger.units, unit, {
    ...{ promotion, environmentOf, run, passed },
    existsAtTip: tip.value.exists,
  });
  if (holding.length === 0) return null;
  const environments = [...new Set(holding.map(({ environment }) => environment))];
  const units = holding.map(({ path }) => path);
  return { kind: "wait", for: environments, units, message: waitsSentence(environments, units) };
}

function ownership(question: Question, ledger: Ledger): Start | null {
  const { unit, action, commit, run } = question;
  const record = ledger.units.get(unit);
  const due = record?.due;
  if (due === undefined) return notDue(question, record);
  if (!sameRun(due.owner, run)) {
    const message = `Run ${due.owner.number} has \`${unit}\` now, for ${due.commits.at(-1) ?? due.commit}.`;
    return { kind: "leave", to: due.owner, by: due.commits.at(-1) ?? due.commit, message };
  }
  if (due.action !== action || due.commit !== commit) {
    return stop(
      "differs",
      `The ledger wants \`${due.action}\` of \`${unit}\` at ${due.commit}, and this job is for \`${action}\` at ${commit}. Re-run all jobs, or wait for the next run.`,
    );
  }
  return null;
}

function notDue({ unit, action, commit, run }: Question, record: LedgerUnit | undefined): Start {
  const { applied, dismissed } = record ?? {};
  if (dismissed !== undefined || applied === undefined) {
    const who = dismissed === undefined ? "" : `: ${dismissed.by} dismissed it`;
    return { kind: "leave", to: null, by: null, message: `Nothing is due for \`${unit}\`${who}.` };
  }
  const own = sameRun(applied.run, run);
  const who = own ? "This run" : `Run ${applied.run.number}`;
  const message = `${who} has done what was due for \`${unit}\`, at ${applied.commit}.`;
  // What another commit left behind is not what this job was to bring about, though nothing is due any more.
  if (applied.action === action && (own || applied.commit === commit)) return { kind: "done", message };
  return { kind: "leave", to: applied.run, by: applied.commit, message };
}

/**
 * What was applied with a dependency on a unit needs it until it is applied without, or destroyed. So does what was
 * tried with one and did not end well.
 */
function needed({ unit, action, run, endedWell }: Question, ledger: Ledger): Start | null {
  if (action !== "destroy") return null;
  const unfinished = [...ledger.units.values()].filter(
    (record) => isUnfinished(record) && !isDoneBy(run, record, endedWell),
  );
  const users = [...ledger.units.values()].flatMap((record) =>
    record.unit !== unit && !isDoneBy(run, record, endedWell) && uses(unit, record, unfinished) ? [record.unit] : [],
  );
  const [first] = users;
  if (first === undefined) return null;
  const more = users.length === 1 ? "" : ` and ${users.length - 1} more`;
  return stop(
    "needed",
    `\`${first}\`${more} was last applied with a dependency on \`${unit}\`. See to its apply first.`,
  );
}

/** Whether this run has done a unit, and no other run has taken it since. */
function isDoneBy(run: LedgerRun, { unit, due }: LedgerUnit, endedWell: ReadonlySet<UnitPath>): boolean {
  return endedWell.has(unit) && due !== undefined && sameRun(due.owner, run);
}

/** Whether a unit was never applied well, so that an apply that began may have left what was there before. */
function isUnfinished({ applied, due, dismissed }: LedgerUnit): boolean {
  return (due ?? dismissed)?.action === "apply" && applied?.action !== "apply";
}

function uses(unit: UnitPath, record: LedgerUnit, unfinished: readonly LedgerUnit[]): boolean {
  const { applied, due, dismissed } = record;
  // A person said that nothing is left of it to destroy: it was taken care of by hand, or moved. Where the unit that it
  // moved to is not applied, its state is still as this one left it.
  const livesOn = unfinished.some((other) => mayBeSame(other.seen?.state ?? null, applied?.state ?? null));
  if (dismissed?.action === "destroy" && !livesOn) return false;
  if (applied?.action === "apply" && applied.dependsOn.includes(unit)) return true;
  // A destroy that is not done leaves in place what an apply before it may have begun with.
  return (due ?? dismissed)?.dependsOn.includes(unit) === true;
}

function atTip({ unit, action, destroyAtTip }: Question, tip: Looked<Tip>): Start {
  if (tip.kind === "unknown") return stop("unknown", `The deploy branch can't be read: ${tip.why}`);
  const { commit, otherBranch, exists, configuration } = tip.value;
  if (otherBranch !== null) {
    return stop("other-branch", `The deploy branch is \`${otherBranch}\` since this run has begun.`);
  }
  if (action === "destroy" && exists(unit) && destroyAtTip !== true) {
    return stop(
      "exists-at-tip",
      `\`${unit}\` is on the deploy branch at ${commit}. What exists there is not destroyed.`,
    );
  }
  const place = environmentLookup(configuration)(unit);
  const environment = place.kind === "one" ? place.environment.name : null;
  return policyAtTip(unit, action, place) ?? { kind: "go", reviewRule: reviewRuleOf(configuration, environment) };
}

/** What the deploy branch's configuration says now. A unit that it knows no environment for has the job's own policy. */
function policyAtTip(unit: UnitPath, action: LedgerAction, belongs: EnvironmentOfUnit): Start | null {
  if (belongs.kind === "several") {
    return stop("unknown", `\`${unit}\` is in several environments on the deploy branch: ${belongs.names.join(", ")}.`);
  }
  const restriction =
    belongs.kind === "none" ? null : restrictionOn(belongs.environment, belongs.environment, unit, action);
  return restriction === null
    ? null
    : stop(restriction.by, `On the deploy branch as it is now: ${restriction.message} ${restriction.next}`);
}

function stop(because: StopReason, message: string): Start {
  return { kind: "stop", because, message };
}
