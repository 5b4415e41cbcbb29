import { globMatcher } from "@pipelines/core/configuration/environments";
import type { Relation } from "@pipelines/core/contracts/affected-unit";
import { CODE } from "../../discover/reads/local-modules.ts";
import { readersOf } from "../readers.ts";
import type { Rule } from "../rule.ts";

/** Files on the ignore list affect nothing, unless a unit reads them. */
export const ignoredFiles: Rule<never> = {
  name: "ignored files",
  take(file, commits) {
    if (!globMatcher(commits.configuration.ignore)(file.path)) return null;
    const readers = readersOf(file, commits);
    // A document beside a module's code is no part of what the module does; the code, and a file that HCL names, is.
    const isCode = CODE.test(file.path);
    const counts = (relation: Relation): boolean => READS.has(relation) || (isCode && OF_MODULE.has(relation));
    const isRead = [...readers.values()].some((links) => links.some(({ relation }) => counts(relation)));
    return isRead ? null : [];
  },
};

const READS = new Set<Relation>(["read by", "included by", "configured as read by"]);
const OF_MODULE = new Set<Relation>(["file of the module of", "called by the module of"]);
