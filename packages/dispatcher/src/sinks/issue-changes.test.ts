import { CommitSha } from "@pipelines/core/contracts/comparison";
import { Job } from "@pipelines/core/contracts/job";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { expect, test } from "vitest";
import {
  assessmentOf,
  BASE,
  facts,
  failed,
  HEAD,
  outcomesOf,
  reportOf,
  stopped,
  type UnitSketch,
} from "../../test/build.ts";
import { collectOutcomes } from "../collect/outcomes.ts";
import { keyOf } from "../report/key.ts";
import { buildReport, type Report } from "../report/model.ts";
import { type Issue, type IssueChange, issueChanges } from "./issue-changes.ts";
import { type IssueMarker, issueMarker } from "./issue-marker.ts";

const open = (number: number, marker: IssueMarker): Issue => ({
  number,
  body: `${issueMarker(marker)}\ntext`,
  url: `#${number}`,
});
/** The open issue of a unit, and of those that were not started because of it, as run 3 left it. */
const issue = (number: number, unit: string, action: "apply" | "destroy" = "apply", ...behind: string[]): Issue =>
  open(number, { about: "unit", action, run: 70_000_003, units: [unit, ...behind].map(keyOf) });
const apply = (...units: UnitSketch[]) => reportOf({ mode: "apply", units });
const short = (changes: ReturnType<typeof issueChanges>) =>
  changes.map((change) => (change.kind === "open" ? `open ${change.title}` : `${change.kind} ${change.number}`));
const skipped = (...because: string[]): UnitEnd => ({
  kind: "skipped",
  because: because.map((path) => UnitPath.parse(path)),
});
const unitsOf = (change: IssueChange | undefined) =>
  change !== undefined && "units" in change.marker ? change.marker.units : [];

test("a failed unit opens an issue that says what to do next", () => {
  const changes = issueChanges(apply({ path: "prod/vpc", end: failed() }, { path: "prod/db" }), []);
  expect(short(changes)).toEqual(["open Apply failed: prod/vpc"]);
  expect(changes[0]?.body).toContain("**Next:**");
  expect(changes[0]?.body).toContain("no such bucket");
});

test("a unit that fails again updates its issue", () => {
  expect(short(issueChanges(apply({ path: "prod/vpc", end: failed() }), [issue(4, "prod/vpc")]))).toEqual(["update 4"]);
});

test("success closes the unit's issue with a link, and no other's", () => {
  const changes = issueChanges(apply({ path: "prod/vpc" }), [issue(4, "prod/vpc"), issue(5, "prod/db")]);
  expect(short(changes)).toEqual(["close 4"]);
  expect(changes[0]?.body).toContain("/actions/runs/7");
});

test("a destroy that is withheld keeps an issue until the unit is destroyed", () => {
  const withheld = reportOf({ mode: "apply", units: [], withheld: [{ path: "prod/old", message: "looks moved" }] });
  const [opened] = issueChanges(withheld, []);
  expect(opened).toMatchObject({ kind: "open", title: "Destroy withheld: prod/old" });
  expect(opened?.body).toContain("looks moved");
  const later = apply({ path: "prod/vpc" });
  expect(issueChanges(later, [issue(4, "prod/old", "destroy")])).toEqual([]);
  const destroyed = reportOf({ mode: "apply", action: "destroy", units: [{ path: "prod/old" }] });
  expect(short(issueChanges(destroyed, [issue(4, "prod/old", "destroy")]))).toEqual(["close 4"]);
});

test("a destroy that was skipped has its own issue; an apply that was skipped is in the issue of what it waited for", () => {
  const destroy = reportOf({ mode: "apply", action: "destroy", units: [{ path: "a", end: skipped("x") }] });
  expect(short(issueChanges(destroy, []))).toEqual(["open Destroy not started: a"]);
  const [opened, ...others] = issueChanges(
    apply({ path: "a", end: failed() }, { path: "b", end: skipped("a") }, { path: "c", end: skipped("b") }),
    [],
  );
  expect([opened?.kind === "open" ? opened.title : null, others]).toEqual(["Apply failed: a", []]);
  expect(unitsOf(opened)).toEqual(["a", "b", "c"].map(keyOf));
  expect(opened?.body).toContain("**Not started because of it:** `b`, `c`");
});

test("an apply that was skipped has its own issue when nothing that it waited for has one", () => {
  const paused = stopped({ guard: "paused", message: "paused", next: "resume" });
  expect(short(issueChanges(apply({ path: "a", end: paused }, { path: "b", end: skipped("a") }), []))).toEqual([
    "open Apply not started: b",
  ]);
  expect(short(issueChanges(apply({ path: "b", end: skipped("of-a-lost-job") }), []))).toEqual([
    "open Apply not started: b",
  ]);
});

