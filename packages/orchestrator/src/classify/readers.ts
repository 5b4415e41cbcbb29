import { globMatcher } from "@pipelines/core/configuration/environments";
import type { ChangedFile, ChangeType } from "@pipelines/core/contracts/change";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { type Link, liesIn } from "../discover/snapshot.ts";
import type { Commits, Finding } from "./rule.ts";

/** The units that read a file at either commit, with the chain from the file; head's chain where both have one. */
export function readersOf(path: string, { base, head, configuration }: Commits): Map<UnitPath, readonly Link[]> {
  const readers = new Map<UnitPath, readonly Link[]>();
  const extra = configuration.extra_reads
    .filter(({ files }) => globMatcher(files)(path))
    .map(({ units }) => globMatcher(units));
  for (const snapshot of [head, base]) {
    for (const unit of snapshot.units.values()) {
      if (readers.has(unit.path)) continue;
      const links = unit.reads.get(path);
      if (links !== undefined) readers.set(unit.path, links);
      else if (extra.some((matches) => matches(unit.path))) {
        readers.set(unit.path, [{ relation: "configured as read by", path: unit.path }]);
      }
    }
  }
  return readers;
}

/** The type of a change of a file that units share. */
export function sharedType(file: ChangedFile, envCommon: string): ChangeType {
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
export function sharedFinding(file: ChangedFile, commits: Commits, besides: UnitPath | null): Finding[] {
  const readers = readersOf(file.path, commits);
  if (besides !== null) readers.delete(besides);
  if (readers.size === 0) return [];
  return [{ type: sharedType(file, commits.configuration.env_common), subject: file.path, units: readers }];
}
