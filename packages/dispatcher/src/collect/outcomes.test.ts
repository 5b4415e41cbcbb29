import { expect, test } from "vitest";
import { assessmentOf, failed, outcomeOf } from "../../test/build.ts";
import { statusOf } from "../report/status.ts";
import { collectOutcomes, type OutcomeFile } from "./outcomes.ts";

const sketch = { units: [{ path: "prod/vpc" }] };
const assessment = assessmentOf(sketch);

test("a job without an outcome is a named failure, and its units' ends are unknown", () => {
  const endings = collectOutcomes(assessment.jobs, []);
  expect(endings[0]?.failure).toContain("did not start");
  expect(endings[0]?.units[0]?.end.kind).toBe("unknown");
  expect(statusOf(assessment, endings)).toBe("failure");
});

test("the highest attempt counts", () => {
  const bad = outcomeOf({ units: [{ path: "prod/vpc", end: failed() }] });
  const good: OutcomeFile = { ...outcomeOf(sketch), attempt: 2 };
  expect(statusOf(assessment, collectOutcomes(assessment.jobs, [good, bad]))).toBe("success");
  expect(statusOf(assessment, collectOutcomes(assessment.jobs, [{ ...bad, attempt: 10 }, good]))).toBe("failure");
});

test("an unreadable outcome is a failure that says why", () => {
  const broken: OutcomeFile = { job: "prod-1", attempt: 1, content: { kind: "unreadable", why: "is not JSON" } };
  expect(collectOutcomes(assessment.jobs, [broken])[0]?.failure).toContain("is not JSON");
});

test.each([
  ["a problem", assessmentOf({ ...sketch, problems: [{ file: "a.hcl", line: 1, message: "broken" }] })],
  ["nothing determined", null],
])("%s makes the run red although all jobs ended well", (_, told) => {
  expect(statusOf(told, collectOutcomes(assessment.jobs, [outcomeOf(sketch)]))).toBe("failure");
});

test("nothing to do is green", () => {
  expect(statusOf(assessmentOf({ units: [] }), [])).toBe("success");
});
