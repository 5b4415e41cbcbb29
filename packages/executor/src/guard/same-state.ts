import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { GuardStop } from "@pipelines/core/contracts/outcome";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { readDocument, writeDocument } from "@pipelines/core/documents/document";
import { findOutcomes } from "@pipelines/core/documents/outcomes";
import { z } from "zod";
import { StateIdentity } from "../tofu/state-identity.ts";

const AppliedState = z.strictObject({ version: z.literal(1), unit: UnitPath, state: StateIdentity });
export type AppliedState = z.infer<typeof AppliedState>;

/** Notes beside the outcome which state an apply worked on, for the destroys of later jobs. */
export async function recordAppliedState(
  outcomeFolder: string,
  name: string,
  unit: UnitPath,
  state: StateIdentity,
): Promise<void> {
  await writeDocument(join(outcomeFolder, "states", `${name}.json`), { version: 1, unit, state });
}

/** The states that units of this run were applied to, from all outcomes that lie in the run's folder. */
export async function appliedStates(folder: string): Promise<AppliedState[]> {
  const found: AppliedState[] = [];
  for (const outcome of await findOutcomes(folder)) {
    const states = join(outcome.folder, "states");
    for (const file of await readdir(states).catch(() => []))
      found.push(await readDocument(join(states, file), AppliedState));
  }
  return found;
}

/**
 * Refuses to destroy what another unit of the run has just been applied to: a unit that moved and kept its state, or
 * took a copy of it along.
 */
export function sameStateStop(
  unit: UnitPath,
  state: StateIdentity,
  applied: readonly AppliedState[],
): GuardStop | null {
  const same = (a: string | null, b: string | null): boolean => a !== null && a === b;
  const sharing = applied.find(
    (other) =>
      other.unit !== unit && (same(other.state.place, state.place) || same(other.state.lineage, state.lineage)),
  );
  if (sharing === undefined) return null;
  const how = same(sharing.state.place, state.place)
    ? `has the very state of ${sharing.unit}`
    : `has a copy of the state of ${sharing.unit}`;
  return {
    guard: "same-state",
    message: `It ${how}, which this run has applied: destroying it would destroy what ${sharing.unit} manages.`,
    unseen: [],
    next: `If ${sharing.unit} is where the unit moved to, nothing has to be destroyed: remove what is left of the old state by hand, if there is any. If both are meant to exist, give each its own state key.`,
  };
}
