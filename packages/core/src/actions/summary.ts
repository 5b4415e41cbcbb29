import { appendFile, stat } from "node:fs/promises";

/** GitHub drops a step's whole summary above 1 MiB. */
const MOST_BYTES = 1024 * 1024;
const NOTE = "\n\n*The summary is longer than GitHub shows. The rest is in the artifacts of this run.*\n";

/**
 * Appends Markdown to the step's summary, cut at a line's end so that all of the file stays within what GitHub takes.
 *
 * @param file `GITHUB_STEP_SUMMARY`
 */
export async function appendSummary(file: string, markdown: string): Promise<void> {
  const used = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  const text = cutToBytes(`${markdown}\n`, MOST_BYTES - used);
  if (text !== "") await appendFile(file, text);
}

/** The longest beginning of whole lines that fits, with a note about what is missing; empty when not even the note fits. */
export function cutToBytes(markdown: string, bytes: number): string {
  if (Buffer.byteLength(markdown) <= bytes) return markdown;
  const room = bytes - Buffer.byteLength(NOTE);
  if (room <= 0) return "";
  const kept: string[] = [];
  let used = 0;
  for (const line of markdown.split("\n")) {
    used += Buffer.byteLength(line) + 1;
    if (used > room) break;
    kept.push(line);
  }
  return kept.join("\n") + NOTE;
}
