import { readlink, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Binary } from "./binary.ts";
import { type Call, callsOf, type Wrapper } from "./wrapper.ts";

/** How often to look for a process that became the binary after the last look. */
const LOOK_AGAIN_MS = 250;
/** How long Terragrunt may go on by itself, for its own clean-up and hooks, before it counts as hung. */
const PATIENCE_MS = 30_000;

/**
 * Asks the binary to stop, once per process, until `ended` settles. OpenTofu and Terraform then finish what is in
 * flight, write their state and give their lock back, however long that takes. Terragrunt gets a signal only when it
 * goes on without the binary, such as in a `run_cmd` that waits for something: first to end, then to be gone.
 *
 * @param group the id of Terragrunt's process group
 * @returns the subcommands of what was asked
 */
export async function interruptUntilEnded(
  binary: Binary,
  wrapper: Wrapper,
  group: number | undefined,
  ended: Promise<unknown>,
  patienceMs = PATIENCE_MS,
): Promise<readonly string[]> {
  await writeFile(wrapper.stopFile, "");
  const asked = new Map<number, string>();
  let over = false;
  const end = ended.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  let aloneSince = performance.now();
  while (!over) {
    const calls = await running(binary, wrapper);
    for (const { pid, subcommand } of calls) {
      if (asked.has(pid)) continue;
      asked.set(pid, subcommand);
      signal(pid, "SIGINT");
    }
    if (calls.length > 0) aloneSince = performance.now();
    const alone = performance.now() - aloneSince;
    if (group !== undefined && alone > patienceMs) signal(-group, alone > 2 * patienceMs ? "SIGKILL" : "SIGTERM");
    await Promise.race([end, wait(LOOK_AGAIN_MS)]);
  }
  return [...asked.values()];
}

/** Waits until no process of a wrapper is the binary any more: it outlives a Terragrunt that is killed. */
export async function binaryEnded(binary: Binary, wrapper: Wrapper): Promise<void> {
  while ((await running(binary, wrapper)).length > 0) await wait(LOOK_AGAIN_MS);
}

/** A process id can be used again by another program, so its program is looked at before it counts. */
async function running(binary: Binary, wrapper: Wrapper): Promise<Call[]> {
  const calls = await callsOf(wrapper);
  const alive = await Promise.all(calls.map(({ pid }) => isBinary(pid, binary)));
  return calls.filter((_, index) => alive[index]);
}

async function isBinary(pid: number, binary: Binary): Promise<boolean> {
  if (process.platform !== "linux") return signal(pid, 0);
  try {
    return (await readlink(`/proc/${pid}/exe`)) === binary.program;
  } catch {
    return false;
  }
}

/** Whether there was something to signal: it may have ended between the look and the signal. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
