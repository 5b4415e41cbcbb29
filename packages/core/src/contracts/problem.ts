import { z } from "zod";
import { UnitPath } from "./unit-path.ts";

/** Something about a file or unit that keeps it from being determined or run. A run with a problem is red. */
export const Problem = z.strictObject({
  kind: z.enum([
    "configuration",
    "not-evaluated",
    "dependency-cycle",
    "missing-dependency",
    "refused-delete",
    "no-environment",
    "several-environments",
    "untrusted-pull-request",
    "too-many-stages",
    "path",
    "account",
    "other",
  ]),
  /** The unit it is about, where it is about one. */
  path: UnitPath.nullable(),
  /** All the units that it is about, where they are several. */
  units: z.array(UnitPath).optional(),
  file: z.string().nullable(),
  /** Counted from 1. */
  line: z.int().positive().nullable(),
  /** What is wrong and what to do about it. */
  message: z.string(),
});
export type Problem = z.infer<typeof Problem>;
