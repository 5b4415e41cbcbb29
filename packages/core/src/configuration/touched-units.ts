import { isDeepStrictEqual } from "node:util";
import type { UnitPath } from "../contracts/unit-path.ts";
import { type Environment, environmentLookup } from "./environments.ts";
import type { Configuration } from "./schema.ts";

/**
 * The units for which a change of the configuration decides otherwise what they see: the variables, secrets, account,
 * region and roles of their environment, and which one that is. Policies, approvals and runners change nothing of a unit.
 * Units that were in no environment before, as all are in a repository without environments, have not run here yet:
 * nobody asked for them by naming where they belong.
 */
export function unitsTouchedBy(before: Configuration, after: Configuration, units: Iterable<UnitPath>): UnitPath[] {
  if (before.environments === undefined || after.environments === undefined) return [];
  const [old, now] = [environmentLookup(before), environmentLookup(after)];
  return [...units].filter((unit) => {
    const [was, is] = [old(unit), now(unit)];
    return (
      was.kind === "one" && is.kind === "one" && !isDeepStrictEqual(seenIn(was.environment), seenIn(is.environment))
    );
  });
}

function seenIn({ env, secrets, aws, identity }: Environment): unknown {
  return { env, secrets: secrets.toSorted(), aws, identity };
}
