import process from "node:process";
import { afterAll, expect, it } from "vitest";
import { clearWorlds } from "../attacks/world.ts";
import { killOf } from "./kill.ts";
import { killSequence } from "./sequence.ts";

/**
 * Runs that a SIGKILL ends somewhere: the three components with real Terragrunt, OpenTofu and git. `PIPELINES_KILLS` says
 * how many are tried, and `PIPELINES_SEED` with which the first begins: each seed is one place and one way to be killed.
 */
const FIRST = process.env["PIPELINES_SEED"];
const SEEDS =
  process.env["PIPELINES_KILLS"] === undefined && FIRST === undefined
    ? [2, 3, 37]
    : Array.from({ length: Number(process.env["PIPELINES_KILLS"] ?? 1) }, (_, index) => Number(FIRST ?? 1) + index);

afterAll(clearWorlds);

it.each(SEEDS)(
  "a run that is killed loses nothing and does nothing twice, and the next one finishes it (seed %i)",
  async (seed) => {
    const { kill, wrong, ...counts } = await killSequence(killOf(seed));
    const { step, afterMs, takes } = kill;
    process.stdout.write(`seed ${seed}: ${takes} of ${step} after ${afterMs} ms: ${JSON.stringify(counts)}\n`);
    expect(wrong).toEqual([]);
  },
);
