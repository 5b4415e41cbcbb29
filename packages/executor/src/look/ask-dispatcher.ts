import type { LedgerState } from "@pipelines/core/contracts/ledger";
import { type Start, StartAnswer, type StartQuestion } from "@pipelines/core/contracts/start";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

/**
 * Answers whether a unit may start now, or, once the state is known that a destroy would empty, whether that is nobody
 * else's. Never rejects: what can't be found out is an answer too, and stops the unit.
 */
export type MayStart = (unit: UnitPath, state?: LedgerState) => Promise<Start>;

/** A channel to the process that started this one. */
export type Channel = {
  readonly connected: boolean;
  send(message: unknown): void;
  /** Whether somebody waits for a message: only then the channel keeps this process alive. */
  holds(waiting: boolean): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
};

/** What says that a message is an answer at all. */
const Answer = StartAnswer.pick({ answer: true }).loose();

/**
 * Asks the dispatcher, which alone may read the ledger and the deploy branch from GitHub: this process holds no token.
 * When the dispatcher is gone, nobody can answer, and nothing new starts.
 */
export function askDispatcher(channel: Channel): MayStart {
  const waiting = new Map<number, (start: Start) => void>();
  let asked = 0;
  channel.onMessage((message) => {
    const known = Answer.safeParse(message);
    if (!known.success) return;
    const read = StartAnswer.safeParse(message);
    // Whoever asked would wait for good.
    waiting.get(known.data.answer)?.(read.success ? read.data.start : UNREADABLE);
    waiting.delete(known.data.answer);
    channel.holds(waiting.size > 0);
  });
  channel.onClose(() => {
    for (const answer of waiting.values()) answer(GONE);
    waiting.clear();
  });
  return (unit, state) => {
    if (!channel.connected) return Promise.resolve(GONE);
    asked += 1;
    const ask = asked;
    return new Promise((resolve) => {
      waiting.set(ask, resolve);
      channel.holds(true);
      channel.send({ ask, unit, ...(state === undefined ? {} : { state }) } satisfies StartQuestion);
    });
  };
}

const GONE: Start = {
  kind: "stop",
  because: "unknown",
  message: "The dispatcher that started this job is gone, so nobody can say whether the unit is still this run's.",
};

const UNREADABLE: Start = {
  kind: "stop",
  because: "unknown",
  message:
    "The dispatcher that started this job gave an answer that this executor can't read. Both have to be of one release.",
};

/** The channel that Node opens between a process and the one that started it; closed where there is none. */
export function parentChannel(process: NodeJS.Process): Channel {
  // A promise keeps no process alive, and a channel that is listened to would keep it alive for good.
  process.channel?.unref();
  return {
    get connected() {
      return process.connected === true;
    },
    send(message) {
      // An error means that the parent is gone, of which `disconnect` tells as well.
      process.send?.(message, undefined, undefined, () => undefined);
    },
    holds(waiting) {
      if (waiting) process.channel?.ref();
      else process.channel?.unref();
    },
    onMessage: (listener) => process.on("message", listener),
    onClose: (listener) => process.on("disconnect", listener),
  };
}
