import type { Checkout } from "../checkout/checkout.ts";
import type { Sources } from "../checkout/sources.ts";
import { fileIn, UNIT_FILE } from "../paths.ts";
import type { CheckoutTerragrunt } from "./client.ts";
import type { Diagnosis } from "./diagnose.ts";
import type { FindResult } from "./find.ts";
import { findOmitted, findUnits } from "./find-units.ts";
import { diagnoseSuspects, suspects } from "./suspects.ts";
import { unitFolders } from "./unit-folders.ts";

/** What Terragrunt says of the units of a checkout. */
export type Evaluated = {
  readonly folders: readonly string[];
  readonly listed: FindResult;
  /** Of the units about which `find` suppressed an error. */
  readonly diagnoses: ReadonlyMap<string, Diagnosis>;
};

/**
 * Asks Terragrunt which units there are and what they read, then about the errors that it suppressed.
 *
 * @param candidates folders that may be units
 */
export async function evaluateUnits(
  terragrunt: CheckoutTerragrunt,
  checkout: Checkout,
  sources: Sources,
  candidates: readonly string[],
): Promise<Evaluated> {
  const first = await findUnits(terragrunt, candidates);
  const folders = unitFolders(candidates, first, sources, (file) => checkout.textOf(file) ?? "");
  const readable = folders.filter((folder) => !checkout.isExcluded(fileIn(folder, UNIT_FILE)));
  const listed = await findOmitted(terragrunt, readable, first);
  const files = { has: (path: string): boolean => sources.files.has(sources.realOf(path)) };
  const diagnoses = await diagnoseSuspects(terragrunt, suspects(readable, listed, files));
  return { folders, listed, diagnoses };
}

/** The variables that units ask for and that nothing sets, as far as Terragrunt named them. */
export function missedVariables({ diagnoses }: Pick<Evaluated, "diagnoses">): string[] {
  return [...diagnoses.values()].flatMap((diagnosis) => (diagnosis.kind === "broken" ? diagnosis.unset : []));
}
