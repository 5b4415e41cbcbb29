import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { readDocument, writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, outcomeFile } from "@pipelines/core/documents/layout";
import { killMarked } from "@pipelines/local-github/kill-marked";
import { installSlowProvider, slowThings } from "./slow-provider/install.ts";
import { rootOn, startStateServer } from "./state-server.ts";
import { makeWorld, unitAt } from "./world.ts";

/** When the sequence begins: so long after the dispatcher was started, or after a thing was asked for in the cloud. */
export type Moment = { readonly afterMs: number; readonly thing?: string };

/** What was left when the runner had done its worst. */
export type Aftermath = {
  readonly moment: Moment;
  /** The signals that were sent, until the dispatcher had ended. */
  readonly signals: readonly string[];
  readonly outcome: JobOutcome;
  /** How each unit ended, with what it left. */
  readonly units: readonly {
    readonly path: string;
    readonly end: string;
    readonly made: readonly string[];
    readonly inState: readonly string[];
  }[];
  /** Locks that are still held, by unit. */
  readonly locks: readonly string[];
  /** Processes that outlived the job until the runner killed them. */
  readonly killedAtEnd: number;
  /** What is wrong: things that are in no state, locks nobody tells of, outcomes that say what is not so. */
  readonly wrong: readonly string[];
};

const dispatcher = fileURLToPath(new URL("../../dispatcher/src/main.ts", import.meta.url));

/** The pauses of GitHub's runner: SIGINT, then SIGTERM, then SIGKILL, to the step's entry process alone. */
const SEQUENCE = [
  ["SIGINT", 7500],
  ["SIGTERM", 2500],
  ["SIGKILL", 0],
] as const;

const UNITS = ["first", "second", "third"] as const;

/**
 * Applies three units of slow things, the second after the first and the third beside them, and cancels the job as
 * GitHub's runner does: three signals to the dispatcher, `collect`, then the end of every process that bears the job's mark.
 *
 * @param seconds how long the slowest thing takes
 */
export async function killSequence(moment: Moment, seconds: number): Promise<Aftermath> {
  await using server = await startStateServer();
  await using world = await makeWorld({});
  const provider = await installSlowProvider(world.folder);
  const cloud = join(world.folder, "cloud");
  await mkdir(cloud);
  const things = (unit: string) =>
    slowThings(cloud, [
      { name: `${unit}-quick`, seconds: 0.2 },
      { name: `${unit}-slow`, seconds },
      { name: `${unit}-then`, seconds: 0.2, after: `${unit}-slow` },
    ]);
  await world.commit({
    "root.hcl": rootOn(server),
    ...Object.assign({}, ...UNITS.map((unit) => unitAt(unit, things(unit)))),
    ".pipelines/config.yml": `environments:\n  prod:\n    paths: ["**"]\n    env: ${JSON.stringify(provider)}\n`,
  });
  const { job, comparison } = await world.execution({
    action: "apply",
    environment: "prod",
    units: ["first", { path: "second", after: ["first"] }, "third"],
  });
  const nothing = { changes: [], units: [], unmatched: [], ignored: [], problems: [], notices: [] };
  await writeDocument(assessmentFile(world.documents), { version: 1, comparison, jobs: [job], ...nothing });

  const mark = `runner_${randomUUID()}`;
  const output = join(world.folder, "output");
  await writeFile(output, "");
  const step = (command: string): ChildProcess => {
    const log = openSync(join(world.folder, `${command}.log`), "a");
    const child = spawn(process.execPath, [dispatcher], {
      cwd: world.repository,
      stdio: ["ignore", log, log],
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        RUNNER_TRACKING_ID: mark,
        RUNNER_TEMP: world.folder,
        PIPELINES_COMMAND: command,
        PIPELINES_JOB: job.id,
        PIPELINES_FOLDER: world.documents,
        PIPELINES_REPOSITORY: world.repository,
        GITHUB_ACTIONS: "true",
        GITHUB_API_URL: "http://127.0.0.1:9",
        GITHUB_EVENT_NAME: "push",
        GITHUB_OUTPUT: output,
        GITHUB_REF: "refs/heads/main",
        GITHUB_REPOSITORY: "acme/infrastructure-live",
        GITHUB_RUN_ATTEMPT: "1",
        GITHUB_RUN_ID: "1",
        GITHUB_RUN_NUMBER: "1",
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_SHA: job.at,
        GITHUB_WORKSPACE: world.repository,
      },
    });
    closeSync(log);
    return child;
  };
  const made = async (): Promise<string[]> => (await readdir(cloud)).toSorted();

  const running = step("run");
  const runEnded = endOf(running);
  if (moment.thing !== undefined) {
    for (let waited = 0; !(await made()).includes(moment.thing) && waited < 30_000; waited += 50) await sleep(50);
  }
  await Promise.race([sleep(moment.afterMs), runEnded]);
  const signals: string[] = [];
  for (const [signal, pause] of SEQUENCE) {
    if (running.exitCode !== null || running.signalCode !== null) break;
    running.kill(signal);
    signals.push(signal);
    await Promise.race([sleep(pause), runEnded]);
  }
  await runEnded;
  await endOf(step("collect"));
  const killedAtEnd = await killMarked(mark);

  const outcome = await readDocument(outcomeFile(world.documents, job.id, 1), JobOutcome);
  const allMade = await made();
  const units = UNITS.map((path) => ({
    path,
    end: outcome.units.find((unit) => unit.path === path)?.end.kind ?? "not told",
    made: allMade.filter((name) => name.startsWith(path)),
    inState: server.resources(path),
  }));
  const locks = [...server.locks.keys()];
  const told = new Set<string>(
    outcome.units.flatMap(({ path, end }) =>
      end.kind === "unknown" || (end.kind === "interrupted" && end.lock !== null) ? [path] : [],
    ),
  );
  const wrong = [
    ...units.flatMap(({ path, made: all, inState, end }) => [
      ...all.filter((name) => !inState.includes(name)).map((name) => `${name} was made and is in no state`),
      ...(end === "not told" && all.length > 0 ? [`${path} made things and is not in the outcome`] : []),
      ...(end === "changed" && all.length !== 3 ? [`${path} is reported as applied and is not`] : []),
      ...((end === "unchanged" || end === "skipped") && all.length > 0
        ? [`${path} is reported as ${end} and made things`]
        : []),
    ]),
    ...locks.filter((unit) => !told.has(unit)).map((unit) => `the lock of ${unit} is held and not told`),
    ...(outcome.state === "finished" ? [] : ["the outcome is not finished"]),
  ];
  return { moment, signals, outcome, units, locks, killedAtEnd, wrong };
}

