import { z } from "zod";
import { AffectedUnit } from "./affected-unit.ts";
import { Change } from "./change.ts";
import { Comparison } from "./comparison.ts";
import { Job } from "./job.ts";
import { Problem } from "./problem.ts";

/** All that the orchestrator determined: what changed, what it affects and why, what has to run, in which jobs. */
export const Assessment = z.strictObject({
  version: z.literal(1),
  comparison: Comparison,
  changes: z.array(Change),
  units: z.array(AffectedUnit),
  jobs: z.array(Job),
  /** Changed files that no unit reads, so nothing runs for them. */
  unmatched: z.array(z.string()),
  /** Changed files that the ignore list passes over. */
  ignored: z.array(z.string()),
  problems: z.array(Problem),
  /** Things worth saying that stop nothing, as sentences: "nothing to do: …", "no reviewed plan: …". */
  notices: z.array(z.string()),
});
export type Assessment = z.infer<typeof Assessment>;
