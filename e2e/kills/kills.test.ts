import process from "node:process";
import { afterAll, expect, it } from "vitest";
import { clearWorlds } from "../attacks/world.ts";
import { type Kill, killOf } from "./kill.ts";
import { killSequence } from "./sequence.ts";

/**
 * Runs that a SIGKILL ends somewhere: the three components with real Terragrunt, OpenTofu and git. `PIPELINES_KILLS` says
 * how many more are tried at random, and `PIPELINES_SEED` with which the first begins: each seed is one place and one way to
 * be killed.
 */
const { PIPELINES_KILLS = "0", PIPELINES_SEED = "1" } = process.env;
const SEEDS = Array.from({ length: Number(PIPELINES_KILLS) }, (_, index) => Number(PIPELINES_SEED) + index);

/** Each is one that surely meets a process: it begins with its step, or while a unit makes its thing. */
const SURE: readonly Kill[] = [
  { step: "dispatcher claim", begun: 0, afterMs: 0, takes: "entry" },
  { step: "dispatcher run apply-dev", begun: 2, afterMs: 0, takes: "run" },
  { step: "dispatcher run apply-prod-prod-app", begun: 6, afterMs: 0, takes: "runner" },
  { step: "dispatcher record", begun: 9, afterMs: 0, takes: "entry" },
];

afterAll(clearWorlds);

it.each(SURE)(
  "a run that is killed loses nothing and does nothing twice, and the next one finishes it ($takes of $step)",
  async (kill) => {
    const { processes, wrong } = await killSequence(kill);
    expect(wrong).toEqual([]);
    expect(processes).toBeGreaterThan(0);
  },
);

if (SEEDS.length > 0)
  it.each(SEEDS)("nor does one that is killed at random (seed %i)", async (seed) => {
    const { kill, wrong, ...counts } = await killSequence(killOf(seed));
    process.stdout.write(`seed ${seed}: ${JSON.stringify(kill)}: ${JSON.stringify(counts)}\n`);
    expect(wrong).toEqual([]);
  });
