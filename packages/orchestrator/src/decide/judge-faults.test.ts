import { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { expect, it } from "vitest";
import { emptySnapshot, type Fault } from "../discover/snapshot.ts";
import { judgeFaults } from "./judge-faults.ts";

const unit = UnitPath.parse("bad");
const fault = (line: number, more: Partial<Fault> = {}): Fault => ({
  ...{ kind: "not-evaluated", file: "bad/terragrunt.hcl", line, message: `fault ${line}` },
  ...{ units: [unit], folders: [], missing: null },
  ...more,
});
const judged = (before: Fault[], now: Fault[], affected: UnitPath[] = []) => {
  const empty = emptySnapshot(CommitSha.parse("a".repeat(40)));
  const snapshots = { base: { ...empty, faults: before }, head: { ...empty, faults: now } };
  const { problems, untouched } = judgeFaults(snapshots, [], new Set(affected), new Set(), (file) =>
    file.startsWith("catalog/"),
  );
  return { problems: problems.map(({ line }) => line), untouched: untouched.map(({ line }) => line) };
};
const missing: Partial<Fault> = { kind: "missing-dependency", missing: UnitPath.parse("gone") };

it.each<[string, Fault[], Fault[], UnitPath[], "problems" | "untouched"]>([
  ["another of its faults at base", [fault(2)], [fault(5)], [], "untouched"],
  ["none at base", [], [fault(5)], [], "problems"],
  ["the same at base, and is affected", [fault(5)], [fault(5)], [unit], "problems"],
  ["a dependency that was missing at base", [fault(5, missing)], [fault(5, missing)], [], "untouched"],
  [
    "another dependency that is missing",
    [fault(2, missing)],
    [fault(5, { ...missing, missing: UnitPath.parse("x") })],
    [],
    "problems",
  ],
  [
    "nothing but a stack that could not be generated for another reason",
    [fault(2, { units: [], folders: ["bad"] })],
    [fault(5, { units: [], folders: ["bad"] })],
    [],
    "untouched",
  ],
])("a unit that can't run and that showed %s", (_, before, now, affected, expected) => {
  expect(judged(before, now, affected)).toEqual({ problems: [], untouched: [], [expected]: [5] });
});

it("tells nothing of units on the ignore list, and of the others in their place", () => {
  const [template, other] = [UnitPath.parse("catalog/app"), UnitPath.parse("catalog/db")];
  const stack: Partial<Fault> = { file: "catalog/terragrunt.stack.hcl", units: [], folders: ["catalog"] };
  expect(judged([], [fault(1, { units: [template, other] }), fault(2, stack)])).toEqual({
    problems: [],
    untouched: [],
  });
  expect(judged([], [fault(1, { file: "root.hcl", units: [template, unit] })])).toEqual({
    problems: [1],
    untouched: [],
  });
});
