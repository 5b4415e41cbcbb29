import { z } from "zod";
import { CommitSha } from "./comparison.ts";
import { Determined, LedgerRun, LedgerUnit } from "./ledger.ts";

/**
 * The ledger and the deploy branch as a run found them before it determined anything. A step with a token writes it, so
 * that the orchestrator, which runs code of the repository, needs none.
 */
export const LedgerLook = z.strictObject({
  version: z.literal(1),
  run: LedgerRun,
  determined: Determined.nullable(),
  units: z.array(LedgerUnit),
  /** The deploy branch's tip, as GitHub has it. */
  tip: CommitSha,
  /** The branch that the ledger follows, where that is not this deploy branch and is there still. */
  otherBranch: z.string().nullable(),
  /** Ids of the runs that have units to do and have come to their end. Of all others it is not known, so they go on. */
  ended: z.array(z.int().positive()),
});
export type LedgerLook = z.infer<typeof LedgerLook>;