test("the fix of a unit leaves its issue open until what was not started because of it is applied", () => {
  const before = issue(4, "a", "apply", "b", "c");
  const [first, ...none] = issueChanges(apply({ path: "a" }), [before]);
  expect([first?.kind, none, unitsOf(first)]).toEqual(["update", [], ["b", "c"].map(keyOf)]);
  expect(first?.body).toMatch(
    /^2 units of this issue are still to be done.*\n\n- `a` was applied by .*\n\n---\n\ntext$/s,
  );
  if (first === undefined) return;
  const between = { ...before, body: `${issueMarker(first.marker)}\n${first.body}` };
  expect(issueChanges(apply({ path: "a" }), [between])).toEqual([]);
  expect(short(issueChanges(apply({ path: "b" }, { path: "c" }), [between]))).toEqual(["close 4"]);
});

test("a unit that fails again keeps what was not started because of it before", () => {
  const [updated] = issueChanges(apply({ path: "a", end: failed() }), [issue(4, "a", "apply", "b")]);
  expect([updated?.kind, unitsOf(updated)]).toEqual(["update", ["a", "b"].map(keyOf)]);
  expect(updated?.body).toMatch(/\n---\n\ntext$/);
});

test.each<[string, Report, "apply" | "destroy", string[]]>([
  ["an older run that is run again", reportOf({ mode: "apply", units: [{ path: "a" }], run: 2 }), "apply", []],
  ["the run that failed, run again", reportOf({ mode: "apply", units: [{ path: "a" }], run: 3 }), "apply", ["close 4"]],
  ["a later push", apply({ path: "a" }), "apply", ["close 4"]],
  [
    "a later push that removed it",
    reportOf({ mode: "apply", units: [{ path: "a", removed: true }] }),
    "apply",
    ["close 4"],
  ],
  ["a later push that brought it back", apply({ path: "a" }), "destroy", ["close 4"]],
  ["an apply by hand at the tip", reportOf({ mode: "manual", units: [{ path: "a" }] }), "apply", ["close 4"]],
  ["an apply by hand of an older commit", byHandAt(BASE, "apply"), "apply", []],
  ["a destroy by hand of the commit that had it", byHandAt(BASE, "destroy"), "destroy", ["close 4"]],
  ["a destroy by hand, though an apply is asked for", byHandAt(BASE, "destroy"), "apply", []],
  ["a plan by hand", reportOf({ mode: "manual", action: "plan", units: [{ path: "a" }] }), "apply", []],
  ["a pull request", reportOf({ units: [{ path: "a" }] }), "apply", []],
  ["a drift check", reportOf({ mode: "drift", units: [{ path: "a", end: { kind: "unchanged" } }] }), "apply", []],
])("%s settles a unit as far as it shows it to be done", (_run, report, action, expected) => {
  expect(short(issueChanges(report, [issue(4, "a", action)]))).toEqual(expected);
});

function byHandAt(commit: string, action: "apply" | "destroy"): Report {
  const report = reportOf({ mode: "manual", action, units: [{ path: "a" }] });
  return { ...report, run: { ...report.run, tip: commit === HEAD ? HEAD : "c".repeat(40) } };
}

test("documents of a pull request's run that pass for those of a push open and close nothing", () => {
  const assessment = assessmentOf({ mode: "apply", units: [{ path: "a" }] });
  const endings = collectOutcomes(assessment.jobs, outcomesOf({ mode: "apply", units: [{ path: "a" }] }));
  const forged = buildReport(assessment, endings, facts());
  expect([forged.kind, issueChanges(forged, [issue(4, "a")])]).toEqual(["plan", []]);
});

const provision = assessmentOf({ mode: "apply", units: [] });
const accountJob = Job.parse({
  ...assessmentOf({ mode: "apply", units: [{ path: "a" }] }).jobs[0],
  action: "provision-account",
  units: [],
});

const RUN_9 = facts(9, 3, "apply");
const incomplete = (from: string, to: string): Report =>
  buildReport(null, [], { ...RUN_9, before: from, tip: to, event: "push" });
const complete = (from: string, to: string): Report => {
  const report = apply({ path: "a" });
  if (report.comparison === null) throw new Error("a sketch has a comparison");
  const [base, head] = [CommitSha.parse(from), CommitSha.parse(to)];
  return { ...report, comparison: { ...report.comparison, base, head } };
};
const [A, B, C, D] = ["a", "b", "c", "d"].map((digit) => digit.repeat(40)) as [string, string, string, string];
const runIssue = (...ranges: [string, string][]): Issue =>
  open(3, { about: "run", job: null, ranges: ranges.map(([from, to]) => ({ from, to })) });
