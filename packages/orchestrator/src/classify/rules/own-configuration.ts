import { sharedFinding } from "../readers.ts";
import type { Rule } from "../rule.ts";

/** The pipelines' own configuration runs nothing by itself. */
export const ownConfiguration: Rule = {
  name: "the pipelines' own configuration",
  take(file, commits) {
    return file.path.startsWith(".pipelines/") ? sharedFinding(file, commits, null) : null;
  },
};
