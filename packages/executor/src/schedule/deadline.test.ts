import { Configuration } from "@pipelines/core/configuration/schema";
import { expect, it } from "vitest";
import { startsUntilMs } from "./deadline.ts";

it.each([
  ["a job that GitHub's limit cuts", 350, 60, 285],
  ["a job that has time for two levels of units", 130, 60, 65],
  ["a job with one level: its units start at once", 70, 60, 5],
  ["units that may take longer than the job", 350, 360, 5],
])("%s starts units for some minutes", (_what, timeoutMinutes, unitMinutes, expected) => {
  const configuration = Configuration.parse({ jobs: { timeout_minutes: unitMinutes } });
  expect(startsUntilMs({ timeoutMinutes }, configuration)).toBe(expected * 60_000);
});
