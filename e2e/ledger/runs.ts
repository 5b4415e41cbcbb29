import type { Promotion } from "@pipelines/core/configuration/promotion";
import { EnvironmentSettings } from "@pipelines/core/configuration/schema";
import type { AffectedUnit, Withheld } from "@pipelines/core/contracts/affected-unit";
import type { CommitSha, Comparison } from "@pipelines/core/contracts/comparison";
import type { Job } from "@pipelines/core/contracts/job";
import type { DueWhy, LedgerRun } from "@pipelines/core/contracts/ledger";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { ClaimedUnit } from "@pipelines/core/ledger/claim";
import { appliedAhead, dueFor } from "@pipelines/core/ledger/due";
import type { Ledger } from "@pipelines/core/ledger/ledger";
import { ledgerBase } from "@pipelines/orchestrator/compare/ledger-base";
import { type PromotedRun, withPromotion } from "@pipelines/orchestrator/decide/promote";
import { packJobs } from "@pipelines/orchestrator/pack/pack";
import { environmentOf, type Repository, type Tree } from "./repository.ts";

/** Why a run exists. */
export type Cause =
  | { readonly kind: "push"; readonly before: CommitSha }
  | { readonly kind: "apply-due" }
  | { readonly kind: "asked"; readonly unit: UnitPath; readonly action: "apply" | "destroy" };

export type JobRun = {
  readonly job: Job;
  state: "waiting" | "running" | "ended";
  /** The outcome, written after every unit. */
  ends: Map<UnitPath, UnitEnd>;
  readonly running: Set<UnitPath>;
  lost: boolean;
  /** A check that follows its applies denied, or was never asked. */
  denied: boolean;
};

/** One run of the workflow, as GitHub and its documents have it. */
export type Run = {
  ref: LedgerRun;
  readonly cause: Cause;
  readonly head: CommitSha;
  phase: "queued" | "determined" | "claimed" | "ended";
  /** Whether the job that claims has ended well: failed jobs that run again do so with what was determined before. */
  claimed: boolean;
  /** What the orchestrator found: the count that it saw, and what it wants to claim. */
  seen: number;
  complete: boolean;
  /** What its commits change. */
  changed: readonly UnitPath[];
  wanted: ClaimedUnit[];
  jobs: JobRun[];
};

export type DetermineFacts = {
  readonly repository: Repository;
  readonly ledger: Ledger;
  readonly isEnded: (run: LedgerRun) => boolean;
  /** A unit whose change can't be determined. */
  readonly broken: UnitPath | null;
  readonly promotion: Promotion;
};

/** What the orchestrator determines: the same pure steps, over a tree that has no Terragrunt in it. */
export function determine(run: Run, facts: DetermineFacts): void {
  const { repository, ledger, broken } = facts;
  run.seen = ledger.determined?.claim ?? 0;
  run.complete = broken === null || run.cause.kind !== "push";
  const found = unitsOf(run, facts).filter(({ path }) => path !== broken || run.cause.kind !== "push");
  const base = { commit: ledger.determined?.commit ?? run.head };
  const had = (unit: UnitPath): Tree => repository.at(found.find(({ path }) => path === unit)?.commit ?? base.commit);
  run.changed = run.cause.kind === "push" ? found.filter(({ dueOf }) => dueOf === null).map(({ path }) => path) : [];
  const own = found.map((unit) => {
    const why = heldBack(unit, repository.at(run.head));
    return { ...affected(unit, repository, ledger), ...(why === null ? {} : { withheld: withheldAs(why) }) };
  });
  const promoted = promotedOf(run, facts);
  const units = withPromotion(own, {
    promoted,
    ...{ comparison: comparisonOf(run), look: lookOf(run, facts), takesDueAlone: run.cause.kind === "apply-due" },
    problems: run.complete || run.cause.kind !== "push" ? [] : [HIDDEN],
    environmentOf: (path) => ({ kind: "one", environment: { name: environmentOf(path), ...SETTINGS } }),
    dependenciesAtHead: (unit) => repository.at(run.head).units.get(unit)?.dependsOn ?? [],
    dependenciesAtBase: (unit) => had(unit).units.get(unit)?.dependsOn ?? [],
  });
  run.wanted = found.map((unit, index) => {
    const by = units[index]?.withheld?.by;
    return by === undefined ? unit : { ...unit, why: WHY[by] ?? "withheld" };
  });
  const { jobs } = packJobs({
    units,
    promoted,
    dependenciesAtHead: (unit) => repository.at(run.head).units.get(unit)?.dependsOn ?? [],
    dependenciesAtBase: (unit) => had(unit).units.get(unit)?.dependsOn ?? [],
    accounts: { added: [], requested: [], factory: null },
    head: run.head,
    mode: "apply",
    limits: { unitsPerJob: 8, parallelism: 2, timeoutMinutes: 60 },
  });
  run.jobs = jobs.map((job) => {
    return { job, state: "waiting", ends: new Map(), running: new Set(), lost: false, denied: false };
  });
  run.phase = "determined";
}

