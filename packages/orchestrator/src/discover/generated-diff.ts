import type { ChangedFile } from "@pipelines/core/contracts/change";
import { liesIn } from "./paths.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * How generated files differ between the commits: git knows nothing of them. Nothing is said of a stack that can't be
 * generated at one of them, or that is there still and a template now: that its units are not known does not mean that
 * they are gone.
 */
export function generatedDiff(base: Snapshot, head: Snapshot): ChangedFile[] {
  const unknown = [
    ...base.stacks.filter(({ state }) => state === "failed"),
    ...head.stacks.filter(({ state }) => state !== "generated"),
  ].map(({ folder }) => folder);
  const paths = new Set([...base.generated, ...head.generated]);
  return [...paths].flatMap((path): ChangedFile[] => {
    const [before, after] = [base.files.get(path), head.files.get(path)];
    if (before === after || unknown.some((folder) => liesIn(path, folder))) return [];
    return [{ path, status: before === undefined ? "added" : after === undefined ? "deleted" : "modified" }];
  });
}

/** All that differs: what git says, but for generated files that somebody committed, and what stacks generate. */
export function wholeDiff(diff: readonly ChangedFile[], base: Snapshot, head: Snapshot): ChangedFile[] {
  const committed = diff.filter(({ path }) => !base.generated.has(path) && !head.generated.has(path));
  return [...committed, ...generatedDiff(base, head)];
}