const rangesOf = (change: IssueChange | undefined) =>
  change?.marker.about === "run" ? change.marker.ranges.map(({ from, to }) => `${from[0]}${to[0]}`) : [];

test.each<[string, Report]>([
  [
    "that could not determine everything",
    reportOf({ mode: "apply", units: [], problems: [{ file: "a", line: 1, message: "b" }] }),
  ],
  ["that could not determine anything", incomplete(BASE, HEAD)],
  [
    "with a job without units that left no outcome",
    buildReport({ ...provision, jobs: [accountJob] }, collectOutcomes([accountJob], []), RUN_9),
  ],
])("a push run %s opens an issue with the commits that it had, and the same run, done, closes it", (_, report) => {
  const [opened] = issueChanges(report, []);
  expect([opened?.kind, rangesOf(opened)]).toEqual(["open", ["ba"]]);
  const issueOfRun = runIssue([BASE, HEAD]);
  expect(short(issueChanges(report, [issueOfRun]))).toEqual(["update 3"]);
  expect(short(issueChanges(apply({ path: "a" }), [issueOfRun]))).toEqual(["close 3"]);
});

test("a later run that is about other commits does not close the issue of a run; one that covers them does", () => {
  const left = runIssue([A, B]);
  expect(issueChanges(complete(B, C), [left])).toEqual([]);
  expect(short(issueChanges(complete(A, C), [left]))).toEqual(["close 3"]);
  const [second] = issueChanges(incomplete(B, C), [left]);
  expect([second?.kind, rangesOf(second)]).toEqual(["update", ["ab", "bc"]]);
  const both = runIssue([A, B], [B, C]);
  const [again] = issueChanges(complete(A, B), [both]);
  expect([again?.kind, rangesOf(again)]).toEqual(["update", ["bc"]]);
  expect(again?.body).toContain("may not have been applied: [`bbbbbbb`]");
  expect(short(issueChanges(complete(A, D), [both]))).toEqual(["close 3"]);
});

test("what is not over closes no issue of a run, and neither does what somebody asked for", () => {
  const left = runIssue([BASE, HEAD]);
  expect(issueChanges({ ...apply({ path: "a" }), phase: { kind: "stage", stage: 1 } }, [left])).toEqual([]);
  expect(issueChanges(reportOf({ mode: "manual", units: [{ path: "a" }] }), [left])).toEqual([]);
});

test("a job that reports itself leaves the run's issue and those of other jobs alone", () => {
  const scope = { key: "0123456789abcdef", ofRun: ["0123456789abcdef"] };
  const report = { ...apply({ path: "a" }), scope };
  const issues = [null, "fedcba9876543210", scope.key].map((job, index) =>
    open(index + 1, { about: "run", job, ranges: [{ from: BASE, to: HEAD }] }),
  );
  expect(short(issueChanges(report, issues))).toEqual(["close 3"]);
});

test("drift has one issue, which is updated and closes itself, and which no apply closes", () => {
  const drifted = reportOf({
    mode: "drift",
    units: [
      { path: "a", changes: 1 },
      { path: "b", end: { kind: "unchanged" } },
    ],
  });
  const [opened] = issueChanges(drifted, []);
  expect(opened).toMatchObject({
    kind: "open",
    title: "Drift: 1 of 2 units differs from the code",
    body: expect.stringContaining("The infrastructure differs from the code"),
  });
  const drift = open(5, { about: "drift" });
  expect(short(issueChanges(drifted, [drift]))).toEqual(["update 5"]);
  expect(issueChanges(apply({ path: "a" }), [drift])).toEqual([]);
  const none = reportOf({ mode: "drift", units: [{ path: "a", end: { kind: "unchanged" } }] });
  expect(short(issueChanges(none, [drift]))).toEqual(["close 5"]);
});

test("a drift check that could not run opens the issue of drift, which says so", () => {
  const [opened] = issueChanges(buildReport(null, [], facts(7, null, "drift")), []);
  expect(opened).toMatchObject({
    kind: "open",
    title: "Pipelines could not check for drift",
    body: expect.stringContaining("it is not known whether the infrastructure differs"),
    marker: { about: "drift" },
  });
});