const endOf = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once("exit", () => resolve()));

/** `node kill-sequence.ts [runs] [seconds] [side by side]`: cancels applies at random moments and counts what is wrong. */
async function main([runs = "20", seconds = "6", lanes = "2"]: readonly string[]): Promise<void> {
  const left = Array.from({ length: Number(runs) }, (_, index) => index + 1);
  const all: Aftermath[] = [];
  const lane = async (): Promise<void> => {
    for (let run = left.shift(); run !== undefined; run = left.shift()) {
      const moment = { afterMs: Math.round(500 + Math.random() * (Number(seconds) * 2 + 6) * 1000) };
      const aftermath = await killSequence(moment, Number(seconds));
      all.push(aftermath);
      const { signals, units, locks, killedAtEnd, wrong } = aftermath;
      const ends = units.map(({ path, end, made, inState }) => `${path} ${end} ${inState.length}/${made.length}`);
      process.stdout.write(
        `${String(run).padStart(2)}  at ${(moment.afterMs / 1000).toFixed(1).padStart(4)} s  ${signals.join(" ") || "ended before"}  ${ends.join(", ")}  locks ${locks.length}, killed at the end ${killedAtEnd}  ${wrong.length === 0 ? "true" : `WRONG: ${wrong.join("; ")}`}\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: Number(lanes) }, lane));
  const count = (what: (aftermath: Aftermath) => boolean): number => all.filter(what).length;
  const ends = all.flatMap(({ units }) => units.map(({ end }) => end));
  process.stdout.write(
    `${all.length} runs, ${count(({ signals }) => signals.length > 0)} cancelled, ${count(({ signals }) => signals.includes("SIGKILL"))} until SIGKILL; ` +
      `${[...new Set(ends)].map((end) => `${ends.filter((other) => other === end).length} ${end}`).join(", ")}; ` +
      `things made ${all.flatMap(({ units }) => units.flatMap(({ made }) => made)).length}, in a state ${all.flatMap(({ units }) => units.flatMap(({ inState }) => inState)).length}; ` +
      `locks left ${all.flatMap(({ locks }) => locks).length}; wrong ${count(({ wrong }) => wrong.length > 0)}\n`,
  );
  process.exitCode = all.some(({ wrong }) => wrong.length > 0) ? 1 : 0;
}

if (import.meta.main) await main(process.argv.slice(2));
