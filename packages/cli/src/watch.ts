import process from "node:process";
import type { DiscoveryWatch } from "@pipelines/orchestrator/discover/terragrunt/client";

/** What runs for longer than this is talked about. */
const QUIET_MS = 1000;

/** How often a line of a terminal is drawn anew, and how often a log that is no terminal gets another one. */
const TERMINAL_MS = 200;
const PLAIN_MS = 15_000;

/** What is under way, by name, for a person who waits. */
export type UnderWay = {
  started(what: string): () => void;
  /** `terragrunt find in prod (12 s)`, the longest first. */
  list(): readonly string[];
};

export function underWay(): UnderWay {
  const calls = new Map<symbol, { readonly what: string; readonly since: number }>();
  return {
    started(what) {
      const key = Symbol(what);
      calls.set(key, { what, since: performance.now() });
      return () => void calls.delete(key);
    },
    list: () =>
      [...calls.values()].map(({ what, since }) => `${what} (${Math.round((performance.now() - since) / 1000)} s)`),
  };
}

/**
 * Says on stderr, after a second, what discovery is doing: on a terminal in one line that goes when it is over, else in
 * a plain line now and then.
 */
export function watchDiscovery(
  calls: UnderWay,
  stop: AbortSignal,
  stream: NodeJS.WriteStream = process.stderr,
): DiscoveryWatch & Disposable {
  const began = performance.now();
  let done = 0;
  let drawn = false;
  let next = QUIET_MS;
  const seconds = (): number => Math.round((performance.now() - began) / 1000);
  const tick = (): void => {
    if (performance.now() - began < next || stop.aborted) return;
    const [first = "git", ...others] = calls.list();
    const now = `${first}${others.length === 0 ? "" : ` and ${others.length} more`}`;
    const text = `Reading the commits, ${seconds()} s: ${now}${done === 0 ? "" : `; ${done} ${done === 1 ? "call" : "calls"} done`}`;
    if (stream.isTTY) stream.write(`\r\u001B[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
    else {
      stream.write(`${text}\n`);
      next = performance.now() - began + PLAIN_MS;
    }
    drawn = true;
  };
  const timer = setInterval(tick, TERMINAL_MS);
  timer.unref();
  return {
    stop,
    started(call) {
      const ended = calls.started(call);
      return () => {
        done += 1;
        ended();
      };
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      if (drawn && stream.isTTY) stream.write("\r\u001B[2K");
    },
  };
}
