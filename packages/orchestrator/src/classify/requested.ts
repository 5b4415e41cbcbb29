import { globMatcher } from "@pipelines/core/configuration/environments";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { Request } from "../compare/compared.ts";
import { EventError } from "../compare/event.ts";
import type { Snapshot } from "../discover/snapshot.ts";
import type { Classified, ClassifiedChange } from "./classify.ts";

/**
 * The units that somebody, or a schedule, asked for, as changes: nothing has changed, and they run all the same.
 *
 * @throws EventError when a lock is to be given back and not exactly one unit is named
 */
export function requestedChanges(head: Snapshot, { action, globs, change }: Request): Classified {
  const matches = globMatcher(globs);
  const asked = [...head.units].filter(matches).toSorted();
  if (traitsOf(action).worksOn === "lock" && asked.length !== 1) {
    throw new EventError(`a lock is of one unit, and \`units\` names ${asked.length}: ${globs.join(" ")}`);
  }
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
