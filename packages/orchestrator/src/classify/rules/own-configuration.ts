import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { type SharedType, sharedFinding } from "../readers.ts";
import type { Finding, Rule } from "../rule.ts";

/** The pipelines' own configuration runs nothing by itself, but the units that see something else by it. */
export const ownConfiguration: Rule<SharedType> = {
  name: "the pipelines' own configuration",
  take(file, commits) {
    if (!file.path.startsWith(".pipelines/")) return null;
    const read = sharedFinding(file, commits, null);
    if (file.path !== CONFIGURATION_FILE || commits.reconfigured.length === 0) return read;
    const units: Finding["units"] = new Map(
      commits.reconfigured.map((unit) => [unit, [{ relation: "settings of", path: unit }]]),
    );
    return [...read, { type: "FileChanged", subject: file.path, units }];
  },
};
