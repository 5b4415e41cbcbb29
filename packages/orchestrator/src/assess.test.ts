import { Configuration } from "@pipelines/core/configuration/schema";
import { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { Job } from "@pipelines/core/contracts/job";
import { describe, expect, it } from "vitest";
import { assess } from "./assess.ts";

const [base, head] = [CommitSha.parse("a".repeat(40)), CommitSha.parse("b".repeat(40))];
const unit = AffectedUnit.parse({
  path: "vpc",
  status: "changed",
  action: "plan",
  at: head,
  environment: "prod",
  because: [{ change: "ModuleChanged", file: "vpc/main.tf", links: [] }],
  dependsOn: [],
});
const job = Job.parse({
  id: "plan-prod-1",
  name: "Plan",
  stage: 1,
  action: "plan",
  at: head,
  environment: "prod",
  units: [{ path: "vpc", after: [] }],
  changes: ["ModuleChanged"],
  timeoutMinutes: 10,
});

const assessed = (settings: unknown, pull: { untrusted?: boolean; baseRef?: string }, units = [unit]) =>
  assess({
    look: null,
    comparison: {
      version: 1,
      mode: "plan",
      base,
      head,
      event: { name: "pull_request", ref: "refs/pull/1/merge", actor: null },
      deployBranch: "main",
      pullRequest: { number: 1, headSha: head, headRef: "x", baseRef: "main", untrusted: false, ...pull },
    },
    governing: Configuration.parse(settings),
    classified: { changes: [], unmatched: [], ignored: [] },
    units,
    jobs: units.length === 0 ? [] : [job],
    problems: [],
    living: [],
    untouched: [],
    notices: [],
    promotions: [],
    discovery: { snapshots: 1, terragruntCalls: 1, seconds: 1 },
  });

describe("a pull request without credentials", () => {
  it("fails, and says what a maintainer can do", () => {
    const { jobs, problems } = assessed({}, { untrusted: true });
    expect([jobs, problems.map(({ kind }) => kind)]).toEqual([[], ["untrusted-pull-request"]]);
    expect(problems[0]?.message).toMatch(/maintainer can push/);
  });

  it("passes with `unplanned_pull_requests: pass`, and says that nothing was planned", () => {
    const { jobs, problems, notices } = assessed({ unplanned_pull_requests: "pass" }, { untrusted: true });
    expect([jobs, problems]).toEqual([[], []]);
    expect(notices.join()).toMatch(/nothing is planned/);
  });

  it("that affects no unit is like any other", () => {
    const { problems, notices } = assessed({}, { untrusted: true }, []);
    expect([problems, notices]).toEqual([[], ["Nothing to do: no unit is affected."]]);
  });
});

it("a pull request to another branch is planned, and told that its plans are not reviewed ones", () => {
  const { jobs, notices } = assessed({}, { baseRef: "feature" });
  expect(jobs).toHaveLength(1);
  expect(notices).toEqual([expect.stringMatching(/`feature`.*no reviewed plans/)]);
});
