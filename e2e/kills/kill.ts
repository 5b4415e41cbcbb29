import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { killMarked } from "@pipelines/local-github/kill-marked";
import type { Beside } from "../attacks/play.ts";

/**
 * What a SIGKILL takes: the step's entry process alone, all that the step has started, the runner, so that nothing follows
 * in its job, or the whole run.
 */
export type Taken = "entry" | "step" | "runner" | "run";

/**
 * When, and what: in a step, so long after so many units of the change have begun. A step that is over by then dies between
 * it and the next.
 */
export type Kill = {
  readonly step: string;
  readonly begun: number;
  readonly afterMs: number;
  readonly takes: Taken;
};

/** Nothing of a run goes on. */
export class RunIsOver extends Error {
  override readonly name = "RunIsOver";
}

/** The steps of the change's run by how they begin: which units may have begun, and how long is waited at most then. */
const STEPS: readonly { readonly step: string; readonly begun: readonly number[]; readonly forMs: number }[] = [
  { step: "dispatcher look", begun: [0], forMs: 600 },
  { step: "orchestrator", begun: [0], forMs: 1500 },
  { step: "dispatcher claim", begun: [0], forMs: 700 },
  { step: "dispatcher run apply-dev", begun: [0, 1, 2, 3, 4], forMs: 1000 },
  { step: "dispatcher run apply-prod-prod-cache", begun: [4, 5], forMs: 1000 },
  { step: "dispatcher run apply-prod-prod-app", begun: [5, 6, 7, 8, 9], forMs: 1000 },
  { step: "dispatcher run destroy-prod", begun: [9], forMs: 1800 },
  { step: "dispatcher record", begun: [9], forMs: 700 },
  { step: "dispatcher report", begun: [9], forMs: 900 },
];

const TAKES: readonly Taken[] = ["entry", "step", "runner", "run"];

/** A kill for a seed: the same for the same. The applies are hit most, as they take longest. */
export function killOf(seed: number): Kill {
  const random = generator(seed);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const { step, begun, forMs } = one([...STEPS, ...STEPS.filter(({ begun }) => begun.length > 1)]);
  return { step, begun: one(begun), afterMs: Math.round(random() * forMs), takes: one(TAKES) };
}

/** Kills once, in the first step of that name. @param unitsBegun how many units of the change have begun so far */
export function killing(
  { step, begun, afterMs, takes }: Kill,
  unitsBegun: () => Promise<number>,
  killed: (processes: number) => void,
): Beside {
  let done = false;
  return async ({ name, pid, mark }) => {
    if (done || !name.startsWith(step)) return "lives";
    done = true;
    while (isAlive(pid) && (await unitsBegun()) < begun) await sleep(20);
    await sleep(afterMs);
    killed(takes === "entry" ? killOne(pid) : await killMarked(mark));
    if (takes === "run") throw new RunIsOver();
    return takes === "runner" ? "died" : "lives";
  };
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function killOne(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    process.kill(pid, "SIGKILL");
    return 1;
  } catch {
    return 0;
  }
}

/** Mulberry32, a small generator of random numbers between 0 and 1. */
function generator(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
