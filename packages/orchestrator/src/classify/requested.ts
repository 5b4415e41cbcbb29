import { globMatcher } from "@pipelines/core/configuration/environments";
import type { Request } from "../compare/comparison.ts";
import type { Snapshot } from "../discover/snapshot.ts";
import type { Classified, ClassifiedChange } from "./classify.ts";

/** The units that somebody, or a schedule, asked for, as changes: nothing has changed, and they run all the same. */
export function requestedChanges(head: Snapshot, { globs, change }: Request): Classified {
  const matches = globMatcher(globs);
  const asked = [...head.units.keys()].filter(matches).toSorted();
  const requested: ClassifiedChange = {
    type: change,
    subject: globs.join(" "),
    files: [],
    reasons: new Map(
      asked.map((unit) => [unit, [{ change, file: globs.join(" "), links: [{ relation: "asked for", path: unit }] }]]),
    ),
  };
  return { changes: asked.length === 0 ? [] : [requested], unmatched: [], ignored: [] };
}
