import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 200;
const CHUNK = 64 * 1024;

/**
 * Shows what a process writes to a file, until it has ended and everything is shown. The process writes to a file and not
 * to a pipe, so that it lives on when whoever shows its output is killed.
 */
export async function tail(file: string, show: (chunk: Uint8Array) => void, isOver: () => boolean): Promise<void> {
  await using handle = await open(file, "r");
  let position = 0;
  for (;;) {
    const over = isOver();
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK), 0, CHUNK, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      show(buffer.subarray(0, bytesRead));
    }
    if (over) return;
    await sleep(EVERY_MS);
  }
}
