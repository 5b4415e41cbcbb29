import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { fileIn, folderOf, liesIn, UNIT_FILE, unitOwning } from "../discover/paths.ts";
import type { Fault, Snapshot } from "../discover/snapshot.ts";
import { listPaths } from "./list-paths.ts";

export type Judged = {
  /** Faults that this comparison made, or that units have which it touches: they make the run red. */
  readonly problems: readonly Problem[];
  /** Faults that were there before, of units that it does not touch. */
  readonly untouched: readonly Problem[];
};

/**
 * Tells faults that concern a comparison from those that were there before and that it leaves alone: a unit that has
 * been broken for a year must not make every run red. A unit is touched when it is affected, when a file in its folder
 * changed, or when it was not broken in the same way at base. What can't be evaluated may say something else each time:
 * Terragrunt stops at any of its faults. A unit that is deleted counts with its faults at base. Nothing is told of
 * units that are ignored, and of what else lies on the ignore list.
 */
export function judgeFaults(
  { base, head }: { readonly base: Snapshot; readonly head: Snapshot },
  diff: readonly ChangedFile[],
  affected: ReadonlySet<UnitPath>,
  deleted: ReadonlySet<UnitPath>,
  isIgnored: (file: string) => boolean,
): Judged {
  const changed = diff.map(({ path }) => path);
  const owners = ownersOf(changed, head);
  const known = new Map(base.faults.map((fault) => [keyOf(fault), new Set(fault.units)]));
  const brokenBefore = new Set(
    base.faults.filter(({ kind }) => kind === "not-evaluated").flatMap(({ units }) => units),
  );
  const problems: Problem[] = [];
  const untouched: Problem[] = [];
  // The delete of what a remaining unit depends on is refused by name, which says more.
  const told = head.faults.flatMap((fault) => withoutIgnored(fault, isIgnored));
  for (const fault of told.filter(({ missing }) => missing === null || !deleted.has(missing))) {
    const before = known.get(keyOf(fault));
    if (fault.folders.length > 0) {
      const isTouched = before === undefined || changed.some((file) => concerns(file, fault.folders));
      if (isTouched || fault.units.some((unit) => affected.has(unit))) problems.push(problemOf(fault, fault.units));
      // A link that was there before and that no unit reads is nobody's worry.
      else if (fault.kind !== "path" || fault.units.length > 0) untouched.push(problemOf(fault, fault.units));
      continue;
    }
    const wasThere = (fault.kind === "not-evaluated" ? brokenBefore : before) ?? new Set();
    const isTouched = (unit: UnitPath): boolean => affected.has(unit) || owners.has(unit) || !wasThere.has(unit);
    const [touched, others] = [fault.units.filter(isTouched), fault.units.filter((unit) => !isTouched(unit))];
    if (touched.length > 0) problems.push(problemOf(fault, touched));
    if (others.length > 0) untouched.push(problemOf(fault, others));
  }
  return { problems: [...problems, ...deletedFaults(base, deleted)], untouched };
}

function withoutIgnored(fault: Fault, isIgnored: (file: string) => boolean): Fault[] {
  if (fault.units.length === 0) return fault.file !== null && isIgnored(fault.file) ? [] : [fault];
  const units = fault.units.filter((unit) => !isIgnored(fileIn(unit, UNIT_FILE)));
  return units.length === 0 ? [] : [{ ...fault, units }];
}

/** A unit that is deleted runs at base, so what is wrong with it there counts. */
function deletedFaults(base: Snapshot, deleted: ReadonlySet<UnitPath>): Problem[] {
  return base.faults.flatMap((fault) => {
    const units = fault.units.filter((unit) => deleted.has(unit));
    return fault.kind === "not-evaluated" && units.length > 0 ? [problemOf(fault, units)] : [];
  });
}

/** A sentence about faults that are left alone, where there are any. */
export function untouchedNotice(untouched: readonly Problem[]): string[] {
  const units = [...new Set(untouched.flatMap(({ path, units }) => units ?? (path === null ? [] : [path])))].toSorted();
  const stacks = untouched.flatMap(({ path, units, file }) =>
    path === null && units === undefined ? [file ?? ""] : [],
  );
  if (units.length + stacks.length === 0) return [];
  const count = [
    ...(units.length === 0 ? [] : [units.length === 1 ? "1 unit" : `${units.length} units`]),
    ...(stacks.length === 0 ? [] : [stacks.length === 1 ? "1 file" : `${stacks.length} files`]),
  ].join(" and ");
  return [
    `${count} can't be evaluated or run, and this change does not touch them: ${listPaths([...units, ...stacks])}. It was so before; \`pipelines explain\` says why.`,
  ];
}

/** Whether two commits have the same fault: same place and words, or the same file that Terragrunt gives up on. */
function keyOf({ kind, file, line, message, missing }: Fault): string {
  return JSON.stringify(kind === "not-evaluated" ? [kind, file] : [kind, file, line, message, missing]);
}

function ownersOf(files: readonly string[], head: Snapshot): Set<string> {
  const folders = new Set<string>(head.units);
  return new Set(files.flatMap((file) => unitOwning(file, (folder) => folders.has(folder)) ?? []));
}

/** A file in one of the folders, or shared on the way to it. */
function concerns(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => file === folder || liesIn(file, folder) || liesIn(folder, folderOf(file)));
}

function problemOf(fault: Fault, units: readonly UnitPath[]): Problem {
  const { kind, file, line } = fault;
  const [first, second] = units;
  const several = second === undefined ? {} : { units: [...units] };
  const path = second === undefined ? (first ?? null) : null;
  return { kind, path, file, line, message: messageOf(fault, units), ...several };
}

function messageOf({ kind, file, message }: Fault, units: readonly UnitPath[]): string {
  if (kind === "dependency-cycle" || kind === "missing-dependency" || units.length === 0) return message;
  const isOwn = units.length === 1 && file !== null && folderOf(file) === units[0] && file.endsWith(UNIT_FILE);
  if (kind === "path") return isOwn ? message : `${message} It concerns ${listPaths(units)}.`;
  if (units.length === 1) return `Terragrunt can't evaluate ${isOwn ? "the unit" : listPaths(units)}: ${message}`;
  return `Terragrunt can't evaluate ${units.length} units: ${message} They are ${listPaths(units)}.`;
}
