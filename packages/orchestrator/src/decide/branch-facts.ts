import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Repository } from "@pipelines/core/git/repository";
import { STACK_FILE, UNIT_FILE } from "../discover/paths.ts";
import type { Snapshot } from "../discover/snapshot.ts";
import { existence } from "./exists.ts";
import { isAnyGone, type Rename } from "./moves.ts";

/** What git knows beyond the two commits' files, which keeps units from being destroyed. */
export type BranchFacts = {
  /** Whether a unit exists on the branch now. */
  readonly existsNow: (unit: UnitPath) => boolean;
  /** Renames of the files that make units and stacks. */
  readonly renames: readonly Rename[];
};

/** The files whose place makes units and stacks, as git's patterns at any depth. */
const CONFIGURATION_FILES = [`:(glob)**/${UNIT_FILE}`, `:(glob)**/${STACK_FILE}`];

/** Asks git, where anything is gone and may have moved, or the branch is ahead of what is compared. */
export async function branchFacts(
  repository: Repository,
  comparison: Comparison,
  base: Snapshot,
  head: Snapshot,
): Promise<BranchFacts> {
  const since = isAnyGone(base, head) ? comparison.base : null;
  return {
    existsNow: await existsNow(repository, comparison, head),
    renames: since === null ? [] : await repository.renames(since, comparison.head, CONFIGURATION_FILES),
  };
}

async function existsNow(
  repository: Repository,
  { tip, destroyExisting }: Comparison,
  head: Snapshot,
): Promise<(unit: UnitPath) => boolean> {
  if (destroyExisting === true) return () => false;
  if (tip === undefined) return (unit) => head.units.has(unit);
  return existence(
    head,
    (await repository.tree(tip)).map(({ path }) => path),
  );
}
