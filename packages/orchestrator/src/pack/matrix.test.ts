import { type Environment, environmentsOf } from "@pipelines/core/configuration/environments";
import { Configuration } from "@pipelines/core/configuration/schema";
import { Action, traitsOf } from "@pipelines/core/contracts/action";
import { Job, JobId } from "@pipelines/core/contracts/job";
import { describe, expect, it } from "vitest";
import { lastStageOf, matricesOf, type PlacedJob } from "./matrix.ts";

function environment(settings: object): Environment | null {
  const configuration = Configuration.parse({ environments: { prod: { paths: ["**"], ...settings } } });
  return environmentsOf(configuration)[0] ?? null;
}

function jobOf(action: Action, stage = 1): Job {
  return Job.parse({
    ...{
      id: `${action}-1`,
      name: `${traitsOf(action).verb} · prod · x`,
      stage,
      action,
      at: "a".repeat(40),
      environment: "prod",
    },
    ...{ units: [], changes: [], timeoutMinutes: 60 },
  });
}

const approvalOf = (placed: PlacedJob): string | undefined =>
  [...matricesOf([placed]).values()].flat()[0]?.github_environment;

describe("the matrix", () => {
  it.each(Action.options)("%s is in the outputs of its phase only, and exactly once", (action) => {
    const { phase } = traitsOf(action);
    const stage = { plan: 1, apply: 2, destroy: 6, provision: 9, unlock: 1 }[phase];
    const matrices = matricesOf([{ job: jobOf(action, stage), governing: environment({}), others: [] }]);
    const outputs = { plan: "plan", apply: "apply_2", destroy: "destroy_2", provision: "provision", unlock: "unlock" };
    expect([...matrices].flatMap(([name, jobs]) => jobs.map(() => name))).toEqual([outputs[phase]]);
  });

  it("goes up to the last stage that has jobs; plans, unlocks and accounts have none", () => {
    const placed = (action: Action, stage: number): PlacedJob => ({
      ...{ job: jobOf(action, stage), governing: environment({}), others: [] },
    });
    expect(lastStageOf([placed("apply", 1), placed("destroy", 6), placed("apply", 2)])).toBe(6);
    expect(lastStageOf([placed("plan", 1), placed("unlock", 1), placed("provision-account", 9)])).toBe(0);
  });

  it.each(Action.options)("%s waits for approvals exactly when its traits say so", (action) => {
    const stage = traitsOf(action).phase === "destroy" ? 5 : 1;
    const placed = {
      job: jobOf(action, stage),
      governing: environment({ github_environment: "production" }),
      others: [],
    };
    expect(approvalOf(placed)).toBe(traitsOf(action).needsApproval ? "production" : "");
  });

  it("an approval that the governing commit does not ask for, and base or head does, is asked for", () => {
    const governing = environment({});
    const asking = environment({ github_environment: "production" });
    expect(approvalOf({ job: jobOf("destroy", 5), governing, others: [null, asking] })).toBe("production");
    expect(approvalOf({ job: jobOf("apply"), governing, others: [asking, governing] })).toBe("production");
    const renamed = environment({ github_environment: "live" });
    expect(approvalOf({ job: jobOf("apply"), governing: renamed, others: [asking] })).toBe("live");
  });

  it.each(Action.options)(
    "%s runs on the runner for what it does, where plans and applies have their own",
    (action) => {
      const stage = traitsOf(action).phase === "destroy" ? 5 : 1;
      const governing = environment({ runner: { plan: "reads", apply: "writes" } });
      const [entry] = [...matricesOf([{ job: jobOf(action, stage), governing, others: [] }]).values()].flat();
      expect(entry?.runner).toBe(traitsOf(action).writes ? "writes" : "reads");
    },
  );

  it.each(Action.options)("the workflow's word and the title of %s make the job's name", (action) => {
    const job = jobOf(action, traitsOf(action).phase === "destroy" ? 5 : 1);
    const words = {
      plan: "Plan",
      apply: "Apply",
      destroy: "Destroy",
      provision: "Provision account",
      unlock: "Unlock",
    };
    const [entry] = [...matricesOf([{ job, governing: environment({}), others: [] }]).values()].flat();
    expect(`${words[traitsOf(action).phase]} · ${entry?.title ?? ""}`).toBe(job.name);
  });

  it("says which jobs follow others of the run: those look at the outcomes of the stages before, no other has to list them", () => {
    const following = (...jobs: Job[]): string[] =>
      [...matricesOf(jobs.map((job) => ({ job, governing: null, others: [] }))).values()]
        .flat()
        .flatMap(({ id, follows }) => (follows ? [id] : []));
    const second = { ...jobOf("apply", 2), id: JobId.parse("second") };
    expect(following(jobOf("plan"), jobOf("apply"), jobOf("unlock"))).toEqual([]);
    expect(following(jobOf("apply"), second, jobOf("provision-account", 9))).toEqual(["second"]);
    expect(following(jobOf("apply"), jobOf("destroy", 5))).toEqual(["destroy-1"]);
    expect(following(jobOf("destroy", 5))).toEqual([]);
  });

  it("runs on the governing configuration's runner", () => {
    const governing = environment({ runner: "own" });
    const [entry] =
      matricesOf([{ job: jobOf("plan"), governing, others: [environment({ runner: "other" })] }]).get("plan") ?? [];
    expect(entry?.runner).toBe("own");
  });
});
