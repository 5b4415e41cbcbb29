import { posix } from "node:path";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Repository } from "@pipelines/core/git/repository";
import { type Snapshot, UNIT_FILE } from "../discover/snapshot.ts";

/** Pairs of a deleted and an added unit whose files are alike, by either path: the unit probably moved. */
export async function movesBetween(
  repository: Repository,
  comparison: Comparison,
  base: Snapshot,
  head: Snapshot,
): Promise<Map<UnitPath, UnitPath>> {
  const moves = new Map<UnitPath, UnitPath>();
  if (comparison.base === null) return moves;
  const gone = [...base.units.keys()].some((unit) => !head.units.has(unit));
  if (!gone) return moves;
  for (const [from, to] of await repository.renames(comparison.base, comparison.head)) {
    if (posix.basename(from) !== UNIT_FILE || posix.basename(to) !== UNIT_FILE) continue;
    const [old, now] = [UnitPath.parse(posix.dirname(from)), UnitPath.parse(posix.dirname(to))];
    if (base.units.has(old) && !head.units.has(old) && head.units.has(now) && !base.units.has(now)) {
      moves.set(old, now).set(now, old);
    }
  }
  return moves;
}
