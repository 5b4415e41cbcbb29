import { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Diagnosis } from "./diagnose.ts";
import { accountOfKey, type EnvironmentOf } from "./environment.ts";
import type { Evaluated } from "./evaluated-units.ts";
import type { UnitFacts } from "./snapshot.ts";
import type { Sources } from "./sources.ts";
import { type Place, readsReader, type UnitReads } from "./unit-reads.ts";

/** A unit with what discovery found out about it, for and against. */
export type Examined = {
  readonly facts: UnitFacts;
  readonly diagnosis: Diagnosis;
  readonly missingModule: UnitReads["missingModule"];
  /** Dependencies that lie outside of the repository, as paths that start with `../`. */
  readonly outside: readonly string[];
  readonly places: ReadonlyMap<string, Place>;
};

/**
 * Puts together what Terragrunt says of each unit and what its text says.
 *
 * @param environmentOf the variables whose values are known
 */
export function examineUnits(
  { folders, found, diagnoses }: Evaluated,
  sources: Sources,
  environmentOf: EnvironmentOf,
): Examined[] {
  const readsOf = readsReader(sources);
  return folders.map((folder) => {
    const path = UnitPath.parse(folder);
    const row = found.units.get(folder) ?? { path: folder, includes: [], dependencies: [], reading: [] };
    const diagnosis: Diagnosis = diagnoses.get(folder) ?? { kind: "well" };
    const env = environmentOf(folder);
    const notEvaluated = diagnosis.kind === "needs-credentials";
    const { reads, located, missingModule, dependencies } = readsOf(row, {
      env,
      account: accountOfKey(env["AWS_ACCESS_KEY_ID"]),
      byTextAlone: diagnosis.kind !== "well",
      // One that is broken stops the run where the change touches it: that it may read anything would be said every time.
      anyFile: notEvaluated,
    });
    return {
      facts: {
        path,
        dependencies: row.dependencies
          .filter(isInside)
          .map((dependency) => UnitPath.parse(sources.realOf(dependency)))
          .toSorted(),
        reads,
        located,
        notEvaluated,
      },
      diagnosis,
      missingModule,
      outside: row.dependencies.filter((dependency) => !isInside(dependency)),
      places: dependencies,
    };
  });
}

const isInside = (path: string): boolean => UnitPath.safeParse(path).success;
