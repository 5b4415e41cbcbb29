import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { failed, reportOf, type UnitSketch } from "../../test/build.ts";
import { keyOf } from "../report/key.ts";
import { type Issue, type IssueChange, issueChanges } from "./issue-changes.ts";
import { issueMarker, readIssueMarker } from "./issue-marker.ts";

/** Enough for a shared issue. Each unit may be behind the one before it. */
const UNITS = Array.from({ length: 14 }, (_, index) => `u${index}`);

type Run = { readonly number: number; readonly units: readonly UnitSketch[] };

const endOf = (index: number): fc.Arbitrary<UnitEnd> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<UnitEnd>({ kind: "changed" }) },
    { weight: 1, arbitrary: fc.constant<UnitEnd>({ kind: "unchanged" }) },
    { weight: 3, arbitrary: fc.constant(failed()) },
    { weight: 2, arbitrary: fc.constant<UnitEnd>({ kind: "unknown", why: "lost" }) },
    {
      weight: 3,
      arbitrary: fc.constant<UnitEnd>({ kind: "skipped", because: [UnitPath.parse(UNITS[index - 1] ?? "elsewhere")] }),
    },
  );
const units: fc.Arbitrary<UnitSketch[]> = fc
  .tuple(...UNITS.map((path, index) => fc.option(endOf(index).map((end): UnitSketch => ({ path, end })))))
  .map((all) => all.flatMap((unit) => unit ?? []));
const history = (number: (index: number) => fc.Arbitrary<number>): fc.Arbitrary<Run[]> =>
  fc
    .integer({ min: 1, max: 8 })
    .chain((length) => fc.tuple(...Array.from({ length }, (_, index) => fc.record({ number: number(index), units }))));

/** A tracker in memory, with the open issues. */
function written(issues: readonly Issue[], changes: readonly IssueChange[]): Issue[] {
  const open = new Map(issues.map((issue) => [issue.number, issue]));
  for (const change of changes) {
    const number = change.kind === "open" ? Math.max(0, ...open.keys()) + 1 : change.number;
    if (change.kind === "close") open.delete(number);
    else open.set(number, { number, body: `${issueMarker(change.marker)}\n${change.body}`, url: "" });
  }
  return [...open.values()];
}

const isWell = ({ end }: UnitSketch): boolean => end?.kind === "changed" || end?.kind === "unchanged";

/** Plays a history: the keys in open issues after each run, and the newest run that failed to do each unit that is left. */
function* played(runs: readonly Run[]): Generator<{ open: string[]; left: string[] }> {
  let issues: Issue[] = [];
  const left = new Map<string, number>();
  for (const run of runs) {
    const report = reportOf({ mode: "apply", units: run.units, run: run.number });
    issues = written(issues, issueChanges(report, issues));
    for (const unit of run.units) {
      const since = left.get(unit.path) ?? 0;
      if (!isWell(unit)) left.set(unit.path, Math.max(since, run.number));
      else if (run.number >= since) left.delete(unit.path);
    }
    const open = issues.flatMap(({ body }) => {
      const marker = readIssueMarker(body);
      return marker?.about === "unit" || marker?.about === "units" ? marker.units : [];
    });
    yield { open: [...new Set(open)].toSorted(), left: [...left.keys()].map(keyOf).toSorted() };
  }
}

test("whatever runs follow each other, open issues name the units that are left to be done, and no others", () => {
  fc.assert(
    fc.property(
      history((index) => fc.constant(index + 1)),
      (runs) => {
        for (const { open, left } of played(runs)) expect(open).toEqual(left);
      },
    ),
    { numRuns: 80 },
  );
});

test("runs that come late or are run again close nothing that a newer one failed to do", () => {
  fc.assert(
    fc.property(
      history(() => fc.integer({ min: 1, max: 6 })),
      (runs) => {
        for (const { open, left } of played(runs)) expect(open).toEqual(expect.arrayContaining(left));
      },
    ),
    { numRuns: 80 },
  );
});
