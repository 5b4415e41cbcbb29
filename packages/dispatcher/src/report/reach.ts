import type { Assessment } from "@pipelines/core/contracts/assessment";

/** What a pull request's plan is about: whose change on the deploy branch makes it old. */
export type Reach = {
  /** Units that merging changes. */
  readonly changed: readonly string[];
  /** Units whose outputs those read, and that it does not change. */
  readonly read: readonly string[];
};

export function reachOf(assessment: Assessment | null): Reach {
  const units = assessment?.units ?? [];
  const changed = new Set<string>(units.map(({ path }) => path));
  const read = new Set<string>(units.flatMap(({ dependsOn }) => dependsOn).filter((path) => !changed.has(path)));
  return { changed: [...changed].toSorted(), read: [...read].toSorted() };
}

/** Another open pull request that changes some of the same units. */
export type Overlap = { readonly pullRequest: number; readonly units: readonly string[] };
