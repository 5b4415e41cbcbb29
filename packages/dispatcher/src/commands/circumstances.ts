import type { Inputs } from "@pipelines/core/actions/inputs";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import { type Circumstances, RESULTS, type RunProblems } from "../report/circumstances.ts";

/** How the parts of the run ended that leave no document. Where nobody says it, they ended well. */
export function circumstancesOf(inputs: Inputs): Circumstances {
  return {
    outputsDropped: inputs.flag("outputs-dropped", false),
    claim: inputs.choice("claim", RESULTS, "success"),
    record: inputs.choice("record", RESULTS, "success"),
    outcomes: inputs.choice("outcomes", RESULTS, "success"),
  };
}

/** An assessment that says what became of the run as a whole. */
export function withCircumstances(assessment: Assessment, { problems, notices }: RunProblems): Assessment {
  return {
    ...assessment,
    problems: [
      ...assessment.problems,
      ...problems.map(({ message }) => ({ kind: "other" as const, path: null, file: null, line: null, message })),
    ],
    notices: [...assessment.notices, ...notices.map(({ message }) => message)],
  };
}
