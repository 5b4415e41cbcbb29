import { changesUnits } from "@pipelines/core/contracts/action";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Ending } from "../collect/ending.ts";

/** How a job or a step of the workflow ended, as `needs.<job>.result` and `steps.<step>.outcome` have it. */
export const RESULTS = ["success", "failure", "cancelled", "skipped"] as const;
export type Result = (typeof RESULTS)[number];

/** What became of the parts of a run that leave no document. */
export type Circumstances = {
  /** GitHub dropped the list of jobs, so none of them started. */
  readonly outputsDropped: boolean;
  /** The job that writes to the ledger what is to be done. Nothing is applied or destroyed without it. */
  readonly claim: Result;
  /** The job that writes to the ledger how the run ended. */
  readonly record: Result;
  /** The step that downloads the outcomes of the run's jobs. */
  readonly outcomes: Result;
};

/** One thing that is so for many jobs at once. */
export type Circumstance = { readonly title: string; readonly message: string };

export type RunProblems = {
  /** What makes the run red. */
  readonly problems: readonly Circumstance[];
  /** What a reader has to know, and what stops nothing. */
  readonly notices: readonly Circumstance[];
  /** Whether a job without an outcome is explained by one of the problems: then it is no news of each of its units. */
  readonly isCovered: (ending: Ending) => boolean;
};

/** What a report says of circumstances, once, in place of a failure of every unit. */
export function runProblems(
  assessment: Assessment,
  { outputsDropped, claim, record, outcomes }: Circumstances,
): RunProblems {
  const { mode, ledgerClaim } = assessment.comparison;
  const changes = mode === "apply" || assessment.jobs.some(({ action }) => changesUnits(action));
  const unclaimed = changes && (claim === "failure" || claim === "cancelled");
  const lost = outcomes === "failure" || outcomes === "cancelled";
  const unrecorded =
    ledgerClaim !== undefined && claim === "success" && (record === "failure" || record === "cancelled");
  return {
    problems: [
      ...(outputsDropped ? [DROPPED] : []),
      ...(unclaimed ? [claim === "failure" ? UNCLAIMED : ENDED_EARLY] : []),
      ...(lost ? [UNTOLD] : []),
    ],
    notices: unrecorded ? [UNRECORDED] : [],
    isCovered: ({ attempt, job }) =>
      attempt === null && (outputsDropped || lost || (unclaimed && changesUnits(job.action))),
  };
}

// The runner masks every line of a secret and drops an output that holds a masked value, so that a secret with a line `{`
// takes all JSON along.
const DROPPED: Circumstance = {
  title: "No job could start",
  message:
    "GitHub dropped the list of jobs, since it holds the value of a secret; so no job started. Most often that is a secret of several lines, of which one is just `{` or `}`: store it on one line (`jq -c . secrets.json | gh secret set PIPELINES_SECRETS`), then run all jobs again.",
};

const UNCLAIMED: Circumstance = {
  title: "Nothing was applied",
  message:
    "The ledger could not be written, so nothing was applied. Nothing is lost: the next run covers the same commits, and so does a re-run of the failed jobs. The log of the job `Claim` says why. Most often the calling workflow lacks `contents: write`, or a rule forbids pushes to `refs/pipelines/*`.",
};

const ENDED_EARLY: Circumstance = {
  title: "Nothing was applied",
  message:
    "The run was ended before it had written to the ledger what it has to do, so nothing was applied. Nothing is lost: the next run covers the same commits, and so does a re-run of the failed jobs.",
};

const UNTOLD: Circumstance = {
  title: "The outcomes could not be downloaded",
  message:
    "The outcomes of the run's jobs could not be downloaded, so this report can't say how they ended: each job's own page does. Re-run the failed jobs to have the report again; units that ended well are not run a second time.",
};

const UNRECORDED: Circumstance = {
  title: "The ledger could not be written",
  message:
    "How this run ended could not be written to the ledger: the log of the job `Record` says why. Nothing is lost: its units stay due, with this run as their owner, and the next run takes them along. A re-run of the failed jobs writes it too.",
};
