import { readlink, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { type Binary, callsOf, type Wrapper } from "./wrapper.ts";

/** How often to look for a process that became the binary after the last look. */
const LOOK_AGAIN_MS = 250;

/**
 * Asks the binary to stop, once per process, until `ended` settles. OpenTofu and Terraform then finish what is in
 * flight, write their state and give their lock back, however long that takes. Nothing else gets a signal.
 *
 * @returns the subcommands of what was asked
 */
export async function interruptUntilEnded(
  binary: Binary,
  wrapper: Wrapper,
  ended: Promise<unknown>,
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
  while (!over) {
    for (const { pid, subcommand } of await callsOf(wrapper)) {
      if (asked.has(pid) || !(await isBinary(pid, binary))) continue;
      asked.set(pid, subcommand);
      try {
        process.kill(pid, "SIGINT");
      } catch {
        // It ended between the look and the signal.
      }
    }
    await Promise.race([end, wait(LOOK_AGAIN_MS)]);
  }
  return [...asked.values()];
}

/** A process id can be used again by another program, so its program is looked at before it is signalled. */
async function isBinary(pid: number, binary: Binary): Promise<boolean> {
  if (process.platform !== "linux") return isAlive(pid);
  try {
    return (await readlink(`/proc/${pid}/exe`)) === binary.program;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
