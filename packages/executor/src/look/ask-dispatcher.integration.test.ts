import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { StartQuestion } from "@pipelines/core/contracts/start";
import { expect, it } from "vitest";

const module = new URL("ask-dispatcher.ts", import.meta.url).href;

/** A process that asks for two units, says what it was answered, and has nothing else to wait for. */
const program = `
  import { askDispatcher, parentChannel } from ${JSON.stringify(module)};
  const mayStart = askDispatcher(parentChannel(process));
  const starts = await Promise.all(["vpc", "db"].map((unit) => mayStart(unit)));
  process.exitCode = starts.every(({ kind }) => kind === "go") ? 42 : 43;
`;

it("a process waits for answers that take their time, and ends by itself when it has them", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.on("message", async (message) => {
    const { ask } = StartQuestion.parse(message);
    await sleep(ask * 300);
    child.send({ answer: ask, start: { kind: "go" } });
  });
  const [exitCode] = await once(child, "exit");
  expect(exitCode).toBe(42);
});
