import { posix } from "node:path";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { fileIn, folderOf, liesIn, STACK_FILE, UNIT_FILE, unitOwning } from "../discover/paths.ts";
import { isGenerated, type Snapshot } from "../discover/snapshot.ts";

/** A file that git takes for renamed. */
export type Rename = readonly [from: string, to: string];

/** Whether a unit of base is missing at head: only then can anything have moved. */
export function isAnyGone(base: Snapshot, head: Snapshot): boolean {
  return [...base.units].some((unit) => !head.units.has(unit));
}

/**
 * Pairs of a removed and a new unit of which one probably is the other, by either path. A unit is the new home of one
 * removed unit at most: the likeliest pairs are made first.
 *
 * @param renames of the files that make units and stacks
 */
export function movesBetween(base: Snapshot, head: Snapshot, renames: readonly Rename[]): Map<UnitPath, UnitPath> {
  const gone = [...base.units].filter((unit) => !head.units.has(unit));
  // A template whose last stack went is a unit at head by itself. It was there before, so that nothing moved to it.
  const added = [...head.units].filter((unit) => !base.units.has(unit) && !base.files.has(fileIn(unit, UNIT_FILE)));
  const likely = likelihoods({ base, head, renames, gone, added });
  const moves = new Map<UnitPath, UnitPath>();
  for (const { old, now } of likely.toSorted((a, b) => b.likely - a.likely || (a.now < b.now ? -1 : 1))) {
    if (!moves.has(old) && !moves.has(now)) moves.set(old, now).set(now, old);
  }
  return moves;
}

type Candidate = { readonly old: UnitPath; readonly now: UnitPath; readonly likely: number };

type Comparison = {
  readonly base: Snapshot;
  readonly head: Snapshot;
  readonly renames: readonly Rename[];
  readonly gone: readonly UnitPath[];
  readonly added: readonly UnitPath[];
};

/** How sure each sign is; a pair with several counts by its surest. */
const SURE = { renamed: 5, samePlaceInStack: 4, sameNameAndContent: 3, sameContent: 2, sameName: 1 } as const;

function likelihoods(comparison: Comparison): Candidate[] {
  return [...renamedUnits(comparison), ...unitsOfRenamedStacks(comparison), ...alikeGenerated(comparison)];
}

/** Git has seen the unit's own file move. */
function renamedUnits({ renames, gone, added }: Comparison): Candidate[] {
  const [before, after] = [new Set<string>(gone), new Set<string>(added)];
  return renames.flatMap(([from, to]) => {
    if (posix.basename(from) !== UNIT_FILE || posix.basename(to) !== UNIT_FILE) return [];
    const [old, now] = [folderOf(from), folderOf(to)];
    if (!before.has(old) || !after.has(now)) return [];
    return [{ old: UnitPath.parse(old), now: UnitPath.parse(now), likely: SURE.renamed }];
  });
}

/** Git has seen the stack's file move: what it generates lies at the same place below it. */
function unitsOfRenamedStacks({ renames, gone, added }: Comparison): Candidate[] {
  const after = new Set<string>(added);
  return renames.flatMap(([from, to]) => {
    if (posix.basename(from) !== STACK_FILE || posix.basename(to) !== STACK_FILE) return [];
    const [oldFolder, newFolder] = [folderOf(from), folderOf(to)];
    return gone
      .filter((unit) => liesIn(unit, oldFolder))
      .flatMap((old) => {
        const now = posix.join(newFolder, posix.relative(oldFolder, old));
        return after.has(now) ? [{ old, now: UnitPath.parse(now), likely: SURE.samePlaceInStack }] : [];
      });
  });
}

/**
 * Units that stacks generate, which git does not know: alike in name or content. A unit that a stack takes over, or
 * gives up to a folder of its own, keeps its name; only its place and its surroundings change.
 */
function alikeGenerated({ base, head, gone, added }: Comparison): Candidate[] {
  const contents = [contentsOf(base, gone), contentsOf(head, added)] as const;
  const generated = (unit: UnitPath): boolean => isGenerated(unit, base) || isGenerated(unit, head);
  const byName = Map.groupBy(added, nameOf);
  const byContent = Map.groupBy(added, (unit) => contents[1].get(unit) ?? "");
  return gone.flatMap((old) => {
    const content = contents[0].get(old);
    const named = (byName.get(nameOf(old)) ?? []).filter((now) => generated(old) || generated(now));
    const same = content === undefined ? [] : (byContent.get(content) ?? []);
    return [...new Set([...named, ...same])].map((now) => ({ old, now, likely: likenessOf(old, now, same) }));
  });
}

function likenessOf(old: UnitPath, now: UnitPath, same: readonly UnitPath[]): number {
  if (withoutStackFolders(old) === withoutStackFolders(now)) return SURE.samePlaceInStack;
  if (!same.includes(now)) return SURE.sameName;
  return nameOf(old) === nameOf(now) ? SURE.sameNameAndContent : SURE.sameContent;
}

const nameOf = (unit: UnitPath): string => posix.basename(unit);

/** Where a generated unit would lie without the folder that Terragrunt puts it in. */
function withoutStackFolders(unit: UnitPath): string {
  return unit
    .split("/")
    .filter((part) => part !== ".terragrunt-stack")
    .join("/");
}

/** The content of generated units: the hashes of all their files, in order. */
function contentsOf(snapshot: Snapshot, units: readonly UnitPath[]): Map<UnitPath, string> {
  const wanted = new Set<string>(units);
  const files = new Map<UnitPath, string[]>();
  for (const file of snapshot.generated) {
    const owner = unitOwning(file, (folder) => wanted.has(folder));
    if (owner === null) continue;
    const unit = UnitPath.parse(owner);
    const hash = `${posix.relative(unit, file)} ${snapshot.files.get(file) ?? ""}`;
    files.set(unit, [...(files.get(unit) ?? []), hash]);
  }
  return new Map([...files].map(([unit, hashes]) => [unit, hashes.toSorted().join("\n")]));
}
