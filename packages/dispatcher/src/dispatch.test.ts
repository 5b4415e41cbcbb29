import type { Assessment } from "@pipelines/core/contracts/assessment";
import { executionOf } from "@pipelines/core/contracts/execution";
import { expect, test } from "vitest";
import { assessmentOf, facts, failed, outcomesOf, type Sketch } from "../test/build.ts";
import type { Survivor } from "./collect/survivor.ts";
import { dispatchCollect, dispatchReport, dispatchRun } from "./dispatch.ts";
import { commentSink } from "./sinks/comment.ts";
import type { Comment, Conversation } from "./sinks/sticky-comment.ts";

/** A pull request in memory: its comments, and the sink that writes them. */
function memory() {
  const comments: Comment[] = [];
  const conversation: Conversation = {
    list: async () => comments.map((comment) => ({ ...comment })),
    async create(body) {
      const comment = { id: comments.length + 1, body, url: "" };
      comments.push(comment);
      return comment;
    },
    async update(id, body) {
      const comment = { id, body, url: "" };
      comments.splice(
        comments.findIndex((known) => known.id === id),
        1,
        comment,
      );
      return comment;
    },
    async remove(id) {
      comments.splice(
        comments.findIndex((known) => known.id === id),
        1,
      );
    },
  };
  return { comments, sinks: [commentSink(async () => conversation)] };
}

const two: Sketch = {
  units: [
    { path: "dev/a", environment: "dev", creates: 1 },
    { path: "prod/a", environment: "prod", end: failed() },
  ],
};
const jobOf = (assessment: Assessment, environment: string) => {
  const job = assessment.jobs.find((candidate) => candidate.environment === environment);
  if (job === undefined) throw new Error(`the sketch has no ${environment}`);
  return job;
};
const headlines = (comments: readonly Comment[]) => comments.map(({ body }) => body.split("\n")[1]);

test("a job that reports itself shows its own units in a comment of its own, with a status of its own", async () => {
  const { comments, sinks } = memory();
  const assessment = assessmentOf(two);
  const files = outcomesOf(two);
  const ended = async (environment: string, run: number) =>
    (await dispatchReport(sinks, assessment, files, facts(run), { only: jobOf(assessment, environment) })).report
      .status;
  expect([await ended("dev", 1), await ended("prod", 1)]).toEqual(["success", "failure"]);
  await ended("dev", 2);
  expect(headlines(comments)).toEqual([
    "### ✅ Merging creates 1 resource; nothing is destroyed",
    "### ❌ Not ready to merge: 1 of 1 unit failed",
  ]);
  expect(comments.map(({ body }) => body.includes("prod/a"))).toEqual([false, true]);
});

test("the comment of a job that a later push no longer has goes; a whole run's report resinks those of its jobs", async () => {
  const { comments, sinks } = memory();
  const before = assessmentOf(two);
  for (const environment of ["dev", "prod"]) {
    await dispatchReport(sinks, before, outcomesOf(two), facts(1), { only: jobOf(before, environment) });
  }
  const fewer: Sketch = { units: [{ path: "dev/a", environment: "dev", creates: 2 }] };
  const after = assessmentOf(fewer);
  await dispatchReport(sinks, after, outcomesOf(fewer), facts(2), { only: jobOf(after, "dev") });
  expect(headlines(comments)).toEqual(["### ✅ Merging creates 2 resources; nothing is destroyed"]);
  await dispatchReport(sinks, after, outcomesOf(fewer), facts(3));
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).not.toContain("job=");
});

test("while jobs run the comment says what is planned, and their end resinks it", async () => {
  const { comments, sinks } = memory();
  const assessment = assessmentOf(two);
  await dispatchReport(sinks, assessment, [], facts(1), { phase: { kind: "start" } });
  expect(headlines(comments)).toEqual(["### ⏳ Planning 2 units in 2 jobs"]);
  expect(comments[0]?.body).toContain("`aaaaaaa`");
  await dispatchReport(sinks, assessment, outcomesOf(two), facts(1));
  expect(headlines(comments)).toEqual(["### ❌ Not ready to merge: 1 of 2 units failed"]);
});

test("a job that never started or left no outcome is named and red", async () => {
  const { comments, sinks } = memory();
  const assessment = assessmentOf(two);
  const { report } = await dispatchReport(sinks, assessment, outcomesOf(two).slice(0, 1), facts(1));
  expect(report.status).toBe("failure");
  expect(comments[0]?.body).toContain("Job `plan · prod`: it did not start, or left no outcome");
});

const staged: Sketch = { ...two, mode: "apply", stages: { prod: 2 } };
const stage = (number: number) => ({ phase: { kind: "stage" as const, stage: number } });

test("when a stage is over the comment says how it went and what may still run; a job that it should have had is red", async () => {
  const { comments, sinks } = memory();
  const assessment = assessmentOf(staged);
  const [dev] = outcomesOf(staged);
  if (dev === undefined) throw new Error("a sketch has two jobs");
  const well = await dispatchReport(sinks, assessment, [dev], facts(1, 3, "apply"), stage(1));
  expect(headlines(comments)).toEqual(["### ⏳ Applying: 1 of 2 units done"]);
  expect(comments[0]?.body).toContain("⏳ 1 unit in 1 job not run yet");
  expect(well.report.status).toBe("success");
  const lost = await dispatchReport(sinks, assessment, [], facts(1, 3, "apply"), stage(1));
  expect(headlines(comments)).toEqual(["### ❌ Apply failed: 1 of 2 units failed; 1 not run yet"]);
  expect(lost.report.jobs).toMatchObject([{ name: "apply · dev", failure: expect.stringContaining("did not start") }]);
});

