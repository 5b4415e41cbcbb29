import { Job } from "@pipelines/core/contracts/job";
import { expect, test } from "vitest";
import { assessmentOf, failed, outcomesOf, type Sketch } from "../../test/build.ts";
import { collectOutcomes, type OutcomeFile } from "./outcomes.ts";

const sketch = (dev: Partial<Sketch["units"][number]> = {}, hooks: Sketch["hooks"] = []): Sketch => ({
  ...{ mode: "apply", stages: { prod: 2 }, hooks },
  units: [
    { path: "dev/app", environment: "dev", ...dev },
    { path: "prod/app", environment: "prod" },
  ],
});
/** How the unit of prod ended, of which no outcome is there. */
function endOf(of: Sketch, files: readonly OutcomeFile[] = outcomesOf(of).slice(0, 1)) {
  const jobs = assessmentOf(of).jobs.map((job) =>
    Job.parse(
      job.environment === "prod" ? { ...job, units: [{ path: "prod/app", after: [], waitsFor: ["dev"] }] } : job,
    ),
  );
  const [, prod] = collectOutcomes(jobs, files);
  return { end: prod?.units[0]?.end, failure: prod?.failure ?? null };
}

test("a job that left no outcome did not start, where what its units wait for did not end well", () => {
  const waits = { end: { kind: "skipped", because: ["dev/app"], waitsFor: ["dev"] }, failure: null };
  expect(endOf(sketch({ end: failed() }))).toEqual(waits);
  expect(endOf(sketch({}, [{ name: "smoke test", result: "deny", summary: "" }]))).toEqual(waits);
  expect(endOf(sketch(), [])).toEqual(waits);
});

test("it is lost, where that ended well", () => {
  expect(endOf(sketch())).toMatchObject({
    end: { kind: "unknown" },
    failure: expect.stringContaining("left no outcome"),
  });
});
