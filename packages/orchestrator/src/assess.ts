import type { Configuration } from "@pipelines/core/configuration/schema";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { Job } from "@pipelines/core/contracts/job";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Classified } from "./classify/classify.ts";
import { untouchedNotice } from "./decide/judge-problems.ts";
import { notAppliedNotices } from "./due/not-applied.ts";

export type Determined = {
  readonly comparison: Comparison;
  readonly governing: Configuration;
  readonly classified: Classified;
  readonly units: readonly AffectedUnit[];
  readonly jobs: readonly Job[];
  readonly problems: readonly Problem[];
  readonly untouched: readonly Problem[];
  readonly notices: readonly string[];
  /** What the ledger said before; `null` without one. */
  readonly look: LedgerLook | null;
  /** Every unit of the head. */
  readonly living: Iterable<UnitPath>;
  /** Environments that come one after the other. */
  readonly promotions: readonly (readonly (readonly string[])[])[];
  readonly discovery: NonNullable<Assessment["discovery"]>;
};

/** Puts the assessment together from what the steps determined. */
export function assess(determined: Determined): Assessment {
  const { comparison, governing, classified, units, untouched, discovery } = determined;
  const problems = [...determined.problems];
  const notAppliedYet = notAppliedNotices(comparison, units, determined.look);
  const notices = [...determined.notices, ...notAppliedYet, ...untouchedNotice(untouched)];
  const { pullRequest } = comparison;
  const untrusted = pullRequest?.untrusted === true && units.length > 0;
  if (untrusted) {
    const message =
      "This pull request gets no credentials (it comes from a fork or from Dependabot), so nothing is planned. A maintainer can push its commits to a branch of this repository.";
    if (governing.unplanned_pull_requests === "fail") {
      problems.push({ kind: "untrusted-pull-request", path: null, file: null, line: null, message });
    } else notices.push(message);
  }
  if (pullRequest !== undefined && pullRequest.baseRef !== comparison.deployBranch) {
    notices.push(
      `This pull request goes to \`${pullRequest.baseRef}\`, not to the deploy branch \`${comparison.deployBranch}\`: its plans are no reviewed plans.`,
    );
  }
  if (units.length === 0 && determined.jobs.length === 0 && problems.length === 0) {
    notices.push("Nothing to do: no unit is affected.");
  }
  const jobs = untrusted ? [] : [...determined.jobs];
  return {
    version: 1,
    comparison,
    changes: classified.changes.map(({ type, files, reasons, account }) => ({
      type,
      files: [...files],
      units: [...reasons.keys()].toSorted(),
      ...(account === undefined ? {} : { account }),
    })),
    units: [...units],
    jobs,
    ...(jobs.some(({ action }) => traitsOf(action).writes && traitsOf(action).removes)
      ? { living: [...determined.living].toSorted() }
      : {}),
    ...(determined.promotions.length === 0
      ? {}
      : { promotions: determined.promotions.map((steps) => steps.map((names) => [...names])) }),
    unmatched: [...classified.unmatched],
    ignored: [...classified.ignored],
    problems,
    ...(untouched.length === 0 ? {} : { untouched: [...untouched] }),
    notices,
    discovery,
  };
}

/** The assessment of a run that has nothing to compare. */
export function nothingToDo(comparison: Comparison, why: string): Assessment {
  return {
    version: 1,
    comparison,
    changes: [],
    units: [],
    jobs: [],
    unmatched: [],
    ignored: [],
    problems: [],
    notices: [why],
  };
}
