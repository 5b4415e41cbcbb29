import { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { expect, it } from "vitest";
import { type CommitProblem, emptySnapshot } from "../discover/snapshot.ts";
import { judgeProblems } from "./judge-problems.ts";

const unit = UnitPath.parse("bad");
const problem = (line: number, more: Partial<CommitProblem> = {}): CommitProblem => ({
  ...{ kind: "not-evaluated", file: "bad/terragrunt.hcl", line, message: `problem ${line}` },
  ...{ units: [unit], folders: [], missing: null },
  ...more,
});
const judged = (before: CommitProblem[], now: CommitProblem[], affected: UnitPath[] = []) => {
  const empty = emptySnapshot(CommitSha.parse("a".repeat(40)));
  const snapshots = { base: { ...empty, problems: before }, head: { ...empty, problems: now } };
  const { problems, untouched } = judgeProblems(snapshots, [], new Set(affected), new Set(), (file) =>
    file.startsWith("catalog/"),
  );
  return { problems: problems.map(({ line }) => line), untouched: untouched.map(({ line }) => line) };
};
const missing: Partial<CommitProblem> = { kind: "missing-dependency", missing: UnitPath.parse("gone") };

it.each<[string, CommitProblem[], CommitProblem[], UnitPath[], "problems" | "untouched"]>([
  ["another of its problems at base", [problem(2)], [problem(5)], [], "untouched"],
  ["none at base", [], [problem(5)], [], "problems"],
  ["the same at base, and is affected", [problem(5)], [problem(5)], [unit], "problems"],
  ["a dependency that was missing at base", [problem(5, missing)], [problem(5, missing)], [], "untouched"],
  [
    "another dependency that is missing",
    [problem(2, missing)],
    [problem(5, { ...missing, missing: UnitPath.parse("x") })],
    [],
    "problems",
  ],
  [
    "nothing but a stack that could not be generated for another reason",
    [problem(2, { units: [], folders: ["bad"] })],
    [problem(5, { units: [], folders: ["bad"] })],
    [],
    "untouched",
  ],
])("a unit that can't run and that showed %s", (_, before, now, affected, expected) => {
  expect(judged(before, now, affected)).toEqual({ problems: [], untouched: [], [expected]: [5] });
});

it("says nothing of units on the ignore list, and of the others in their place", () => {
  const [template, other] = [UnitPath.parse("catalog/app"), UnitPath.parse("catalog/db")];
  const stack: Partial<CommitProblem> = { file: "catalog/terragrunt.stack.hcl", units: [], folders: ["catalog"] };
  expect(judged([], [problem(1, { units: [template, other] }), problem(2, stack)])).toEqual({
    problems: [],
    untouched: [],
  });
  expect(judged([], [problem(1, { file: "root.hcl", units: [template, unit] })])).toEqual({
    problems: [1],
    untouched: [],
  });
});

it("says of the units that count alone what is wrong with them", () => {
  const [other, third] = [UnitPath.parse("other"), UnitPath.parse("third")];
  const messages = new Map([
    [other, "no index 1"],
    [unit, "no index 2"],
    [third, "no index 3"],
  ]);
  const now = problem(1, { file: "root.hcl", units: [unit, other, third], message: "of all", messages });
  const before = problem(1, { file: "root.hcl", units: [other, third] });
  const empty = emptySnapshot(CommitSha.parse("a".repeat(40)));
  const snapshots = { base: { ...empty, problems: [before] }, head: { ...empty, problems: [now] } };
  const { problems, untouched } = judgeProblems(snapshots, [], new Set(), new Set(), () => false);
  expect(problems).toMatchObject([{ message: "Terragrunt can't evaluate `bad`: no index 2" }]);
  expect(untouched).toMatchObject([
    {
      message:
        "Terragrunt can't evaluate 2 units: no index 1 That is said of `other`; of 1 of the others something else is. They are `other`, `third`.",
    },
  ]);
});
