import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Binary } from "./binary.ts";
import { interruptUntilEnded } from "./interrupt.ts";
import { type Wrapper, writeWrapper } from "./wrapper.ts";

const binary: Binary = { kind: "tofu", program: "/nowhere/tofu", version: "1.12.6", versionText: "" };
let folder: string;
let wrapper: Wrapper;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interrupt-"));
  wrapper = await writeWrapper(binary, folder, { initLock: join(folder, "init.lock"), outputs: { folder } });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["is asked to end", "sleep 60", "SIGTERM"],
  ["that does not listen is ended", "trap '' TERM; while :; do sleep 60; done", "SIGKILL"],
])("a Terragrunt that hangs without the binary %s, with what it started", async (_, script, by) => {
  const child = spawn("sh", ["-c", script], { detached: true, stdio: "ignore" });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on("exit", (_code, signal) => resolve(signal)));
  expect(await interruptUntilEnded(binary, wrapper, child.pid, ended, 300)).toEqual([]);
  expect(await ended).toBe(by);
});