const WHY: Partial<Record<Withheld["by"], DueWhy>> = { paused: "paused", move: "held-move", promotion: "promotion" };
const SETTINGS = EnvironmentSettings.parse({ paths: ["**"] });
const HIDDEN: Problem = { kind: "other", path: null, file: null, line: null, message: "" };

const withheldAs = (by: Withheld["by"]): Withheld => ({ by, message: "", next: "" });

function promotedOf(run: Run, { promotion, ledger }: DetermineFacts): PromotedRun {
  return {
    promotion,
    commitsOf: ({ path, due }) =>
      due?.commits ??
      (run.cause.kind === "asked" ? [run.head] : [...(ledger.units.get(path)?.due?.commits ?? []), run.head]),
  };
}

function comparisonOf({ cause, head }: Run): Comparison {
  const event = { name: "", ref: "refs/heads/main", actor: null };
  return {
    version: 1,
    mode: cause.kind === "push" ? "apply" : "manual",
    base: null,
    head,
    event,
    deployBranch: "main",
  };
}

function lookOf({ ref }: Run, { ledger, repository }: DetermineFacts): LedgerLook {
  const units = [...ledger.units.values()];
  return {
    version: 1,
    run: ref,
    determined: ledger.determined,
    units,
    tip: repository.tip,
    otherBranch: null,
    ended: [],
  };
}

type Found = ClaimedUnit & { readonly heldMove: boolean };

function unitsOf(run: Run, { repository, ledger, isEnded }: DetermineFacts): Found[] {
  const head = repository.at(run.head);
  const { cause } = run;
  const plain = { environment: null, message: "", dependsOn: [], heldMove: false };
  if (cause.kind === "asked") {
    const known = head.units.get(cause.unit);
    if (known === undefined) return [];
    const { unit: path, action } = cause;
    return [{ ...plain, path, action, commit: run.head, why: "asked", dueOf: null, dependsOn: known.dependsOn }];
  }
  const compared = ledgerBase(
    {
      determined: ledger.determined?.commit ?? null,
      head: run.head,
      tip: repository.tip,
      otherBranch: null,
      before: cause.kind === "push" ? cause.before : run.head,
      has: () => true,
    },
    repository.contains,
  );
  // A run that compared nothing does not know what changed, should the branch be pushed by force before it claims.
  if (compared.kind !== "changes") run.complete = false;
  if (compared.kind === "nothing") return [];
  const changes =
    cause.kind === "push" && compared.kind === "changes" ? diff(compared.base ?? run.head, run.head, repository) : [];
  const changed = new Set(changes.map(({ path }) => path));
  const due = dueFor(ledger, {
    run: run.ref,
    head: run.head,
    tip: repository.tip,
    isEnded,
    contains: repository.contains,
    existsAtHead: (unit) => head.units.has(unit),
    ...(cause.kind === "apply-due" ? { asked: () => true } : {}),
  });
  if (cause.kind === "push") {
    const facts = { head: run.head, tip: repository.tip, contains: repository.contains };
    const known = { ...facts, existsAtHead: (unit: UnitPath) => head.units.has(unit) };
    const ahead = appliedAhead(ledger, known, compared.kind === "changes").filter(({ path }) => !changed.has(path));
    changes.push(
      ...ahead.map(({ path, action, commit }): Found => {
        const dependsOn = repository.at(commit).units.get(path)?.dependsOn ?? [];
        return { ...plain, path, action, commit, why: "changed", dueOf: null, dependsOn };
      }),
    );
  }
  const along = due.take.filter(({ path }) => !changed.has(path));
  return [
    ...changes,
    ...along.map(({ path, action, commit, due: { owner, why } }): Found => {
      const dependsOn = repository.at(commit).units.get(path)?.dependsOn ?? [];
      const heldMove = why === "held-move" && action === "destroy";
      return { ...plain, path, action, commit, why: "changed", dueOf: owner.id, dependsOn, heldMove };
    }),
  ];
}

