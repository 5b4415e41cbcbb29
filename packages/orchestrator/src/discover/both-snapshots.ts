import type { Configuration } from "@pipelines/core/configuration/schema";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import { emptySnapshot, isGenerated, type Snapshot, unitOwning } from "./snapshot.ts";
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
  const folders = new Set<string>(atHead.units.keys());
  const hasStacks = [...atHead.files.keys()].some(isGenerated);
  const ownFilesOnly =
    !hasStacks &&
    diff.every(
      ({ path, status }) => status === "modified" && unitOwning(path, (folder) => folders.has(folder)) !== null,
    );
  if (ownFilesOnly) return { base: { ...atHead, commit: base, problems: [] }, head: atHead };
  return { base: await takeSnapshot(edges, base, configurations.atBase), head: atHead };
}

/** How generated files differ between the commits: git knows nothing of them. */
export function generatedDiff(base: Snapshot, head: Snapshot): ChangedFile[] {
  const paths = new Set([...base.files.keys(), ...head.files.keys()].filter(isGenerated));
  return [...paths].flatMap((path): ChangedFile[] => {
    const [before, after] = [base.files.get(path), head.files.get(path)];
    if (before === after) return [];
    return [{ path, status: before === undefined ? "added" : after === undefined ? "deleted" : "modified" }];
  });
}
