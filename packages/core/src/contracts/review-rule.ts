import { z } from "zod";

/** How close an apply has to be to the plan that was reviewed. */
export const ReviewRule = z.enum(["exact", "no-unseen-destroy", "off"]);
export type ReviewRule = z.infer<typeof ReviewRule>;
