import { createHash } from "node:crypto";
import { VersionError } from "@pipelines/core/tools/version-error";

/**
 * The SHA-256 that a publisher's list has for a file.
 *
 * @throws VersionError when the list does not have it
 */
export function sumOf(list: string, file: string): string {
  for (const line of list.split(/\r?\n/)) {
    const [, sum, name] = /^([0-9a-f]{64})\s+\*?(\S+)$/.exec(line) ?? [];
    if (name === file && sum !== undefined) return sum;
  }
  throw new VersionError(`the list of checksums does not have ${file}; nothing is installed unchecked`);
}

/** @throws VersionError when a file is not what its publisher's list says */
export function requireSum(content: Uint8Array, list: string, file: string): void {
  const actual = createHash("sha256").update(content).digest("hex");
  const expected = sumOf(list, file);
  if (actual !== expected) throw new VersionError(`${file} has the SHA-256 ${actual}; its publisher says ${expected}`);
}
