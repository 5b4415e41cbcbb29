import { execa } from "execa";

export type RunOptions = {
  readonly cwd: string;
  /** The whole environment of the process: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Characters kept of each stream; a longer one fails the run. */
  readonly maxCharacters?: number;
  readonly input?: string;
  /** Ends the program when it is aborted, as a timeout does. */
  readonly stop?: AbortSignal;
};

export type Ran = {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** The program could not be started, or one of its streams was longer than allowed. */
  readonly failure: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
};

/**
 * Runs a short-lived program to its end and captures what it prints. Never throws: how it ended is the value.
 * Programs that change the world do not run here, since their output must not be a pipe.
 */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const result = await execa(program, [...args], {
    cwd: options.cwd,
    env: { ...options.env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: options.maxCharacters ?? 512 * 1024 * 1024,
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, forceKillAfterDelay: 2000 }),
    ...(options.stop === undefined ? {} : { cancelSignal: options.stop, forceKillAfterDelay: 2000 }),
    ...(options.input === undefined ? { stdin: "ignore" } : { input: options.input }),
  });
  return {
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    timedOut: result.timedOut,
    failure:
      result.exitCode === undefined && result.signal === undefined && !result.timedOut
        ? (result.shortMessage ?? "could not be started")
        : result.isMaxBuffer
          ? "printed more than is allowed"
          : null,
    stdout: result.stdout,
    stderr: result.stderr,
    seconds: result.durationMs / 1000,
  };
}
