import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { type Start, type StartAnswer, StartQuestion } from "@pipelines/core/contracts/start";
import type { StartAnswers } from "./start-answers.ts";
import { tail } from "./tail.ts";

/** How the executor's process ended. */
export type ExecutorEnd = { readonly exitCode: number | null; readonly signal: string | null };

export type ExecutorProcess = {
  /** The executor's program: a bundle, or its source in a checkout. */
  readonly program: string;
  readonly executionFile: string;
  readonly logFile: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Told of the process as soon as it is there. */
  readonly onStart: (pid: number) => Promise<void>;
  readonly show: (chunk: Uint8Array) => void;
  /** Answers the executor's questions whether a unit may start; `null` when it asks none. */
  readonly mayStart: StartAnswers | null;
  /** Tells of INT, TERM and HUP; the answer stops it. */
  readonly onSignal: (forward: (signal: NodeJS.Signals) => void) => () => void;
};

/**
 * Runs the executor in a session of its own, with its output in a file. The first signal is forwarded, once and at once:
 * a second one would make OpenTofu give up without writing its state.
 */
export async function runExecutor(options: ExecutorProcess): Promise<ExecutorEnd> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, "a");
  const child = spawn(process.execPath, [options.program, "--execution", options.executionFile], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
    env: { ...options.environment },
  });
  closeSync(log);
  if (options.mayStart !== null) answerStarts(child, options.mayStart);
  let over = false;
  const ended = new Promise<ExecutorEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  }).finally(() => {
    over = true;
  });
  let forwarded = false;
  const stop = options.onSignal((signal) => {
    if (forwarded) return;
    forwarded = true;
    child.kill(signal);
  });
  try {
    if (child.pid !== undefined) await options.onStart(child.pid);
    const [end] = await Promise.all([ended, tail(options.logFile, options.show, () => over)]);
    return end;
  } finally {
    stop();
  }
}

/** What says that a message is a question at all. */
const Question = StartQuestion.pick({ ask: true }).loose();

const UNREADABLE: Start = {
  kind: "stop",
  because: "unknown",
  message: "The executor asked something that this dispatcher can't read. Both have to be of one release.",
};

/** Answers each question of a child in its own time; a child that is gone gets no answer and asks no more. */
function answerStarts(child: ChildProcess, mayStart: StartAnswers): void {
  child.on("message", async (message) => {
    const known = Question.safeParse(message);
    if (!known.success) return;
    const read = StartQuestion.safeParse(message);
    // Without an answer it would wait for good.
    const start = read.success ? await mayStart(read.data.unit, read.data.state) : UNREADABLE;
    if (child.connected) child.send({ answer: known.data.ask, start } satisfies StartAnswer, () => undefined);
  });
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Listens to this process's own signals, which then no longer end it. */
export function ownSignals(forward: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, forward);
  return () => {
    for (const signal of SIGNALS) process.off(signal, forward);
  };
}

/** Files by which a step talks to the runner: the executor runs tools on code of others, and has nothing to say there. */
const RUNNER_FILES = new Set(["GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"]);

/**
 * The executor's environment: this process's, without our GitHub token under any name, and without the runner's files.
 * An account action writes to GitHub, so it gets the token as `PIPELINES_TOKEN`.
 */
export function executorEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  token: string | null,
  needsToken: boolean,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined || RUNNER_FILES.has(name) || name.startsWith("PIPELINES_")) continue;
    if (token !== null && value.includes(token)) continue;
    environment[name] = value;
  }
  return needsToken && token !== null ? { ...environment, PIPELINES_TOKEN: token } : environment;
}
