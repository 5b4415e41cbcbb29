import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** What a command cost, with all that it started and waited for. */
export type Cost = {
  readonly seconds: number;
  /** Of processors, its own and the kernel's. */
  readonly cpu: number;
  /** The largest of its processes, in MB; `null` where the machine does not say. */
  readonly peakMb: number | null;
};

export type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are as they should be. */
  readonly ends?: readonly number[];
  /** What its output ends with, where its exit code alone does not say that it did its work. */
  readonly prints?: RegExp;
};

/** Runs a command to its end and measures it. @throws when it ends badly, with what it printed */
export async function measure({ program, args, cwd, env = {}, ends = [0], prints = /$/ }: Command): Promise<Cost> {
  // Bash adds up the time of all processes below it.
  const script = 'exec 5>&2; TIMEFORMAT="%R %U %S"; { time "$0" "$@" 2>&5; } 2>&3';
  const child = spawn("bash", ["-c", script, program, ...args], {
    cwd,
    // The machine's own settings of the tools are no part of what is measured.
    env: { ...process.env, TF_CLI_CONFIG_FILE: undefined, ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const texts = { 1: "", 2: "", 3: "" };
  child.stdio[1]?.on("data", (text: Buffer) => {
    texts[1] = (texts[1] + text).slice(-2000);
  });
  child.stdio[2]?.on("data", (text: Buffer) => {
    texts[2] = (texts[2] + text).slice(-2000);
  });
  child.stdio[3]?.on("data", (text: Buffer) => {
    texts[3] += text;
  });
  let running = true;
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  }).finally(() => {
    running = false;
  });
  let peakKb = 0;
  while (running) {
    if (child.pid !== undefined) peakKb = Math.max(peakKb, await peakBelow(child.pid));
    await Promise.race([ended.catch(() => null), sleep(20)]);
  }
  const code = await ended;
  if (code === null || !ends.includes(code) || !prints.test(texts[1])) {
    throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${texts[1]}\n${texts[2]}`);
  }
  const [seconds = 0, user = 0, system = 0] = texts[3].trim().split(" ").map(Number);
  return { seconds, cpu: user + system, peakMb: peakKb === 0 ? null : Math.round(peakKb / 1024) };
}

/** The highest peak of memory of a process and of all below it, in KB; 0 where there is no `/proc`. */
async function peakBelow(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const own = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const children = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, "utf8").catch(() => "")),
  );
  const pids = children
    .join(" ")
    .split(" ")
    .filter((text) => text.trim() !== "");
  return Math.max(own, ...(await Promise.all(pids.map((child) => peakBelow(Number(child))))));
}

/** Runs commands in turns, A B A B, and answers the medians of each. */
export async function inTurns<Name extends string>(
  commands: Readonly<Record<Name, () => Promise<Cost>>>,
  rounds: number,
): Promise<Record<Name, Cost>> {
  const costs = Object.entries<() => Promise<Cost>>(commands).map(([name, run]) => ({ name, run, all: [] as Cost[] }));
  for (let round = 0; round < rounds; round += 1) for (const { run, all } of costs) all.push(await run());
  return Object.fromEntries(costs.map(({ name, all }) => [name, medianOf(all)])) as Record<Name, Cost>;
}

function medianOf(costs: readonly Cost[]): Cost {
  const median = (pick: (cost: Cost) => number): number =>
    costs.map(pick).toSorted((a, b) => a - b)[Math.floor((costs.length - 1) / 2)] ?? 0;
  const peaks = costs.flatMap(({ peakMb }) => peakMb ?? []);
  return {
    seconds: median(({ seconds }) => seconds),
    cpu: median(({ cpu }) => cpu),
    peakMb: peaks.length === 0 ? null : Math.max(...peaks),
  };
}
