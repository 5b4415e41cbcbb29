import { setTimeout as sleep } from "node:timers/promises";
import { isAmbiguous } from "./failure.ts";

const PAUSES_MS = [2000, 5000] as const;

/**
 * Creates something that must exist once. GitHub may answer with an error and still have created it, so after such an
 * answer it is looked for before it is created again.
 *
 * @param create asks for it; its clear refusals are thrown as they are
 * @param find looks for what `create` would have made; `null` when it is not there
 * @param pause waits, in milliseconds, before the look: a replica may lag behind
 */
export async function createOnce<T>(
  create: () => Promise<T>,
  find: () => Promise<T | null>,
  pause: (ms: number) => Promise<unknown> = (ms) => sleep(ms),
): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await create();
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      await pause(pauseMs);
      const found = await find();
      if (found !== null) return found;
    }
  }
  return await create();
}
