import { type SharedType, sharedFinding } from "../readers.ts";
import type { Rule } from "../rule.ts";

/** Any other file: it affects the units that read it at either commit. */
export const sharedFiles: Rule<SharedType> = {
  name: "shared files",
  take(file, commits) {
    const found = sharedFinding(file, commits, null);
    return found.length === 0 ? null : found;
  },
};
