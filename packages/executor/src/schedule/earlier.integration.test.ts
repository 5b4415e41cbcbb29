import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JobId } from "@pipelines/core/contracts/job";
import { writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, outcomeFile } from "@pipelines/core/documents/layout";
import { expect, test } from "vitest";
import { makeWorld } from "../../test/world.ts";
import { earlierUnits } from "./earlier.ts";

test("of earlier stages the newest attempt counts, and a unit that nobody tells of did not end well", async () => {
  await using world = await makeWorld({});
  const folder = await mkdtemp(join(tmpdir(), "earlier-"));
  try {
    const { job, comparison } = await world.execution({ action: "destroy", units: ["d"] });
    const other = (id: string, stage: number, unit: string) => ({
      ...job,
      id,
      stage,
      action: "apply",
      units: [{ path: unit, after: [] }],
    });
    const mine = { ...job, stage: 5 };
    const jobs = [mine, other("told", 1, "a"), other("silent", 1, "b"), other("later", 6, "c")];
    const nothing = { changes: [], units: [], unmatched: [], ignored: [], problems: [], notices: [] };
    await writeDocument(assessmentFile(folder), { version: 1, comparison, jobs, ...nothing });
    for (const [attempt, kind] of [
      [1, "unchanged"],
      [2, "changed"],
    ] as const) {
      await writeDocument(outcomeFile(folder, JobId.parse("told"), attempt), {
        version: 1,
        job: "told",
        attempt,
        action: "apply",
        environment: "default",
        at: job.at,
        state: "finished",
        toolVersions: { terragrunt: null, tofu: null },
        units: [{ path: "a", end: { kind }, seconds: 1 }],
        hooks: [],
        failure: null,
        logUrl: null,
      });
    }
    const { ends, applies } = await earlierUnits({ folder, job: mine });
    expect([...applies]).toEqual(["a", "b"]);
    expect(Object.fromEntries(ends)).toEqual({
      a: { kind: "changed" },
      b: { kind: "unknown", why: expect.stringContaining("left no outcome") },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
