import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { reachable } from "@pipelines/core/graph/order";
import type { Sources } from "./checkout/sources.ts";
import { type FileLine, readsReader, type UnitReads } from "./reads/unit-reads.ts";
import type { UnitExclusion, UnitFacts } from "./snapshot.ts";
import type { Diagnosis } from "./terragrunt/diagnose.ts";
import { accountOfKey } from "./terragrunt/environment.ts";
import type { Evaluated } from "./terragrunt/evaluate-units.ts";
import type { ListedUnit } from "./terragrunt/find.ts";
import type { VariablesOf } from "./terragrunt/variables.ts";

/** A unit with what discovery found out about it, for and against. */
export type Examined = {
  readonly facts: UnitFacts;
  readonly diagnosis: Diagnosis;
  readonly missingModule: UnitReads["missingModule"];
  /** The dependencies that Terragrunt lists. */
  readonly listed: readonly UnitPath[];
  /** Dependencies that lie outside of the repository, as paths that start with `../`. */
  readonly outside: readonly string[];
  /** Where its dependencies have `expansion` blocks. */
  readonly expansions: readonly FileLine[];
};

/**
 * Puts together what Terragrunt says of each unit and what its text says.
 *
 * @param variablesOf the variables whose values are known
 * @param leftOut units that a file of filters leaves out, each with that file
 */
export function examineUnits(
  { units, listed, diagnoses }: Evaluated,
  sources: Sources,
  variablesOf: VariablesOf,
  leftOut: ReadonlyMap<string, string>,
): Examined[] {
  const readsOf = readsReader(sources);
  const listedOf = new Map(
    units.map((folder) => {
      const paths = (listed.units.get(folder)?.dependencies ?? []).filter(isInside);
      return [UnitPath.parse(folder), paths.map((path) => UnitPath.parse(sources.realOf(path))).toSorted()];
    }),
  );
  return units.map((folder) => {
    const path = UnitPath.parse(folder);
    const row = listed.units.get(folder) ?? {
      path: folder,
      includes: [],
      dependencies: [],
      reading: [],
      exclude: null,
    };
    const reported: Diagnosis = diagnoses.get(folder) ?? { kind: "well" };
    const env = variablesOf(folder);
    const readAs = ({ kind }: Diagnosis): UnitReads =>
      readsOf(row, {
        env,
        account: accountOfKey(env["AWS_ACCESS_KEY_ID"]),
        byTextAlone: kind !== "well",
        // One that is broken stops the run where the change touches it: that it may read anything would be said every time.
        anyFile: kind === "needs-credentials",
      });
    const first = readAs(reported);
    const diagnosis = seenThrough(reported, first);
    const { reads, located, missingModule, dependencies, expansions, readDependencies } =
      diagnosis === reported ? first : readAs(diagnosis);
    const own = listedOf.get(path) ?? [];
    // Reading another unit's configuration may lead back to this one, which is no order.
    const more = [...readDependencies]
      .filter(isInside)
      .map((dependency) => UnitPath.parse(sources.realOf(dependency)))
      .filter((dependency) => dependency !== path && !reachable(listedOf, [dependency]).has(path));
    return {
      facts: {
        path,
        dependencies: [...new Set([...own, ...more])].toSorted(),
        places: dependencies,
        reads,
        located,
        notEvaluated: diagnosis.kind === "needs-credentials" ? diagnosis.message : null,
        exclusion: exclusionOf(row, leftOut.get(folder) ?? null),
      },
      diagnosis,
      missingModule,
      listed: own,
      outside: row.dependencies.filter((dependency) => !isInside(dependency)),
      expansions,
    };
  });
}

function exclusionOf({ exclude }: ListedUnit, file: string | null): UnitExclusion | null {
  if (file !== null) return { kind: "file", file };
  return exclude === null ? null : { kind: "block", ...exclude };
}

/**
 * What is wrong with a value may come of credentials that the unit's text goes on without, so that it is no mistake of
 * the text: an empty `local.secrets` lacks the token that it has where the secrets can be read.
 */
function seenThrough(diagnosis: Diagnosis, { hidesCredentials }: UnitReads): Diagnosis {
  if (diagnosis.kind !== "broken" || !diagnosis.ofValues || !hidesCredentials) return diagnosis;
  return { kind: "needs-credentials", message: diagnosis.message };
}

const isInside = (path: string): boolean => UnitPath.safeParse(path).success;
