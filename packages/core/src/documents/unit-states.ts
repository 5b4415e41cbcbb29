import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { UnitState } from "../contracts/unit-state.ts";
import { readDocument, writeDocument } from "./document.ts";
import { findOutcomes } from "./outcomes.ts";

const FOLDER = "states";

/**
 * Writes down which state a unit has, for the destroys of later jobs and for the ledger.
 *
 * @param name a file name, without ending, that is as unique as the unit's path
 */
export async function writeUnitState(
  outcomeFolder: string,
  name: string,
  { unit, state }: Omit<UnitState, "version">,
): Promise<void> {
  await writeDocument(join(outcomeFolder, FOLDER, `${name}.json`), { version: 1, unit, state } satisfies UnitState);
}

/** The states beside all outcomes of a run's folder; of a unit that several attempts tell of, the newest comes last. */
export async function readUnitStates(folder: string): Promise<UnitState[]> {
  const found: UnitState[] = [];
  const outcomes = await findOutcomes(folder);
  for (const outcome of outcomes.toSorted((a, b) => (a.named?.attempt ?? 1) - (b.named?.attempt ?? 1))) {
    const states = join(outcome.folder, FOLDER);
    for (const file of await readdir(states).catch(() => [])) {
      found.push(await readDocument(join(states, file), UnitState));
    }
  }
  return found;
}
