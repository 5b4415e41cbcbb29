import { expect, test } from "vitest";
import { failed, reportOf } from "../../test/build.ts";
import type { Issue } from "./issue-changes.ts";
import { type IssueTracker, issuesSink } from "./issues.ts";

/** A tracker in memory. */
function tracker() {
  const issues = new Map<number, Issue>();
  const inMemory: IssueTracker = {
    listOpen: async () => [...issues.values()],
    async open(_title, body) {
      const issue = { number: issues.size + 1, body, url: "" };
      issues.set(issue.number, issue);
      return issue;
    },
    async update(number, body) {
      issues.set(number, { number, body, url: "" });
    },
    async close(number) {
      issues.delete(number);
    },
  };
  return { issues, sink: issuesSink(async () => inMemory) };
}

test.each([1400, 1600, 6000])(
  "%i failed units fit into an issue, which closes itself only when it has them all",
  async (amount) => {
    const { issues, sink } = tracker();
    const units = Array.from({ length: amount }, (_, index) => ({ path: `prod/unit-${index}` }));
    const broken = reportOf({ mode: "apply", units: units.map((unit) => ({ ...unit, end: failed("x".repeat(500)) })) });
    for (const report of [broken, broken]) await sink.publish(report);
    expect([...issues.values()].map(({ body }) => body.length <= 65_536)).toEqual([true]);
    await sink.publish(reportOf({ mode: "apply", units, run: 8 }));
    expect(issues.size).toBe(amount > 1500 ? 1 : 0);
  },
);

test.each([
  ["refs/heads/main", true],
  ["refs/heads/feature", false],
])("a dispatch from %s is about the deploy branch: %s", (ref, expected) => {
  const report = reportOf({ mode: "manual", units: [{ path: "a", end: failed() }] });
  expect(tracker().sink.wants({ ...report, run: { ...report.run, ref } })).toBe(expected);
});
