import { createReadStream } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Mask } from "@pipelines/core/redaction/mask";

/** One piece of a unit's log: a title, a text, and files of any size behind it. */
export type LogPart = { readonly title: string; readonly text: string; readonly files: readonly string[] };

/** More of one unit is no log that anybody reads. */
const MOST_BYTES = 64 * 1024 * 1024;
/** A longer line is left out: it is read into memory as a whole, so that no half of a secret stays. */
const LONGEST_LINE = 1024 * 1024;

/**
 * Writes a unit's whole log, fit to be shown, piece by piece: memory stays bounded whatever the size.
 *
 * @param clean masks secrets and takes commands out; it gets whole lines, and a private key as one piece
 */
export async function writeFullLog(file: string, parts: readonly LogPart[], clean: Mask): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await using out = await open(file, "w");
  let room = MOST_BYTES;
  const write = async (text: string): Promise<void> => {
    const cleaned = clean(text);
    room -= Buffer.byteLength(cleaned);
    await out.write(cleaned);
  };
  for (const [index, { title, text, files }] of parts.entries()) {
    await write(`${index === 0 ? "" : "\n\n"}${title === "" ? "" : `── ${title}\n`}${text}${text === "" ? "" : "\n"}`);
    for (const source of files) {
      let [read, size] = [0, await sizeOf(source)];
      for await (const piece of piecesOf(source)) {
        if (room <= 0) break;
        read += piece.bytes;
        await write(piece.text);
      }
      size -= read;
      if (room <= 0 && size > 0) await write(`… ${size} bytes are left out here …\n`);
    }
  }
}

type Piece = { readonly text: string; readonly bytes: number };

/** A file in pieces of whole lines. A private key is never cut in two: only as a whole it is known for what it is. */
async function* piecesOf(file: string): AsyncGenerator<Piece> {
  if ((await sizeOf(file)) === 0) return;
  let rest = "";
  let left = 0;
  for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: 256 * 1024 })) {
    rest += chunk;
    const key = rest.lastIndexOf("-----BEGIN ");
    const open = key >= 0 && !rest.includes("-----END ", key) ? rest.lastIndexOf("\n", key) : rest.length;
    const end = rest.lastIndexOf("\n", open);
    if (end >= 0) {
      const text = rest.slice(0, end + 1);
      yield { text: left > 0 ? afterLongLine(text, left) : text, bytes: Buffer.byteLength(text) + left };
      left = 0;
      rest = rest.slice(end + 1);
    }
    if (rest.length <= LONGEST_LINE) continue;
    left += Buffer.byteLength(rest);
    rest = "";
  }
  if (rest !== "" || left > 0) {
    yield { text: left > 0 ? afterLongLine(rest, left) : rest, bytes: Buffer.byteLength(rest) + left };
  }
}

/** What follows a line that was too long, whose end is the first line of the text. */
function afterLongLine(text: string, left: number): string {
  const end = text.indexOf("\n");
  const last = end < 0 ? text : text.slice(0, end);
  return `… a line of ${left + Buffer.byteLength(last)} bytes is left out here …\n${end < 0 ? "" : text.slice(end + 1)}`;
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
