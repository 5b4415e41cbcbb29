import { globMatcher } from "@pipelines/core/configuration/environments";
import { readersOf } from "../readers.ts";
import type { Rule } from "../rule.ts";

/** Files on the ignore list affect nothing, unless a unit reads them. */
export const ignoredFiles: Rule = {
  name: "ignored files",
  take(file, commits) {
    if (!globMatcher(commits.configuration.ignore)(file.path)) return null;
    const readers = readersOf(file, commits);
    // A document beside a module's code is no part of what the module does; a file that HCL names is.
    const named = [...readers.values()].some((links) => links.some(({ relation }) => READS.has(relation)));
    return named ? null : [];
  },
};

const READS = new Set<string>(["read by", "included by", "configured as read by"]);
