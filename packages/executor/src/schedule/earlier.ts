import { join } from "node:path";
import { Assessment } from "@pipelines/core/contracts/assessment";
import type { Account } from "@pipelines/core/contracts/change";
import type { Execution } from "@pipelines/core/contracts/execution";
import type { JobId } from "@pipelines/core/contracts/job";
import { JobOutcome, type UnitEnd } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { readDocument } from "@pipelines/core/documents/document";
import { assessmentFile, newestAttempts, OUTCOME_FILE } from "@pipelines/core/documents/layout";
import { findOutcomes } from "@pipelines/core/documents/outcomes";

/** The units of the run's other jobs: how they ended, and which of them earlier jobs were to apply. */
export type EarlierUnits = {
  readonly ends: ReadonlyMap<UnitPath, UnitEnd>;
  readonly applies: ReadonlySet<UnitPath>;
  /** What the account factory has made, where it was applied and says so. */
  readonly accounts?: readonly Account[];
};

/**
 * How the units of the run's other jobs ended, from the outcomes that lie beside ours; the highest attempt counts. A
 * unit of an earlier stage that nobody tells of did not end well: what builds on it must not start.
 */
export async function earlierUnits(execution: Pick<Execution, "folder" | "job">): Promise<EarlierUnits> {
  const { folder, job } = execution;
  const assessment = await readDocument(assessmentFile(folder), Assessment).catch(() => null);
  const ends = new Map<UnitPath, UnitEnd>();
  for (const other of assessment?.jobs ?? []) {
    if (other.id === job.id || other.stage >= job.stage) continue;
    const why = `the job ${other.name} left no outcome of it`;
    for (const { path } of other.units) ends.set(path, { kind: "unknown", why });
  }
  let accounts: Account[] | undefined;
  for (const { units } of await newestOutcomes(folder, job.id)) {
    for (const unit of units) {
      ends.set(unit.path, unit.end);
      accounts = unit.accounts ?? accounts;
    }
  }
  const applied = (assessment?.jobs ?? []).filter(({ action, stage }) => action === "apply" && stage < job.stage);
  return {
    ends,
    applies: new Set(applied.flatMap(({ units }) => units.map(({ path }) => path))),
    ...(accounts === undefined ? {} : { accounts }),
  };
}

/** The outcomes of all other jobs, of each job the newest. */
async function newestOutcomes(folder: string, own: JobId): Promise<Iterable<JobOutcome>> {
  const outcomes: JobOutcome[] = [];
  for (const found of await findOutcomes(folder)) {
    const outcome = await readDocument(join(found.folder, OUTCOME_FILE), JobOutcome).catch(() => null);
    if (outcome !== null && outcome.job !== own) outcomes.push(outcome);
  }
  return newestAttempts(outcomes).values();
}
