import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { executionOf } from "@pipelines/core/contracts/execution";
import { expect, test } from "vitest";
import { assessmentOf } from "../../test/build.ts";
import { executorEnvironment, runExecutor } from "./executor-process.ts";
import { runJob } from "./run-job.ts";
import type { StartAnswers } from "./start-answers.ts";

const assessment = assessmentOf({ mode: "apply", units: [{ path: "prod/vpc" }] });
const [job] = assessment.jobs;
if (job === undefined) throw new Error("the sketch has one job");

const execution = executionOf(assessment, job, {
  repositoryFolder: "/",
  folder: "/",
  attempt: 1,
  logUrl: "https://example.com/job/1",
});

/** Runs a stand-in for the executor; `signal` gets what would forward a signal to it. */
async function runProgram(
  source: string,
  signal: (send: (name: NodeJS.Signals) => void, log: string) => Promise<void> = async () => undefined,
  mayStart: StartAnswers | null = null,
) {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-run-"));
  const program = join(folder, "executor.mjs");
  const logFile = join(folder, "executor.log");
  await writeFile(program, source);
  const shown: Uint8Array[] = [];
  let signalled: Promise<void> = Promise.resolve();
  try {
    const end = await runExecutor({
      program,
      executionFile: "execution.json",
      logFile,
      environment: { PATH: process.env["PATH"] ?? "" },
      onStart: async () => undefined,
      mayStart,
      show: (chunk) => shown.push(chunk),
      onSignal: (forward) => {
        signalled = signal(forward, logFile);
        return () => undefined;
      },
    });
    await signalled;
    return { end, output: Buffer.concat(shown).toString() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("the executor's output is shown to its end, and its exit code is known", async () => {
  const { end, output } = await runProgram(`console.log(process.argv.slice(2).join(" ")); process.exitCode = 1`);
  expect([end, output]).toEqual([{ exitCode: 1, signal: null }, "--execution execution.json\n"]);
});

test("the executor is answered whether a unit may start, and what is no question is left alone", async () => {
  const source = `process.on("message", (answer) => { console.log(JSON.stringify(answer)); process.disconnect(); });
process.send("hello"); process.send({ ask: 3, unit: "prod/vpc" });`;
  const asked: string[] = [];
  const { end, output } = await runProgram(source, undefined, async (unit) => {
    asked.push(unit);
    return { kind: "stop", because: "paused", message: "paused" };
  });
  expect([end.exitCode, asked]).toEqual([0, ["prod/vpc"]]);
  expect(JSON.parse(output)).toEqual({ answer: 3, start: { kind: "stop", because: "paused", message: "paused" } });
});

test("a question that can't be read is answered, so that nobody waits for good", async () => {
  const source = `process.on("message", (answer) => { console.log(JSON.stringify(answer)); process.disconnect(); });
process.send({ ask: 3, unit: "prod/vpc", since: "a later release" });`;
  const { output } = await runProgram(source, undefined, async () => ({ kind: "go" }));
  expect(JSON.parse(output)).toMatchObject({ answer: 3, start: { kind: "stop", because: "unknown" } });
});

test("the first signal is forwarded once, later ones are not", async () => {
  const source = `let seen = 0;
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => { seen += 1; setTimeout(() => { console.log(name, seen); process.exit(0); }, 300); });
setInterval(() => undefined, 1000); console.log("ready");`;
  const { output } = await runProgram(source, async (send, log) => {
    while (!(await readFile(log, "utf8").catch(() => "")).includes("ready")) await sleep(20);
    send("SIGINT");
    send("SIGTERM");
    send("SIGINT");
  });
  expect(output).toBe("ready\nSIGINT 1\n");
});

test("an executor that is killed without a word leaves a finished outcome that names it", async () => {
  const written: unknown[] = [];
  const outcome = await runJob(
    {
      execute: async () => (await runProgram(`process.kill(process.pid, "SIGKILL")`)).end,
      readOutcome: async () => null,
      writeOutcome: async (left) => void written.push(left),
    },
    execution,
  );
  expect(outcome).toMatchObject({ state: "finished", logUrl: execution.logUrl });
  expect(outcome.failure).toContain("killed by SIGKILL");
  expect(outcome.units[0]?.end.kind).toBe("unknown");
  expect(written).toEqual([outcome]);
});

test("the executor gets no GitHub token under any name, but for an account action", () => {
  const own = {
    PATH: "/bin",
    GITHUB_TOKEN: "t0ken",
    GIT_HEADER: "basic t0ken",
    PIPELINES_TOKEN: "t0ken",
    GITHUB_OUTPUT: "/o",
  };
  expect(executorEnvironment(own, "t0ken", false)).toEqual({ PATH: "/bin" });
  expect(executorEnvironment(own, "t0ken", true)).toEqual({ PATH: "/bin", PIPELINES_TOKEN: "t0ken" });
});
