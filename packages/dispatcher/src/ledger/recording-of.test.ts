import { Assessment } from "@pipelines/core/contracts/assessment";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Credit } from "@pipelines/core/ledger/record";
import { expect, it } from "vitest";
import { assessmentOf, HEAD, outcomesOf, type Sketch } from "../../test/build.ts";
import { collectOutcomes } from "../collect/outcomes.ts";
import { creditedCommits, recordingOf } from "./recording-of.ts";

const [reviewed, earlier] = [CommitSha.parse("d".repeat(40)), CommitSha.parse("e".repeat(40))];
const sketch: Sketch = { mode: "apply", units: [{ path: "a" }, { path: "b" }, { path: "c" }] };
const plain = assessmentOf(sketch);
const due = { owner: 1, since: "2026-11-01T00:00:00Z", why: "failed", commits: [HEAD, earlier] };
const assessment = Assessment.parse({
  ...plain,
  units: plain.units.map((unit) => (unit.path === "b" ? { ...unit, due } : unit)),
});
const endings = collectOutcomes(assessment.jobs, outcomesOf(sketch)).map((ending) => ({
  ...ending,
  units: ending.units.map((unit) =>
    unit.path === "a" ? { ...unit, reviewed: [{ commit: reviewed, digest: "d1" }] } : unit,
  ),
}));

it("what was applied is put down to whose plan was reviewed, to who made it due, or to who merged the head", () => {
  expect(creditedCommits(assessment, endings)).toEqual([reviewed, earlier]);
  const known = new Map<CommitSha, Credit>([
    [reviewed, { by: "ada", pullRequest: 1 }],
    [earlier, { by: "ben", pullRequest: 2 }],
  ]);
  const at = { run: { id: 1, number: 1, attempt: 1 }, time: "2026-11-25T12:00:00Z" };
  const head = { by: "mona", pullRequest: 3 };
  const recording = recordingOf(assessment, endings, new Map(), at, head, {
    creditFor: (commit) => known.get(commit) ?? null,
    isWaitedFor: () => false,
  });
  expect(
    recording.ended.map(({ path, credit, reviewed: plans }) => [path, credit?.pullRequest, plans?.length]),
  ).toEqual([
    ["a", 1, 1],
    ["b", 2, undefined],
    ["c", undefined, undefined],
  ]);
  expect(recording).toMatchObject(head);
});
