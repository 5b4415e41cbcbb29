import type { Configurations } from "@pipelines/core/configuration/configurations";
import { globMatcher } from "@pipelines/core/configuration/environments";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { Repository } from "@pipelines/core/git/repository";
import { type Compared, takesDue } from "../compare/compared.ts";
import { ancestryOfLook } from "../compare/look.ts";
import type { Snapshot } from "../discover/snapshot.ts";
import type { Settings } from "../settings.ts";
import { type Owed, type OwedRequest, owedDestroys, owedUnits } from "./owed.ts";

export type OwedEdges = {
  readonly repository: Repository;
  readonly configurations: Configurations;
  readonly look: LedgerLook | null;
};

/** What is due and free to be taken by a run: by a push all of it, by a request for what is due the units that it names. */
export async function owedBy(
  { repository, configurations, look }: OwedEdges,
  compared: Compared,
  head: Snapshot,
  settings: Settings,
): Promise<Owed> {
  const { comparison } = compared;
  if (look === null || !takesDue(compared)) return { units: [], destroys: [], notices: [] };
  const { units, notices } = owedUnits({
    ...{ look, comparison, contains: await ancestryOfLook(repository, look, comparison.head) },
    existsAtHead: (unit) => head.units.has(unit),
    of: requesterOf(compared),
  });
  const removed = await owedDestroys(units, configurations, settings);
  return { units, destroys: removed.units, notices: [...notices, ...removed.notices] };
}

function requesterOf(compared: Compared): OwedRequest {
  if (compared.kind !== "due") return { kind: "push" };
  return compared.globs === null ? { kind: "clock" } : { kind: "person", asked: globMatcher(compared.globs) };
}
