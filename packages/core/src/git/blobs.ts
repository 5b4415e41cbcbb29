import { spawn } from "node:child_process";

/** The text of a blob, or the length in bytes of one that is too long to be read. */
export type Blob = { readonly text: string } | { readonly tooLong: number };

/**
 * Reads blobs of a repository in one process of git. Blobs that the clone lacks are missing in the answer.
 *
 * @param environment the whole environment of git
 * @param longest bytes of a blob up to which it is read
 * @throws GitBlobsError when git fails
 */
export async function readBlobs(
  repositoryFolder: string,
  blobs: Iterable<string>,
  environment: Readonly<Record<string, string>>,
  longest: number,
): Promise<Map<string, Blob>> {
  const names = [...new Set(blobs)];
  const result = new Map<string, Blob>();
  if (names.length === 0) return result;
  const child = spawn("git", ["cat-file", "--batch", "--buffer"], {
    cwd: repositoryFolder,
    env: { ...environment },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  // Git that ends early closes the pipe; its exit code says so.
  child.stdin.on("error", () => undefined);
  child.stdin.end(names.map((name) => `${name}\n`).join(""));
  const reader = blobReader(longest, (name, blob) => result.set(name, blob));
  for await (const chunk of child.stdout) reader(chunk);
  const code = await ended;
  if (code !== 0) throw new GitBlobsError(`git cat-file ended with ${code}`);
  return result;
}

/** Git could not read objects of the repository. */
export class GitBlobsError extends Error {
  override readonly name = "GitBlobsError";
}

/** Takes the output of `git cat-file --batch` apart: `<id> blob <size>` LF `<content>` LF, or `<id> missing` LF. */
function blobReader(longest: number, put: (name: string, blob: Blob) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let reading: { readonly name: string; readonly size: number } | null = null;
  let parts: Buffer[] = [];
  let left = 0;
  const take = (chunk: Buffer): Buffer => {
    if (reading === null) return chunk;
    const piece = chunk.subarray(0, left);
    if (reading.size <= longest) parts.push(piece);
    left -= piece.length;
    if (left > 0) return chunk.subarray(piece.length);
    const { name, size } = reading;
    // The line feed behind the content was counted with it.
    put(name, size > longest ? { tooLong: size } : { text: Buffer.concat(parts).toString("utf8", 0, size) });
    reading = null;
    parts = [];
    return chunk.subarray(piece.length);
  };
  return (chunk) => {
    let open = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      if (reading !== null) {
        open = take(open);
        if (reading !== null) break;
        continue;
      }
      const end = open.indexOf(10);
      if (end === -1) break;
      const [name = "", kind, size] = open.toString("utf8", 0, end).split(" ");
      open = open.subarray(end + 1);
      if (kind !== "blob") continue;
      reading = { name, size: Number(size) };
      left = reading.size + 1;
    }
    rest = Buffer.from(open);
  };
}
