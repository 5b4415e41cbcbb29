import type { Sources } from "../checkout/sources.ts";
import { fileIn, UNIT_FILE } from "../paths.ts";
import type { DiscoveringTerragrunt } from "./client.ts";
import type { Diagnosis } from "./diagnose.ts";
import type { EnvironmentOf } from "./environment.ts";
import type { Found } from "./find.ts";
import { findAll, findSwallowed } from "./find-units.ts";
import { diagnoseSuspects, suspects } from "./suspects.ts";
import { unitFolders } from "./unit-folders.ts";

/** A checkout with what is known of it before Terragrunt is asked. */
export type Checkout = {
  readonly root: string;
  readonly sources: Sources;
  /** Folders with a `terragrunt.hcl` that may be units. */
  readonly candidates: readonly string[];
  /** Whether a file of the commit is kept from Terragrunt. */
  readonly keptBack: (file: string) => boolean;
  readonly textOf: (file: string) => string;
};

/** What Terragrunt says of the units of a checkout. */
export type Evaluated = {
  readonly folders: readonly string[];
  readonly found: Found;
  /** Of the units about which `find` kept something to itself. */
  readonly diagnoses: ReadonlyMap<string, Diagnosis>;
};

/** Asks Terragrunt which units there are and what they read, then what it kept to itself. */
export async function evaluateUnits(
  terragrunt: DiscoveringTerragrunt,
  { root, sources, candidates, keptBack, textOf }: Checkout,
  environmentOf: EnvironmentOf,
): Promise<Evaluated> {
  const found = await findAll(terragrunt, root, candidates, environmentOf);
  const folders = unitFolders(candidates, found, sources, textOf);
  const readable = folders.filter((folder) => !keptBack(fileIn(folder, UNIT_FILE)));
  await findSwallowed(terragrunt, root, readable, found, environmentOf);
  const files = { has: (path: string): boolean => sources.files.has(sources.realOf(path)) };
  const diagnoses = await diagnoseSuspects(terragrunt, root, suspects(readable, found, files), environmentOf);
  return { folders, found, diagnoses };
}

/** The variables that units ask for and that nothing sets, as far as Terragrunt named them. */
export function missedVariables({ diagnoses }: Pick<Evaluated, "diagnoses">): string[] {
  return [...diagnoses.values()].flatMap((diagnosis) => (diagnosis.kind === "broken" ? diagnosis.unset : []));
}