test("a drift check that could not plan every unit closes no drift issue", () => {
  const drift = open(5, { about: "drift" });
  const units = [{ path: "a", end: { kind: "unchanged" as const } }];
  const partly = reportOf({ mode: "drift", units, problems: [{ file: "b", line: 1, message: "broken" }] });
  expect(short(issueChanges(partly, [drift]))).toEqual(["update 5"]);
  const failing = reportOf({ mode: "drift", units: [...units, { path: "b", end: failed() }] });
  expect(issueChanges(failing, [drift])).toMatchObject([
    {
      kind: "update",
      body: expect.stringMatching(/^Not every unit could be planned(?!.*The infrastructure differs)/s),
    },
  ]);
});

test("an apply that is withheld while applies are paused opens no issue", () => {
  const applied = assessmentOf({ mode: "apply", units: [{ path: "prod/vpc" }] });
  const [unit] = applied.units;
  if (unit === undefined) throw new Error("there is one");
  const paused = {
    ...applied,
    units: [{ ...unit, withheld: { by: "paused" as const, message: "paused", next: "resume" } }],
    jobs: [],
  };
  expect(issueChanges(buildReport(paused, [], facts(7, 3, "apply")), [])).toEqual([]);
});

test("up to ten failing units have an issue each", () => {
  const ten = Array.from({ length: 10 }, (_, index) => ({ path: `prod/unit-${index}`, end: failed() }));
  expect(issueChanges(apply(...ten), [])).toHaveLength(10);
});

test("a shared issue keeps units that failed before and did not run since", () => {
  const failing = (from: number) =>
    apply(...Array.from({ length: 11 }, (_, index) => ({ path: `prod/unit-${index + from}`, end: failed() })));
  const [opened] = issueChanges(failing(0), []);
  if (opened === undefined) throw new Error("it opens one");
  const shared = { number: 9, body: `${issueMarker(opened.marker)}\n${opened.body}`, url: "" };
  const [updated, ...others] = issueChanges(failing(5), [shared]);
  expect(others).toEqual([]);
  expect(updated).toMatchObject({ kind: "update", number: 9 });
  expect(unitsOf(updated).toSorted()).toEqual(
    Array.from({ length: 16 }, (_, index) => keyOf(`prod/unit-${index}`)).toSorted(),
  );
});

test("a closed issue keeps what had gone wrong, without its old marker", () => {
  const [closed] = issueChanges(apply({ path: "prod/vpc", end: { kind: "unchanged" } }), [issue(4, "prod/vpc")]);
  expect(closed).toMatchObject({ kind: "close", body: expect.stringMatching(/\n---\n\ntext$/) });
});

test("a plan of a unit never closes its issue", () => {
  const planned = reportOf({ mode: "manual", action: "plan", units: [{ path: "prod/vpc" }] });
  expect(issueChanges(planned, [issue(4, "prod/vpc")])).toEqual([]);
});

test("more than ten failing units share one issue, which closes when all have succeeded", () => {
  const paths = Array.from({ length: 11 }, (_, index) => `prod/unit-${index}`);
  const [opened, ...others] = issueChanges(apply(...paths.map((path) => ({ path, end: failed() }))), []);
  expect([opened?.kind, others]).toEqual(["open", []]);
  if (opened === undefined) return;
  const shared = { number: 9, body: `${issueMarker(opened.marker)}\n${opened.body}`, url: "" };
  expect(short(issueChanges(apply(...paths.slice(1).map((path) => ({ path }))), [shared]))).toEqual(["update 9"]);
  expect(short(issueChanges(apply(...paths.map((path) => ({ path }))), [shared]))).toEqual(["close 9"]);
});

test("a unit has one place: its own issue, the shared one that has it, or a new one; a stage and the end agree", () => {
  const paths = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({ path: `u${index + from}`, end: failed() }));
  const [shared] = issueChanges(apply(...paths(0, 11)), []);
  if (shared === undefined) throw new Error("it opens one");
  const nine = { number: 9, body: `${issueMarker(shared.marker)}\n${shared.body}`, url: "" };
  const later = apply(...paths(10, 12), { path: "own", end: failed() });
  expect(short(issueChanges(later, [nine, issue(4, "own")])).toSorted()).toEqual([
    "open Apply failed: u11",
    "update 4",
    "update 9",
  ]);
  const stage = issueChanges({ ...apply(...paths(0, 2)), phase: { kind: "stage", stage: 1 } }, []);
  const opened = stage.map((change, index) => ({
    number: index + 1,
    body: `${issueMarker(change.marker)}\n${change.body}`,
    url: "",
  }));
  expect(short(issueChanges(apply(...paths(0, 12)), opened)).filter((change) => change.startsWith("update"))).toEqual([
    "update 1",
    "update 2",
  ]);
});
