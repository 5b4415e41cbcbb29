import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { killMarked } from "@pipelines/local-github/kill-marked";
import type { Beside } from "../attacks/play.ts";

/**
 * What a SIGKILL takes: the step's entry process alone, all that the step has started, the runner, so that nothing follows
 * in its job, or the whole run.
 */
export type Taken = "entry" | "step" | "runner" | "run";

/** When, and what. A step that is over by then dies between it and the next. */
export type Kill = { readonly step: string; readonly afterMs: number; readonly takes: Taken };

/** Nothing of a run goes on. */
export class RunIsOver extends Error {
  override readonly name = "RunIsOver";
}

/** The steps of the change's run by how they begin, and how long each takes at most, about. */
const STEPS: Readonly<Record<string, number>> = {
  "dispatcher look": 1200,
  orchestrator: 6000,
  "dispatcher claim": 2000,
  "dispatcher run apply-dev": 14_000,
  "dispatcher run apply-prod": 16_000,
  "dispatcher run destroy-prod": 5000,
  "dispatcher record": 2500,
  "dispatcher report": 2000,
};

const TAKES: readonly Taken[] = ["entry", "step", "runner", "run"];

/** A kill for a seed: the same for the same. The applies are hit most, as they take longest. */
export function killOf(seed: number): Kill {
  const random = generator(seed);
  const names = [...Object.keys(STEPS), "dispatcher run apply-dev", "dispatcher run apply-prod"];
  const step = names[Math.floor(random() * names.length)] ?? "orchestrator";
  const afterMs = Math.round(random() * (STEPS[step] ?? 0));
  return { step, afterMs, takes: TAKES[Math.floor(random() * TAKES.length)] ?? "run" };
}

/** Kills once, in the first step of that name. */
export function killing({ step, afterMs, takes }: Kill, killed: (processes: number) => void): Beside {
  let done = false;
  return async ({ name, pid, mark }) => {
    if (done || !name.startsWith(step)) return "lives";
    done = true;
    await sleep(afterMs);
    killed(takes === "entry" ? killOne(pid) : await killMarked(mark));
    if (takes === "run") throw new RunIsOver();
    return takes === "runner" ? "died" : "lives";
  };
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
