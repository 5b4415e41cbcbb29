import { z } from "zod";
import { LedgerState } from "./ledger.ts";
import { UnitPath } from "./unit-path.ts";

/** Which state a unit was found to have, beside the outcome of the job that found it. */
export const UnitState = z.strictObject({ version: z.literal(1), unit: UnitPath, state: LedgerState });
export type UnitState = z.infer<typeof UnitState>;
