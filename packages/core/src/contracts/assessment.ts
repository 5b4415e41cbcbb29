import { z } from "zod";
import { AffectedUnit } from "./affected-unit.ts";
import { Change } from "./change.ts";
import { Comparison } from "./comparison.ts";
import { Job } from "./job.ts";
import { Problem } from "./problem.ts";
import { UnitPath } from "./unit-path.ts";

/** All that the orchestrator determined: what changed, what it affects and why, what has to run, in which jobs. */
export const Assessment = z.strictObject({
  version: z.literal(1),
  comparison: Comparison,
  changes: z.array(Change),
  units: z.array(AffectedUnit),
  jobs: z.array(Job),
  /** Environments of the units that come one after the other, first ones first; those of a step run side by side. */
  promotions: z.array(z.array(z.array(z.string()))).optional(),
  /** Every unit of the head, where something is destroyed: none of them may have the state that goes. */
  living: z.array(UnitPath).optional(),
  /** Changed files that no unit reads, so nothing runs for them. */
  unmatched: z.array(z.string()),
  /** Changed files that the ignore list passes over. */
  ignored: z.array(z.string()),
  problems: z.array(Problem),
  /** What was wrong at base already, with units that the comparison does not touch; it stops nothing. */
  untouched: z.array(Problem).optional(),
  /** Things worth saying that stop nothing, as sentences: "nothing to do: …", "no reviewed plan: …". */
  notices: z.array(z.string()),
  /** What reading the commits cost: commits read, calls of Terragrunt, and the seconds during which at least one ran. */
  discovery: z.strictObject({ snapshots: z.int(), terragruntCalls: z.int(), seconds: z.number() }).optional(),
});
export type Assessment = z.infer<typeof Assessment>;
