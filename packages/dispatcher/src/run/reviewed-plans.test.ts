import { JobId } from "@pipelines/core/contracts/job";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { newestOutcomes, reviewedPlansIn } from "./reviewed-plans.ts";

describe("reviewed plans among a run's artifacts", () => {
  it("come from the highest attempt of each job that is asked for, and from nothing but outcomes", () => {
    const names = [
      "pipelines-outcome-plan-a-1",
      "pipelines-outcome-plan-a-10",
      "pipelines-outcome-plan-a-2",
      "pipelines-outcome-plan-b-1",
      "pipelines-outcome-plan-c-1",
      "pipelines-assessment-1",
      "coverage",
    ];
    const artifacts = names.map((name, id) => ({ id, name, bytes: 1, createdAt: new Date() }));
    const jobs = new Set(["plan-a", "plan-b", "plan-d"].map((id) => JobId.parse(id)));
    expect(newestOutcomes(artifacts, jobs).map(({ name }) => name)).toEqual([
      "pipelines-outcome-plan-a-10",
      "pipelines-outcome-plan-b-1",
    ]);
  });

  it("are the only thing unpacked from an archive: no path leaves the folder", () => {
    const archive = zipSync({
      "outcome.json": strToU8("{}"),
      "reviewed-plans/prod-vpc.json": strToU8("plan"),
      "reviewed-plans/../../evil.json": strToU8("evil"),
      "reviewed-plans/deep/er.json": strToU8("deep"),
      "/reviewed-plans/absolute.json": strToU8("absolute"),
      "logs/prod-vpc.txt": strToU8("log"),
    });
    expect([...reviewedPlansIn(archive).keys()]).toEqual(["prod-vpc.json"]);
  });
});
