import { expect, test } from "vitest";
import { failed, reportOf } from "../../test/build.ts";
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