/** What differs between two trees. A unit that is gone and one that is new with the same code are a move. */
function diff(base: CommitSha, head: CommitSha, repository: Repository): Found[] {
  const [before, after] = [repository.at(base).units, repository.at(head).units];
  const moved = (key: string, version: number): boolean =>
    [...after].some(([unit, content]) => !before.has(unit) && content.key === key && content.version === version);
  const plain = { environment: null, message: "", why: "changed", dueOf: null } as const;
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((path): Found[] => {
    const [old, now] = [before.get(path), after.get(path)];
    if (now === undefined && old !== undefined) {
      const heldMove = moved(old.key, old.version);
      return [{ ...plain, path, action: "destroy", commit: base, dependsOn: old.dependsOn, heldMove }];
    }
    if (now === undefined || JSON.stringify(old) === JSON.stringify(now)) return [];
    return [{ ...plain, path, action: "apply", commit: head, dependsOn: now.dependsOn, heldMove: false }];
  });
}

function affected({ path, action, commit, dueOf }: ClaimedUnit, repository: Repository, ledger: Ledger): AffectedUnit {
  const due = dueOf === null ? undefined : ledger.units.get(path)?.due;
  return {
    ...(due === undefined
      ? {}
      : { due: { owner: due.owner.id, since: due.since, why: due.why, commits: [...due.commits] } }),
    path,
    status: action === "destroy" ? "deleted" : "changed",
    action,
    at: commit,
    environment: environmentOf(path),
    because: [],
    dependsOn: [...(repository.at(commit).units.get(path)?.dependsOn ?? [])],
  };
}

/** The policies of the head's configuration. */
function heldBack({ action, path, heldMove }: Found, head: Tree): Withheld["by"] | null {
  if (head.paused.has(environmentOf(path))) return "paused";
  if (action === "apply") return null;
  if (heldMove) return "move";
  const used = [...head.units].some(([other, { dependsOn }]) => other !== path && dependsOn.includes(path));
  return head.protect.has(path) || used ? "protected" : null;
}

/** How units of earlier stages of a run ended, as the executor reads it from their documents. */
export function earlierEnds(run: Run, own: Job): { ends: Map<UnitPath, UnitEnd>; applies: Set<UnitPath> } {
  const ends = new Map<UnitPath, UnitEnd>();
  const applies = new Set<UnitPath>();
  for (const { job, ends: told, lost } of run.jobs) {
    if (job.stage >= own.stage) continue;
    for (const { path } of job.units) {
      const end = lost ? undefined : told.get(path);
      ends.set(path, end ?? { kind: "unknown", why: "the job left no outcome of it" });
      if (job.action === "apply") applies.add(path);
    }
  }
  return { ends, applies };
}
