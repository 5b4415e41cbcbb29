import type { Sources } from "../checkout/sources.ts";
import { fileIn, UNIT_FILE } from "../paths.ts";
import type { CheckoutTerragrunt } from "./client.ts";
import type { Diagnosis } from "./diagnose.ts";
import type { FindResult } from "./find.ts";
import { findOmitted, findSome, findUnits } from "./find-units.ts";
import { diagnoseSuspects, suspects } from "./suspects.ts";
import { unitFolders } from "./unit-folders.ts";

/** What Terragrunt is asked about. */
export type Evaluation = {
  readonly sources: Sources;
  /** Folders that may be units. */
  readonly folders: readonly string[];
  /** Those of them that are evaluated; `null` for all. */
  readonly only: ReadonlySet<string> | null;
  /** Files that units include that are not evaluated. */
  readonly included: ReadonlySet<string>;
  readonly textOf: (file: string) => string | null;
  readonly isExcluded: (file: string) => boolean;
};

/** What Terragrunt says of units. */
export type Evaluated = {
  /** The units that were evaluated. */
  readonly units: readonly string[];
  readonly listed: FindResult;
  /** Of the units about which `find` suppressed an error. */
  readonly diagnoses: ReadonlyMap<string, Diagnosis>;
};

/** Asks Terragrunt what units read, then about the errors that it suppressed. */
export async function evaluateUnits(terragrunt: CheckoutTerragrunt, evaluation: Evaluation): Promise<Evaluated> {
  const { sources, folders, only, included, textOf, isExcluded } = evaluation;
  const first = only === null ? await findUnits(terragrunt, folders) : await findSome(terragrunt, folders, only);
  const units = unitFolders(folders, first, sources, textOf, included).filter((unit) => only?.has(unit) ?? true);
  const readable = units.filter((folder) => !isExcluded(fileIn(folder, UNIT_FILE)));
  const listed = await findOmitted(terragrunt, readable, first);
  const files = {
    has: (path: string): boolean => sources.files.has(sources.realOf(path)),
    parsed: (path: string) => sources.parsed(sources.realOf(path)),
  };
  const diagnoses = await diagnoseSuspects(terragrunt, suspects(readable, listed, files));
  return { units, listed, diagnoses };
}

/** The variables that units ask for and that nothing sets, as far as Terragrunt named them. */
export function missedVariables({ diagnoses }: Pick<Evaluated, "diagnoses">): string[] {
  return [...diagnoses.values()].flatMap((diagnosis) => (diagnosis.kind === "broken" ? diagnosis.unset : []));
}
