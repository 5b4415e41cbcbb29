import { environmentLookup } from "@pipelines/core/configuration/environments";
import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { Problem } from "@pipelines/core/contracts/problem";
import { byPath, type UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Classified } from "../classify/classify.ts";
import type { Ignored } from "../classify/ignored-units.ts";
import type { Request } from "../compare/compared.ts";
import { changedJsonUnits } from "../discover/json-units.ts";
import { unitOwning } from "../discover/paths.ts";
import { becameTemplates, doubtfulDeletes } from "../discover/remains.ts";
import type { Snapshot } from "../discover/snapshot.ts";
import { dueOf, type Owed, type OwedUnit } from "../due/owed.ts";
import type { Settings } from "../settings.ts";
import { affectedUnits } from "./affect.ts";
import type { BranchFacts } from "./branch-facts.ts";
import { withoutExcluded } from "./exclude.ts";
import { judgeProblems } from "./judge-problems.ts";
import { movesBetween } from "./moves.ts";
import { refuseDeletes } from "./refuse.ts";
import { runnable } from "./runnable.ts";

export type DecideInput = {
  readonly comparison: Comparison;
  readonly request: Request | null;
  readonly settings: Settings;
  readonly base: Snapshot;
  readonly head: Snapshot;
  readonly diff: readonly ChangedFile[];
  readonly classified: Classified;
  /** Whether what is affected is applied and destroyed, or only planned. */
  readonly writes: boolean;
  /** What is due since earlier commits and taken along. */
  readonly owed: Owed;
  readonly branch: BranchFacts;
  readonly ignored: Ignored;
};

export type Decided = {
  readonly units: readonly AffectedUnit[];
  /** Those of them that jobs are made for. */
  readonly runnable: readonly AffectedUnit[];
  readonly problems: readonly Problem[];
  /** What was wrong at base already, with units that the comparison does not touch. */
  readonly untouched: readonly Problem[];
  /** What a removed unit that is due depended on when it was last tried. */
  readonly owedDependencies: (unit: UnitPath) => readonly UnitPath[];
};

/** Decides which units run, with which action, which of them are withheld, and what is wrong. */
export function decide(input: DecideInput): Decided {
  const { comparison, request, settings, base, head, classified } = input;
  const { governing } = settings;
  const lookups = {
    base: environmentLookup(settings.atBase),
    head: environmentLookup(settings.atHead),
    governing: environmentLookup(governing),
    now: environmentLookup(settings.newest),
  };
  const affected = affectedUnits(classified.changes, base, head, {
    mode: comparison.mode,
    requested: request?.action ?? null,
    writes: input.writes,
    environmentOf: (unit, deleted) => (deleted ? lookups.base : lookups.governing)(unit),
    environmentOnceMerged: (unit, deleted) => (deleted ? lookups.base : lookups.head)(unit),
    environmentNow: lookups.now,
    existsNow: input.branch.existsNow,
    includeDependents: governing.include_dependents,
    isIgnored: input.ignored.isIgnoredUnit,
    moves: movesBetween(base, head, input.branch.renames),
    holdMoves: settings.atHead.moves === "hold",
    applyAccountDeletions: settings.atHead.accounts.apply_deletions,
  });
  const due = new Map(input.owed.units.map((unit) => [unit.path, unit]));
  const applied = new Set(affected.units.map(({ path }) => path));
  const units = [
    ...affected.units.map((unit) => ({ ...unit, ...dueIfUnchanged(unit, due.get(unit.path)) })),
    // What this comparison removes itself is removed by what it says.
    ...input.owed.destroys.filter(({ path }) => !applied.has(path)),
  ].toSorted(byPath);
  const refused = refuseDeletes(withoutExcluded(units, base, head, comparison.mode), base, head, comparison.mode);
  const touched = new Set(classified.changes.flatMap(({ reasons }) => [...reasons.keys()]));
  const deleted = new Set(refused.units.filter(({ status }) => status === "deleted").map(({ path }) => path));
  const judged = judgeProblems({ base, head }, input.diff, touched, deleted, input.ignored.isIgnored);
  return {
    units: refused.units,
    runnable: runnable(refused.units, judged.problems),
    problems: [
      ...judged.problems,
      ...affected.problems,
      ...refused.problems,
      ...doubtfulDeletes(removedBy(input.diff, base, head), head),
      ...changedJsonUnits(input.diff, base, head, input.ignored.isIgnored),
      ...becameTemplates(base, head).filter(({ file }) => file === null || !input.ignored.isIgnored(file)),
    ],
    untouched: judged.untouched,
    owedDependencies: (unit) => due.get(unit)?.due?.dependsOn ?? [],
  };
}

/** A unit that this comparison changes as well runs for that: its change is claimed anew. */
function dueIfUnchanged({ because }: AffectedUnit, owed: OwedUnit | undefined): Pick<AffectedUnit, "due"> {
  return owed !== undefined && because.every(({ change }) => change === "StillDue") ? dueOf(owed) : {};
}

/** The units of base that are none at head, in whose folder the comparison removes something. */
function removedBy(diff: readonly ChangedFile[], base: Snapshot, head: Snapshot): Set<UnitPath> {
  const gone = new Map(
    [...base.units.keys()].filter((unit) => !head.units.has(unit)).map((unit) => [unit as string, unit]),
  );
  const owners = diff.flatMap(({ path }) => gone.get(unitOwning(path, (folder) => gone.has(folder)) ?? "") ?? []);
  return new Set(owners);
}
