import { CommitSha } from "@pipelines/core/contracts/comparison";
import { needsSomebody } from "@pipelines/core/contracts/end";
import type { HookOutcome, JobOutcome, UnitEnd } from "@pipelines/core/contracts/outcome";
import { expect, test } from "vitest";
import { assessmentOf, failed, outcomeOf, stopped } from "../../test/build.ts";
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
])("%s makes the run red although all jobs ended well", (_, determined) => {
  expect(statusOf(determined, collectOutcomes(assessment.jobs, [outcomeOf(sketch)]))).toBe("failure");
});

const outcomeWith = (news: Partial<JobOutcome>): OutcomeFile => {
  const file = outcomeOf(sketch);
  if (file.content.kind !== "read") throw new Error("a sketch's outcome can be read");
  return { ...file, content: { ...file.content, outcome: { ...file.content.outcome, ...news } } };
};
const hook = (result: HookOutcome["result"]): HookOutcome => ({ name: "policy", result, summary: "" });
const account = { name: "dev", files: [], pullRequestUrl: null, failure: "no" };

test.each<[string, Partial<JobOutcome>, "success" | "failure"]>([
  ["a job that was still running, though all its units had ended", { state: "running" }, "failure"],
  ["a job that failed as a whole", { failure: "the disk is full" }, "failure"],
  ["a hook that broke", { hooks: [hook("failed")] }, "failure"],
  ["a hook that denied", { hooks: [hook("pass"), hook("deny")] }, "failure"],
  ["hooks that passed or warned", { hooks: [hook("pass"), hook("warn")] }, "success"],
  ["an account whose code could not be proposed", { account }, "failure"],
  ["an account whose code was proposed", { account: { ...account, failure: null } }, "success"],
])("%s: the run's status follows", (_what, news, expected) => {
  expect(statusOf(assessment, collectOutcomes(assessment.jobs, [outcomeWith(news)]))).toBe(expected);
});

test.each<[string, Partial<JobOutcome>, RegExp]>([
  ["was cut off", { state: "running", units: [] }, /was cut off before this unit ended; it may have changed something/],
  ["failed before", { failure: "no such configuration", units: [] }, /no such configuration/],
  ["ended without it", { units: [] }, /the job ended without saying how this unit ended/],
])("a unit that its job left out ended in a way that is not known, and why: the job %s", (_what, news, why) => {
  const [ending] = collectOutcomes(assessment.jobs, [outcomeWith(news)]);
  expect(ending?.units).toMatchObject([
    { path: "prod/vpc", end: { kind: "unknown", why: expect.stringMatching(why) } },
  ]);
});

test.each<[string, UnitEnd, boolean]>([
  ["withheld while applies are paused", stopped({ guard: "paused", message: "", next: "" }), true],
  ["withheld by a guard", stopped({ message: "", next: "" }), false],
  ["left to a later run", { kind: "superseded", by: CommitSha.parse("c".repeat(40)) }, true],
  ["skipped", { kind: "skipped", because: [] }, false],
])("a unit that is %s", (_what, end, isWell) => {
  expect(needsSomebody(end, "apply")).toBe(!isWell);
});

test("nothing to do is green", () => {
  expect(statusOf(assessmentOf({ units: [] }), [])).toBe("success");
});
