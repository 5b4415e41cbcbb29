import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { readDocument, writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, executorFile, outcomeFile, workFolderPrefix } from "@pipelines/core/documents/layout";
import { markOf } from "@pipelines/core/process/running";
import { expect, test } from "vitest";
import { assessmentOf, outcomesOf, type Sketch } from "../../test/build.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const sketch: Sketch = { mode: "apply", units: [{ path: "prod/vpc", creates: 1 }] };

/** Collects a job whose step is over while a process of ours stands for the executor that it had started. */
async function collecting(then: (executor: ChildProcess, finish: () => Promise<void>) => Promise<void> | void) {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-collect-"));
  const executor = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  try {
    const assessment = assessmentOf(sketch);
    const [job] = assessment.jobs;
    const [file] = outcomesOf(sketch);
    if (job === undefined || file?.content.kind !== "read" || executor.pid === undefined) throw new Error("no job");
    const { outcome } = file.content;
    const place = outcomeFile(folder, job.id, 1);
    await writeDocument(assessmentFile(folder), assessment);
    await writeDocument(place, { ...outcome, state: "running", units: [] });
    await writeDocument(executorFile(folder, job.id, 1), await markOf(executor.pid));
    await writeFile(join(folder, "event.json"), "{}");
    const collect = spawn(process.execPath, [main], {
      ...{ cwd: folder, stdio: ["ignore", "pipe", "inherit"], timeout: 150_000 },
      env: {
        ...{ PATH: process.env["PATH"] ?? "", PIPELINES_COMMAND: "collect", PIPELINES_JOB: job.id },
        ...{ PIPELINES_FOLDER: folder, GITHUB_API_URL: "http://localhost:1", GITHUB_SERVER_URL: "https://github.com" },
        ...{ GITHUB_REPOSITORY: "acme/live", GITHUB_RUN_ID: "70", GITHUB_RUN_NUMBER: "7", GITHUB_RUN_ATTEMPT: "1" },
        ...{ GITHUB_SHA: assessment.comparison.head, GITHUB_REF: "refs/heads/main", GITHUB_EVENT_NAME: "push" },
        GITHUB_EVENT_PATH: join(folder, "event.json"),
      },
    });
    let said = "";
    collect.stdout.on("data", (chunk) => {
      said += String(chunk);
    });
    await expect.poll(() => said, { timeout: 120_000 }).toContain(`goes on as process ${executor.pid}`);
    await then(executor, () => writeDocument(place, outcome));
    const [exitCode] = collect.exitCode === null ? await once(collect, "exit") : [collect.exitCode];
    return { exitCode, outcome: await readDocument(place, JobOutcome) };
  } finally {
    executor.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}

test("collect says that it waits for the executor, and ends as soon as that is killed", async () => {
  const { exitCode, outcome } = await collecting(async (executor) => {
    executor.kill("SIGKILL");
    await once(executor, "exit");
  });
  expect(exitCode).toBe(0);
  expect(outcome).toMatchObject({
    ...{ state: "finished", failure: "the executor was ended before it was done" },
    units: [{ path: "prod/vpc", end: { kind: "unknown" } }],
  });
});

test("collect waits for what a killed executor has started, which may be writing a state", async () => {
  let ended = false;
  const { exitCode } = await collecting(async (executor) => {
    const folder = join(tmpdir(), `${workFolderPrefix(executor.pid ?? 0)}x`);
    const binary = spawn(process.execPath, ["-e", "setTimeout(() => {}, 6000)", folder], { stdio: "ignore" });
    binary.once("exit", () => {
      ended = true;
    });
    executor.kill("SIGKILL");
    await once(executor, "exit");
  });
  expect([exitCode, ended]).toEqual([0, true]);
});

test("collect takes what an executor that lives on has written", async () => {
  const { outcome } = await collecting((_, finish) => finish());
  expect(outcome).toMatchObject({ failure: null, units: [{ path: "prod/vpc", end: { kind: "changed" } }] });
});
