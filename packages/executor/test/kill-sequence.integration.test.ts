import { expect, test } from "vitest";
import { killSequence } from "./kill-sequence.ts";

test("a job that is cancelled while a resource takes longer than the runner waits ends with all that was made in the state", async () => {
  const { signals, units, locks, wrong, outcome } = await killSequence({ thing: "first-slow", afterMs: 500 }, 13);
  expect(wrong).toEqual([]);
  expect(locks).toEqual([]);
  expect(outcome).toMatchObject({ state: "finished", failure: null });
  expect(signals).toEqual(["SIGINT", "SIGTERM", "SIGKILL"]);
  expect(units[0]).toMatchObject({ end: "interrupted", inState: ["first-quick", "first-slow"] });
  expect(units[1]).toMatchObject({ end: "skipped", made: [] });
});

test("a job that is cancelled before anything is made ends with nothing made, and says so", async () => {
  const { units, wrong } = await killSequence({ afterMs: 1500 }, 5);
  expect(wrong).toEqual([]);
  expect(units.flatMap(({ made }) => made)).toEqual([]);
});