test("the report of a stage that comes late does not overwrite that of a later stage or of the end", async () => {
  const { comments, sinks } = memory();
  const assessment = assessmentOf(staged);
  const files = outcomesOf(staged);
  for (const request of [stage(2), stage(1), {}, stage(3), stage(1)]) {
    await dispatchReport(sinks, assessment, files, facts(1, 3, "apply"), request);
  }
  expect(comments.map(({ body }) => body.split("\n", 1)[0])).toEqual([expect.stringContaining("phase=end")]);
});

test("a rerun's report of a stage leaves out what failed in a later stage of the earlier attempt", async () => {
  const { comments, sinks } = memory();
  const assessment = assessmentOf(staged);
  const [dev, prod] = outcomesOf(staged);
  if (dev === undefined || prod === undefined) throw new Error("a sketch has two jobs");
  await dispatchReport(
    sinks,
    assessment,
    [{ ...dev, attempt: 2 }, prod],
    { ...facts(1, 3, "apply"), attempt: 2 },
    stage(1),
  );
  expect(headlines(comments)).toEqual(["### ⏳ Applying: 1 of 2 units done"]);
});

test("a rerun of failed jobs merges with the good outcomes of the earlier attempt", async () => {
  const { comments, sinks } = memory();
  const assessment = assessmentOf(two);
  const [dev, prod] = outcomesOf(two);
  const [, repaired] = outcomesOf({
    units: two.units.map((unit) => ({ ...unit, end: { kind: "unchanged" as const } })),
  });
  if (dev === undefined || prod === undefined || repaired === undefined) throw new Error("a sketch has two jobs");
  const { report } = await dispatchReport(sinks, assessment, [dev, prod, { ...repaired, attempt: 2 }], facts(1));
  expect(report.status).toBe("success");
  expect(comments[0]?.body).toContain("2 units in 2 environments");
});

/** An executor's traces in memory, and a clock that stands still. */
function edges(
  kept: Parameters<Parameters<typeof dispatchCollect>[0]["writeOutcome"]>[0][],
  after = 0,
  survivor: Survivor = { kind: "runs", pid: 7 },
) {
  const told: string[] = [];
  let looks = 0;
  return {
    async readOutcome() {
      looks += 1;
      return (looks > after ? kept.at(-1) : kept[0]) ?? null;
    },
    async writeOutcome(outcome: (typeof kept)[number]) {
      kept.push(outcome);
    },
    survivor: async () => survivor,
    sleep: async () => undefined,
    tell: (message: string) => void told.push(message),
    told,
  };
}

const [job] = assessmentOf(two).jobs;
const [file] = outcomesOf(two);
const context = { attempt: 1, logUrl: "https://github.com/acme/live/actions/runs/7/job/1" };

test("collect waits for an executor that outlived its step, and takes the outcome that it leaves", async () => {
  if (job === undefined || file?.content.kind !== "read") throw new Error("a sketch has a job");
  const { outcome } = file.content;
  const waiting = edges([{ ...outcome, state: "running", units: [] }, outcome], 3);
  expect(await dispatchCollect(waiting, { job, ...context }, 240)).toEqual(outcome);
  expect(waiting.told).toEqual([expect.stringContaining("goes on as process 7")]);
});

test.each([
  ["that never started", [], "unknown", "the job ended before the executor started"],
  ["that does not end", ["running"], "runs", "the job was ended while it was still running"],
  ["that has not written a word yet", [], "runs", "the job ended before the executor started"],
  ["of which nobody knows whether it is there", ["running"], "unknown", "the job was ended while it was still running"],
  ["that was killed", ["running"], "gone", "the executor was ended before it was done"],
  ["that was killed before its first word", [], "gone", "the executor was ended before it was done"],
] as const)("collect of an executor %s says what is not known", async (_, state, kind, why) => {
  if (job === undefined || file?.content.kind !== "read") throw new Error("a sketch has a job");
  const kept = state.length === 0 ? [] : [{ ...file.content.outcome, state: "running" as const, units: [] }];
  const waiting = edges(kept, 0, kind === "runs" ? { kind, pid: 7 } : { kind });
  const ended = await dispatchCollect(waiting, { job, ...context }, 3);
  expect([ended.failure, ended.units.map(({ end }) => end)]).toEqual([why, [{ kind: "unknown", why }]]);
  expect(kept.at(-1)).toEqual(ended);
  const isWaitedFor = kind === "runs" || (kind === "unknown" && state.length > 0);
  expect(waiting.told).toHaveLength(isWaitedFor ? 1 : 0);
});

test.each([
  ["ends well", null, true],
  ["leaves no word", "the executor ended without an outcome", false],
])("run of an executor that %s", async (_, failure, well) => {
  if (job === undefined || file?.content.kind !== "read") throw new Error("a sketch has a job");
  const kept = failure === null ? [file.content.outcome] : [];
  const ran = await dispatchRun(
    { ...edges(kept), execute: async () => null },
    executionOf(assessmentOf(two), job, { ...context, repositoryFolder: "/checkout", folder: "/documents" }),
  );
  expect([ran.outcome.failure, ran.well]).toEqual([failure, well]);
});
