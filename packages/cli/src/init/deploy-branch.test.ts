import { expect, test } from "vitest";
import { type BranchFacts, deployBranchOf } from "./deploy-branch.ts";

const clone = (facts: Partial<BranchFacts>): BranchFacts => ({
  remoteHead: null,
  remote: [],
  local: [],
  current: null,
  ...facts,
});

test.each<[string, Partial<BranchFacts>, string, boolean]>([
  ["origin says it", { remoteHead: "release", remote: ["main", "release"], current: "feature" }, "release", true],
  ["origin has one branch", { remote: ["live"], current: "feature", local: ["feature", "live"] }, "live", true],
  ["origin has one branch of a usual name", { remote: ["feature", "master"], current: "feature" }, "master", true],
  ["origin has two of usual names", { remote: ["main", "master"], current: "master" }, "main", false],
  ["without origin, a usual name is checked out", { local: ["feature", "main"], current: "main" }, "main", true],
  ["without origin, another one is checked out", { local: ["feature", "main"], current: "feature" }, "main", false],
  ["no branch has a usual name", { remote: ["a", "b"], current: "b" }, "b", false],
  ["the repository begins", { current: "live" }, "live", true],
  ["no branch is checked out", {}, "main", false],
])("the deploy branch: %s", (_what, facts, branch, isSure) => {
  const found = deployBranchOf(clone(facts));
  expect([found.branch, found.doubt === null]).toEqual([branch, isSure]);
});
