import { readdir, readFile } from "node:fs/promises";
import process from "node:process";
import { z } from "zod";

/** A process of this machine. Its number can be used again by another one, which has another start. */
export const ProcessMark = z.strictObject({
  pid: z.int().positive(),
  /** When it was started, in ticks since the machine was; `null` where that is not told. */
  started: z.string().nullable(),
});
export type ProcessMark = z.infer<typeof ProcessMark>;

export async function markOf(pid: number): Promise<ProcessMark> {
  return { pid, started: (await statOf(pid, "/proc"))?.started ?? null };
}

/**
 * Whether the very process that a mark was made of is still there and runs.
 *
 * @param proc where the system tells of processes. A sandbox may not have it: a process that answers then counts.
 */
export async function isRunning({ pid, started }: ProcessMark, proc = "/proc"): Promise<boolean> {
  const stat = await statOf(pid, proc);
  if (stat === null && (await statOf(process.pid, proc)) === null) return answers(pid);
  // What has ended and nobody asked for its end, as in a container without an init process, still has its number.
  return stat !== null && !["Z", "X"].includes(stat.state) && (started === null || stat.started === started);
}

/** The processes that run and have a text in their arguments. Linux alone says so: elsewhere none. */
export async function processesNaming(text: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const naming = await Promise.all(
    pids.map(async (pid) => {
      const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return words.includes(text) && (await isRunning({ pid, started: null })) ? [pid] : [];
    }),
  );
  return naming.flat();
}

/** Its state and start, the third and the twenty-second field of proc_pid_stat(5); the second may have spaces and brackets. */
async function statOf(pid: number, proc: string): Promise<{ state: string; started: string } | null> {
  const text = await readFile(`${proc}/${pid}/stat`, "latin1").catch(() => "");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, started] = [fields[0], fields[19]];
  return state === undefined || started === undefined ? null : { state, started };
}

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It belongs to somebody else, and is there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
