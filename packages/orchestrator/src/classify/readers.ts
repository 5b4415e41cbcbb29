import { globMatcher } from "@pipelines/core/configuration/environments";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { liesIn } from "../discover/paths.ts";
import type { Link, Snapshot } from "../discover/snapshot.ts";
import type { Commits, Finding } from "./rule.ts";

/** The units that read a file at either commit, with the chain from the file; head's chain where both have one. */
export function readersOf(file: ChangedFile, { base, head, configuration }: Commits): Map<UnitPath, readonly Link[]> {
  const readers = new Map<UnitPath, readonly Link[]>();
  const put = (unit: UnitPath, links: readonly Link[]): void => {
    if (!readers.has(unit)) readers.set(unit, links);
  };
  const extra = configuration.extra_reads
    .filter(({ files }) => globMatcher(files)(file.path))
    .map(({ units }) => globMatcher(units));
  for (const snapshot of [head, base]) {
    const { reading, locating } = indexOf(snapshot);
    for (const unit of reading.get(file.path) ?? []) {
      const links = snapshot.facts.get(unit)?.reads.get(file.path);
      if (links !== undefined) put(unit, links);
    }
    const located = file.status === "modified" ? [] : (locating.get(file.path) ?? []);
    for (const unit of located) put(unit, [{ relation: "read by", path: unit }]);
    if (extra.length === 0) continue;
    for (const unit of snapshot.units) {
      if (extra.some((matches) => matches(unit))) put(unit, [{ relation: "configured as read by", path: unit }]);
    }
  }
  return readers;
}

/** Units by the files that they read, and by those whose place or existence they ask for. */
type Index = Record<"reading" | "locating", ReadonlyMap<string, readonly UnitPath[]>>;

/** Made once for a snapshot: asking every unit about every file is a million questions in a large repository. */
const indexes = new WeakMap<Snapshot, Index>();

function indexOf(snapshot: Snapshot): Index {
  const known = indexes.get(snapshot);
  if (known !== undefined) return known;
  const [reading, locating] = [new Map<string, UnitPath[]>(), new Map<string, UnitPath[]>()];
  const add = (index: Map<string, UnitPath[]>, file: string, unit: UnitPath): void => {
    const units = index.get(file);
    if (units === undefined) index.set(file, [unit]);
    else units.push(unit);
  };
  for (const { path, reads, located } of snapshot.facts.values()) {
    for (const file of reads.keys()) add(reading, file, path);
    for (const file of located) add(locating, file, path);
  }
  const made = { reading, locating };
  indexes.set(snapshot, made);
  return made;
}

/** The types of a change of a file that units share. */
export type SharedType = "FileChanged" | "HclChanged" | "EnvCommonAdded" | "EnvCommonChanged" | "EnvCommonDeleted";

/** The type of a change of a file that units share. */
export function sharedType(file: ChangedFile, envCommon: string): SharedType {
  if (!file.path.endsWith(".hcl") || file.path.endsWith(".terraform.lock.hcl")) return "FileChanged";
  if (!liesIn(file.path, envCommon)) return "HclChanged";
  switch (file.status) {
    case "added":
      return "EnvCommonAdded";
    case "modified":
      return "EnvCommonChanged";
    case "deleted":
      return "EnvCommonDeleted";
    default:
      return file.status satisfies never;
  }
}

/** What a shared file changed: one finding for all of its readers, or none. */
export function sharedFinding(file: ChangedFile, commits: Commits, besides: UnitPath | null): Finding<SharedType>[] {
  const readers = readersOf(file, commits);
  if (besides !== null) readers.delete(besides);
  if (readers.size === 0) return [];
  return [{ type: sharedType(file, commits.configuration.env_common), subject: file.path, units: readers }];
}
