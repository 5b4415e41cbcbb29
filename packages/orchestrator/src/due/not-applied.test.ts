import { Comparison } from "@pipelines/core/contracts/comparison";
import { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { expect, it } from "vitest";
import { notAppliedNotices } from "./not-applied.ts";

const time = "2026-11-25T12:00:00Z";
const run = { id: 1, number: 7, attempt: 1 };
const commit = "a".repeat(40);
const due = (unit: string, more: object = {}) => ({
  ...{ version: 1, unit, claim: 1 },
  due: {
    ...{ action: "apply", commit, commits: [commit], environment: "default", why: "failed", message: "a secret" },
    ...{ owner: run, dependsOn: [], byHand: false, ahead: false, since: time },
    ...more,
  },
});
const look = (...units: object[]) =>
  LedgerLook.parse({ version: 1, run, tip: commit, otherBranch: null, determined: null, ended: [], units });
const COMPARISON = {
  ...{ version: 1, mode: "plan", base: null, head: commit, deployBranch: "main" },
  event: { name: "pull_request", ref: "refs/pull/1/merge", actor: "robin" },
  pullRequest: { number: 1, headSha: commit, headRef: "b", baseRef: "main", untrusted: false },
};
const told = (known: LedgerLook | null, units: readonly string[], more: object = {}) =>
  notAppliedNotices(
    Comparison.parse({ ...COMPARISON, ...more }),
    units.map((path) => ({ path: UnitPath.parse(path) })),
    known,
  );

it("a pull request is told what the deploy branch wants of the units that it touches, and is not done", () => {
  const known = look(due("a"), due("b", { action: "destroy", why: "held-move" }), due("untouched"));
  expect(told(known, ["a", "b", "fine"])).toEqual([
    "`main` has changes of `a` that are not applied: its apply failed (run 7, aaaaaaa). Its plan here shows them too.",
    "`main` has no `b` any more, and it is not destroyed yet: it moved, and waits for a person (run 7, aaaaaaa).",
  ]);
});

it("many units that are due are counted", () => {
  const units = Array.from({ length: 13 }, (_, index) => `u${index}`);
  const notices = told(look(...units.map((unit) => due(unit))), units);
  expect(notices).toHaveLength(11);
  expect(notices.at(-1)).toBe("`main` has changes of 3 more of these units that are not applied.");
});

it.each([
  ["nothing is due", look({ version: 1, unit: "a", claim: 1 }), {}],
  ["nobody looked at the ledger", null, {}],
  ["the run is no pull request's", look(due("a")), { pullRequest: undefined, mode: "apply" }],
])("nothing is told where %s", (_what, known, more) => {
  expect(told(known, ["a"], more)).toEqual([]);
});
