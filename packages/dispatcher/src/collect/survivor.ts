import type { JobOutcome } from "@pipelines/core/contracts/outcome";

export type SurvivorEdges = {
  readOutcome(): Promise<JobOutcome | null>;
  sleep(ms: number): Promise<unknown>;
};

const EVERY_MS = 1000;

/**
 * Waits until the executor that outlived its step has finished.
 *
 * @param seconds the longest wait: GitHub gives a cancelled job five minutes in all
 * @returns the outcome as it is then; `null` when there is none
 */
export async function awaitSurvivor(edges: SurvivorEdges, seconds: number): Promise<JobOutcome | null> {
  for (let waited = 0; ; waited += EVERY_MS / 1000) {
    const outcome = await edges.readOutcome();
    if (outcome === null || outcome.state === "finished" || waited >= seconds) return outcome;
    await edges.sleep(EVERY_MS);
  }
}
