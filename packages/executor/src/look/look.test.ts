import { CommitSha } from "@pipelines/core/contracts/comparison";
import { type Start, StopReason } from "@pipelines/core/contracts/start";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { describe, expect, it } from "vitest";
import { askDispatcher, type Channel } from "./ask-dispatcher.ts";
import { endOfStart } from "./end-of-start.ts";

const head = CommitSha.parse("a".repeat(40));
const [vpc, db] = [UnitPath.parse("vpc"), UnitPath.parse("db")];

/** A channel whose other side is played by the test. */
function channelOf(connected = true) {
  const sent: unknown[] = [];
  const held: boolean[] = [];
  let [receive, close] = [(_message: unknown): void => undefined, (): void => undefined];
  const channel: Channel = {
    connected,
    send: (message) => sent.push(message),
    holds: (waiting) => held.push(waiting),
    onMessage: (listener) => {
      receive = listener;
    },
    onClose: (listener) => {
      close = listener;
    },
  };
  return { channel, sent, held, answer: (message: unknown) => receive(message), close: () => close() };
}

describe("asking the dispatcher", () => {
  it("gives each unit its own answer, in whatever order they come", async () => {
    const { channel, sent, answer } = channelOf();
    const mayStart = askDispatcher(channel);
    const [first, second] = [mayStart(vpc), mayStart(db)];
    expect(sent).toEqual([
      { ask: 1, unit: "vpc" },
      { ask: 2, unit: "db" },
    ]);
    answer("noise");
    answer({ answer: 9, start: { kind: "go" } });
    answer({ answer: 2, start: { kind: "done", message: "done" } });
    answer({ answer: 1, start: { kind: "go" } });
    expect([await first, await second]).toEqual([{ kind: "go" }, { kind: "done", message: "done" }]);
  });

  it("stops a unit whose answer can't be read", async () => {
    const { channel, answer } = channelOf();
    const mayStart = askDispatcher(channel);
    const [first, second] = [mayStart(vpc), mayStart(db)];
    answer({ answer: 1, start: { kind: "stop", because: "a reason of a later release", message: "" } });
    answer({ answer: 2, start: { kind: "go" }, since: "a later release" });
    expect(await first).toMatchObject({ kind: "stop", because: "unknown" });
    expect(await second).toMatchObject({ kind: "stop", because: "unknown" });
  });

  it("is waited for as long as an answer is due", async () => {
    const { channel, held, answer } = channelOf();
    const mayStart = askDispatcher(channel);
    const asked = [mayStart(vpc), mayStart(db)];
    for (const unit of [1, 2]) answer({ answer: unit, start: { kind: "go" } });
    await Promise.all(asked);
    expect(held).toEqual([true, true, true, false]);
  });

  it("starts nothing when the dispatcher is gone, or goes before it answers", async () => {
    const stopped = { kind: "stop", because: "unknown" };
    expect(await askDispatcher(channelOf(false).channel)(vpc)).toMatchObject(stopped);
    const { channel, close } = channelOf();
    const asked = askDispatcher(channel)(vpc);
    close();
    expect(await asked).toMatchObject(stopped);
  });
});

describe("a unit that does not start", () => {
  it.each<[Start, object | null]>([
    [{ kind: "go" }, null],
    [{ kind: "done", message: "" }, { kind: "unchanged" }],
    [
      { kind: "leave", to: null, by: CommitSha.parse("b".repeat(40)), message: "" },
      { kind: "superseded", by: "b".repeat(40) },
    ],
    [
      { kind: "leave", to: null, by: null, message: "" },
      { kind: "superseded", by: head },
    ],
  ])("ends as the look says: %j", (start, end) => {
    expect(endOfStart(start, head)).toEqual(end);
  });

  it.each(StopReason.options)("says why and how it goes on when it was stopped: %s", (because) => {
    const end = endOfStart({ kind: "stop", because, message: "why" }, head);
    expect(end).toMatchObject({ kind: "withheld", stop: { message: "why", next: expect.stringMatching(/.{20,}/) } });
  });
});
