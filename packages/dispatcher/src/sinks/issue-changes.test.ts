import { Job } from "@pipelines/core/contracts/job";
import { expect, test } from "vitest";
import { assessmentOf, facts, failed, reportOf } from "../../test/build.ts";
import { collectOutcomes } from "../collect/outcomes.ts";
import { buildReport, type Report } from "../report/model.ts";
import { type Issue, issueChanges } from "./issue-changes.ts";
import { issueMarker, keyOf } from "./marker.ts";

const issue = (number: number, unit: string): Issue => ({
  number,
  body: `${issueMarker({ about: "unit", units: [keyOf(unit)] })}\ntext`,
  url: `#${number}`,
});
const apply = (...units: { path: string; end?: ReturnType<typeof failed> }[]) => reportOf({ mode: "apply", units });
const short = (changes: ReturnType<typeof issueChanges>) =>
  changes.map((change) => (change.kind === "open" ? `open ${change.title}` : `${change.kind} ${change.number}`));

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

test("a destroy that is held back keeps an issue until the unit is destroyed", () => {
  const held = reportOf({ mode: "apply", units: [], withheld: [{ path: "prod/old", message: "looks moved" }] });
  const [opened] = issueChanges(held, []);
  expect(opened).toMatchObject({ kind: "open", title: "Destroy withheld: prod/old" });
  expect(opened?.body).toContain("looks moved");
  const later = apply({ path: "prod/vpc" });
  expect(issueChanges(later, [issue(4, "prod/old")])).toEqual([]);
  const destroyed = reportOf({ mode: "apply", action: "destroy", units: [{ path: "prod/old" }] });
  expect(short(issueChanges(destroyed, [issue(4, "prod/old")]))).toEqual(["close 4"]);
});

test("a destroy that was skipped is due; an apply that was skipped is told by what it waited for", () => {
  const end = { kind: "skipped" as const, because: [] };
  expect(short(issueChanges(reportOf({ mode: "apply", units: [{ path: "a", end }] }), []))).toEqual([]);
  const destroy = reportOf({ mode: "apply", action: "destroy", units: [{ path: "a", end }] });
  expect(short(issueChanges(destroy, []))).toEqual(["open Destroy not started: a"]);
});

const provision = assessmentOf({ mode: "apply", units: [] });
const accountJob = Job.parse({
  ...assessmentOf({ mode: "apply", units: [{ path: "a" }] }).jobs[0],
  action: "provision-account",
  units: [],
});

test.each<[string, Report]>([
  [
    "that could not determine everything",
    reportOf({ mode: "apply", units: [], problems: [{ file: "a", line: 1, message: "b" }] }),
  ],
  ["that could not determine anything", buildReport(null, [], { ...facts(), event: "push" })],
  [
    "with a job without units that left no outcome",
    buildReport({ ...provision, jobs: [accountJob] }, collectOutcomes([accountJob], []), facts()),
  ],
])("a run %s opens an issue for the run, and the next good run closes it", (_, report) => {
  const [opened] = issueChanges(report, []);
  expect(opened).toMatchObject({ kind: "open", marker: { about: "run", units: [] } });
  const open = { number: 3, body: issueMarker({ about: "run", units: [] }), url: "" };
  expect(short(issueChanges(report, [open]))).toEqual(["update 3"]);
  expect(short(issueChanges(apply({ path: "a" }), [open]))).toEqual(["close 3"]);
});

test("a job that reports itself leaves the run's issue and those of other jobs alone", () => {
  const scope = { key: "0123456789abcdef", ofRun: ["0123456789abcdef"] };
  const report = { ...apply({ path: "a" }), scope };
  const issues = [[], ["fedcba9876543210"], [scope.key]].map((units, index) => ({
    number: index + 1,
    body: issueMarker({ about: "run", units }),
    url: "",
  }));
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
  expect(opened).toMatchObject({ kind: "open", title: "Drift: 1 of 2 units differs from the code" });
  const open = { number: 5, body: issueMarker({ about: "drift", units: [] }), url: "" };
  expect(short(issueChanges(drifted, [open]))).toEqual(["update 5"]);
  expect(issueChanges(apply({ path: "a" }), [open])).toEqual([]);
  const none = reportOf({ mode: "drift", units: [{ path: "a", end: { kind: "unchanged" } }] });
  expect(short(issueChanges(none, [open]))).toEqual(["close 5"]);
});

test("a look that could not plan every unit closes no drift issue", () => {
  const open = { number: 5, body: issueMarker({ about: "drift", units: [] }), url: "" };
  const units = [{ path: "a", end: { kind: "unchanged" as const } }];
  const partly = reportOf({ mode: "drift", units, problems: [{ file: "b", line: 1, message: "broken" }] });
  expect(short(issueChanges(partly, [open]))).toEqual(["update 5"]);
});

test("an apply that is held back while applies are paused opens no issue", () => {
  const held = assessmentOf({ mode: "apply", units: [{ path: "prod/vpc" }] });
  const [unit] = held.units;
  if (unit === undefined) throw new Error("there is one");
  const paused = {
    ...held,
    units: [{ ...unit, withheld: { by: "paused" as const, message: "paused", next: "resume" } }],
    jobs: [],
  };
  expect(issueChanges(buildReport(paused, [], { ...facts(), event: "push" }), [])).toEqual([]);
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
  const open = { number: 9, body: `${issueMarker(opened.marker)}\n${opened.body}`, url: "" };
  const [updated, ...others] = issueChanges(failing(5), [open]);
  expect(others).toEqual([]);
  expect(updated).toMatchObject({ kind: "update", number: 9 });
  expect(updated?.marker.units.toSorted()).toEqual(
    Array.from({ length: 16 }, (_, index) => keyOf(`prod/unit-${index}`)).toSorted(),
  );
});

test("a closed issue keeps what had gone wrong, without its old marker", () => {
  const [closed] = issueChanges(apply({ path: "prod/vpc", end: { kind: "unchanged" } }), [issue(4, "prod/vpc")]);
  expect(closed).toMatchObject({ kind: "close", body: expect.stringMatching(/\n---\n\ntext$/) });
});

test("a plan of a unit never closes its issue", () => {
  const planned = reportOf({ mode: "apply", action: "plan", units: [{ path: "prod/vpc" }] });
  expect(issueChanges(planned, [issue(4, "prod/vpc")])).toEqual([]);
});

test("more than ten failing units share one issue, which closes when all have succeeded", () => {
  const paths = Array.from({ length: 11 }, (_, index) => `prod/unit-${index}`);
  const [opened, ...others] = issueChanges(apply(...paths.map((path) => ({ path, end: failed() }))), []);
  expect([opened?.kind, others]).toEqual(["open", []]);
  if (opened === undefined) return;
  const open = { number: 9, body: `${issueMarker(opened.marker)}\n${opened.body}`, url: "" };
  expect(short(issueChanges(apply(...paths.slice(1).map((path) => ({ path }))), [open]))).toEqual(["update 9"]);
  expect(short(issueChanges(apply(...paths.map((path) => ({ path }))), [open]))).toEqual(["close 9"]);
});
