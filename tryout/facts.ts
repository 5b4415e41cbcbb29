import type { Settled } from "./stage.ts";

/** What the workflow relies on, or is careful about, and only GitHub itself can show. */
export type Fact = {
  readonly id: string;
  readonly fact: string;
  /** The step that settles it, and by what; or why no try-out does. */
  readonly settledBy: { readonly step: string; readonly by: string } | { readonly step: null; readonly by: string };
};

export const FACTS = [
  {
    id: "self-reference",
    fact: "a job without `contents: read` can use an action by `$/` of a private repository that is shared with the organization",
    settledBy: { step: "plan", by: "the job Announce, which has `pull-requests: write` alone, ends well" },
  },
  {
    id: "environment-secret",
    fact: "the secret of a GitHub environment of the caller's repository reaches a job of a workflow in another repository",
    settledBy: { step: "environment", by: "the unit says which of two values it was given" },
  },
  {
    id: "orchestrate-secret",
    fact: "a job that names no secret is given none by the runner",
    settledBy: { step: "unnamed-secret", by: "the value of a secret stands in the log of Determine jobs, unmasked" },
  },
  {
    id: "many-artifacts",
    fact: "more than 100 artifacts of one run are listed and downloaded",
    settledBy: { step: "many-jobs", by: "all of them are reported, with --jobs 101 or more" },
  },
  {
    id: "artifact-burst",
    fact: "as many jobs as were asked for may list and download artifacts at once",
    settledBy: { step: "many-jobs", by: "no step that downloads artifacts fails" },
  },
  {
    id: "survivor",
    fact: "what a cancelled step has started goes on, on a hosted runner, until the job's last steps are over",
    settledBy: { step: "cancel", by: "the cancelled job leaves an outcome that says that its unit was applied" },
  },
  {
    id: "job-limit",
    fact: "a job that meets the limit of six hours gets the same five minutes as a cancelled one",
    settledBy: { step: null, by: "it would take six hours; jobs are given 350 minutes, so that it does not matter" },
  },
  {
    id: "other-refs",
    fact: "a workflow's own token may write refs outside of heads and tags",
    settledBy: { step: "other-refs", by: "a workflow with `contents: write` pushes refs/pipelines/tryout" },
  },
] as const satisfies readonly Fact[];

export type FactId = (typeof FACTS)[number]["id"];

/** A fact with what the try-out found. */
export type Verdict = {
  readonly fact: Fact;
  readonly verdict: "holds" | "does not hold" | "not shown";
  readonly because: string;
};

/** Tells for each fact whether it was seen to hold. What no step settled is not shown, and never taken for granted. */
export function judge(settled: readonly Settled[]): Verdict[] {
  return FACTS.map((fact) => {
    const own = settled.filter((found) => found.fact === fact.id);
    const against = own.find(({ holds }) => !holds);
    const [one] = own;
    if (against !== undefined) return { fact, verdict: "does not hold", because: against.because };
    if (one !== undefined) return { fact, verdict: "holds", because: one.because };
    const { step, by } = fact.settledBy;
    return { fact, verdict: "not shown", because: step === null ? by : `step ${step} did not settle it` };
  });
}
