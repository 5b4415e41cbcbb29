import process from "node:process";
import { run } from "@pipelines/core/process/run";
import { inherited } from "./doctor/token.ts";

/** Somebody asked for a stop before it was done. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";

  constructor() {
    super("Stopped before the end, as you asked. Nothing was changed.");
  }
}

/**
 * Takes Ctrl-C: the first says at once what is waited for and aborts the signal, the second ends what still runs, the
 * third the program.
 *
 * @param waitsFor what is under way, such as `terragrunt find (12 s)`
 */
export function stopOnInterrupt(waitsFor: () => readonly string[]): { readonly signal: AbortSignal } & Disposable {
  const stop = new AbortController();
  let asked = 0;
  const handler = (): void => {
    asked += 1;
    if (asked === 1) {
      const calls = waitsFor();
      const what = calls.length === 0 ? "nothing new starts" : `waiting for ${listed(calls)}`;
      process.stderr.write(`\nStopping: ${what}. Ctrl-C again ends it at once.\n`);
      stop.abort(new StoppedError());
    } else if (asked === 2) {
      process.stderr.write("\nEnding what still runs.\n");
      void endDescendants();
    } else process.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, handler);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, handler);
    },
  };
}

function listed(calls: readonly string[]): string {
  const shown = calls.slice(0, 3).join(", ");
  return calls.length > 3 ? `${shown} and ${calls.length - 3} more` : shown;
}

/** Kills all that was started from here: what runs units has a session of its own, which no Ctrl-C reaches. */
async function endDescendants(): Promise<void> {
  const ran = await run("ps", ["-A", "-o", "pid=,ppid="], { cwd: "/", env: inherited() });
  const children = Map.groupBy(
    ran.stdout.split("\n").flatMap((line) => {
      const [, pid, parent] = /^\s*(\d+)\s+(\d+)\s*$/.exec(line) ?? [];
      return pid === undefined || parent === undefined ? [] : [{ pid: Number(pid), parent: Number(parent) }];
    }),
    ({ parent }) => parent,
  );
  const below = (parent: number): number[] => (children.get(parent) ?? []).flatMap(({ pid }) => [pid, ...below(pid)]);
  for (const pid of below(process.pid)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended since.
    }
  }
}
