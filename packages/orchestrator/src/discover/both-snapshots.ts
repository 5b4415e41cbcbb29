import type { Configuration } from "@pipelines/core/configuration/schema";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import { unitOwning } from "./paths.ts";
import { emptySnapshot, type Snapshot } from "./snapshot.ts";
import { type DiscoveryEdges, takeSnapshot } from "./take-snapshot.ts";

export type Configurations = {
  readonly atBase: Configuration;
  readonly atHead: Configuration;
  readonly governing: Configuration;
};

/**
 * Reads both commits; base only when its reads can matter, since reading a commit costs a checkout and a `find`: when
 * every change is inside folders of units that are at head, base can add no unit. It shares head's view then.
 */
export async function bothSnapshots(
  edges: DiscoveryEdges,
  { base, head }: Comparison,
  diff: readonly ChangedFile[],
  configurations: Configurations,
): Promise<{ base: Snapshot; head: Snapshot }> {
  const atHead = await takeSnapshot(edges, head, configurations.governing);
  if (base === null) return { base: emptySnapshot(head), head: atHead };
  if (base === head) return { base: atHead, head: atHead };
  const folders = new Set<string>(atHead.units.keys());
  const ownFilesOnly = diff.every(
    ({ path, status }) => status === "modified" && unitOwning(path, (folder) => folders.has(folder)) !== null,
  );
  // What is wrong at head may have been wrong at base already, which makes a difference.
  if (ownFilesOnly && atHead.stacks.length === 0 && atHead.faults.length === 0) {
    return { base: { ...atHead, commit: base }, head: atHead };
  }
  return { base: await takeSnapshot(edges, base, configurations.atBase), head: atHead };
}
