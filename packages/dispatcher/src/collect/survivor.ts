import type { JobOutcome } from "@pipelines/core/contracts/outcome";

/** Whether an executor that outlived its step is there. `unknown`: nobody wrote down which process it is. */
export type Survivor =
  | { readonly kind: "runs"; readonly pid: number }
  | { readonly kind: "gone" }
  | { readonly kind: "unknown" };

export type SurvivorEdges = {
  readOutcome(): Promise<JobOutcome | null>;
  survivor(): Promise<Survivor>;
  sleep(ms: number): Promise<unknown>;
  /** Says once what is waited for. */
  tell(message: string): void;
};

/** What an executor left, and whether it was still at work. */
export type Left = { readonly outcome: JobOutcome | null; readonly survivor: Survivor["kind"] };

const EVERY_MS = 1000;

/**
 * Waits until the executor that outlived its step has finished, or is gone.
 *
 * @param seconds the longest wait: GitHub gives a cancelled job five minutes in all
 * @returns the outcome as it is then; `null` when there is none
 */
export async function awaitSurvivor(edges: SurvivorEdges, seconds: number): Promise<Left> {
  for (let waited = 0; ; waited += EVERY_MS / 1000) {
    // In this order: who is gone has written all that it ever will.
    const survivor = await edges.survivor();
    const outcome = await edges.readOutcome();
    const over = survivor.kind === "gone" || (survivor.kind === "unknown" && outcome === null);
    if (outcome?.state === "finished" || over || waited >= seconds) return { outcome, survivor: survivor.kind };
    if (waited === 0) edges.tell(waitsFor(survivor, seconds));
    await edges.sleep(EVERY_MS);
  }
}

function waitsFor(survivor: Survivor, seconds: number): string {
  const most = `for ${seconds} seconds at most`;
  return survivor.kind === "runs"
    ? `The executor outlived its step and goes on as process ${survivor.pid}. This waits until it has ended, ${most}.`
    : `The executor has not said that it is done, and which process it is was not written down. This waits for its last word, ${most}.`;
}
