import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { posix } from "node:path";
import { isCached, liesIn } from "../paths.ts";
import type { Stack } from "../snapshot.ts";

/** Terragrunt's own note of what it generated; it holds absolute paths and differs each time. */
const MANIFEST = ".terragrunt-stack-manifest";

/**
 * The files that a stack generated, each with the hash that git would give to it. What is committed in their place
 * counts as what Terragrunt made of it.
 */
export async function hashesOfGenerated(
  root: string,
  { folder, copies }: Pick<Stack, "folder" | "copies">,
  committed: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const entries = await readdir(posix.join(root, folder), { recursive: true, withFileTypes: true });
  const hashes = new Map<string, string>();
  for (const entry of entries) {
    const path = posix.join(posix.relative(root, entry.parentPath), entry.name);
    if (!entry.isFile() || entry.name === MANIFEST || isCached(path)) continue;
    const blob = committed.get(path);
    const isCopy = path.includes("/.terragrunt-stack/") || [...copies.keys()].some((copy) => liesIn(path, copy));
    if (blob !== undefined && !isCopy) continue;
    const hash = hashOf(await readFile(posix.join(root, path)), root, blob?.length === 64 ? "sha256" : "sha1");
    if (hash !== blob) hashes.set(path, hash);
  }
  return hashes;
}

/** A checkout lies elsewhere each time, and `get_repo_root()` says where: that is no difference. */
function hashOf(content: Buffer, root: string, algorithm: string): string {
  const text = content.includes(root) ? Buffer.from(content.toString("utf8").replaceAll(root, "/@root")) : content;
  return createHash(algorithm).update(`blob ${text.length}\0`).update(text).digest("hex");
}
