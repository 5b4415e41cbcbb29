import { open } from "node:fs/promises";

/** Of an output of any size this much is read: its beginning, and its end, where the errors are. */
const HEAD_BYTES = 512 * 1024;
const TAIL_BYTES = 2 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** A longer line is passed over by `matchingLines`: none of Terragrunt's own is that long. */
const LONGEST_LINE = 1024 * 1024;

/**
 * The text of a log, its middle left out when it is long. The cuts are at the ends of lines, so that no half of a
 * secret stays that nobody recognises; a line too long to be kept whole goes as a whole. Empty when there is no file.
 */
export async function readLog(file: string): Promise<string> {
  await using handle = await open(file, "r").catch(() => null);
  if (handle === null) return "";
  const { size } = await handle.stat();
  const read = async (from: number, bytes: number): Promise<string> => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, from);
    return buffer.subarray(0, bytesRead).toString("utf8");
  };
  if (size <= HEAD_BYTES + TAIL_BYTES) return read(0, size);
  const [head, tail] = [await read(0, HEAD_BYTES), await read(size - TAIL_BYTES, TAIL_BYTES)];
  const first = head.slice(0, head.lastIndexOf("\n") + 1);
  const last = tail.includes("\n") ? tail.slice(tail.indexOf("\n") + 1) : "";
  const left = size - Buffer.byteLength(first) - Buffer.byteLength(last);
  return `${first}… ${left} bytes are left out here …\n${last}`;
}

/** The lines of a log of any size that hold one of the given texts. */
export async function matchingLines(file: string, texts: readonly string[]): Promise<string[]> {
  await using handle = await open(file, "r").catch(() => null);
  if (handle === null) return [];
  const found: string[] = [];
  const take = (line: string): void => {
    if (texts.some((text) => line.includes(text))) found.push(line);
  };
  let rest = "";
  for await (const chunk of handle.createReadStream({
    encoding: "utf8",
    highWaterMark: CHUNK_BYTES,
    autoClose: false,
  })) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
    if (rest.length > LONGEST_LINE) rest = "";
  }
  take(rest);
  return found;
}
