import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { expect, test } from "vitest";
import { isRunning, markOf } from "./running.ts";

test("a process runs until it is killed, and another one of its number is not taken for it", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  if (child.pid === undefined) throw new Error("it could not be started");
  const mark = await markOf(child.pid);
  expect(await isRunning(mark)).toBe(true);
  expect(await isRunning({ ...mark, started: "1" })).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await isRunning(mark)).toBe(false);
});

test("where the system tells nothing of processes, one that answers runs", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  if (child.pid === undefined) throw new Error("it could not be started");
  const mark = { pid: child.pid, started: null };
  expect(await isRunning(mark, "/nowhere")).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await isRunning(mark, "/nowhere")).toBe(false);
});

test.runIf(process.platform === "linux")("a process whose end nobody asked for does not run any more", async () => {
  // The shell becomes a program that never asks for the end of what was started.
  const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(parent.stdout, "data");
  const mark = { pid: Number(String(line)), started: null };
  await expect.poll(() => isRunning(mark)).toBe(false);
  expect(process.kill(mark.pid, 0)).toBe(true);
  parent.kill("SIGKILL");
});
