import type { JobOutcome } from "@pipelines/core/contracts/outcome";

/**
 * Whether an executor that outlived its step is there. `left`: it is gone, and Terragrunt or OpenTofu that it has started
 * goes on. `unknown`: nobody wrote down which process it is.
 */
export type Survivor =
  | { readonly kind: "runs"; readonly pid: number }
  | { readonly kind: "left"; readonly pid: number }
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
 * Waits until the executor that outlived its step has finished, or is gone with all that it has started.
 *
 * @param seconds the longest wait: GitHub gives a cancelled job five minutes in all
 * @returns the outcome as it is then; `null` when there is none
 */
export async function awaitSurvivor(edges: SurvivorEdges, seconds: number): Promise<Left> {
  let said: Survivor["kind"] | null = null;
  for (let waited = 0; ; waited += EVERY_MS / 1000) {
    // In this order: who is gone has written all that it ever will.
    const survivor = await edges.survivor();
    const outcome = await edges.readOutcome();
    const isOver = outcome?.state === "finished" || (survivor.kind === "unknown" && outcome === null);
    if (survivor.kind === "gone" || isOver || waited >= seconds) return { outcome, survivor: survivor.kind };
    if (survivor.kind !== said) edges.tell(waitsFor(survivor, seconds - waited));
    said = survivor.kind;
    await edges.sleep(EVERY_MS);
  }
}

function waitsFor(survivor: Exclude<Survivor, { kind: "gone" }>, seconds: number): string {
  const most = `for ${seconds} seconds at most`;
  switch (survivor.kind) {
    case "runs":
      return `The executor outlived its step and goes on as process ${survivor.pid}. This waits until it has ended, ${most}.`;
    case "left":
      return `The executor was killed, and what it has started goes on as process ${survivor.pid}: it may be writing a state. This waits until it has ended, ${most}.`;
    case "unknown":
      return `The executor has not said that it is done, and which process it is was not written down. This waits for its last word, ${most}.`;
    default:
      return survivor satisfies never;
  }
}
