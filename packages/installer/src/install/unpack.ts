import { spawnSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VersionError } from "@pipelines/core/tools/version-error";
import { unzipSync } from "fflate";

/**
 * Takes the program out of what was downloaded: a tar or zip archive, or the program itself. Nothing else is unpacked.
 *
 * @param archive a file in `folder`, where the program ends up too
 * @throws VersionError when it is no such archive, or does not have the program
 */
export function unpack(archive: string, content: Uint8Array, program: string, folder: string): void {
  if (archive.endsWith(".tar.gz")) untar(archive, program, folder);
  else if (archive.endsWith(".zip")) writeFileSync(join(folder, program), unzipped(archive, content, program));
  else renameSync(archive, join(folder, program));
}

function untar(archive: string, program: string, folder: string): void {
  const ran = spawnSync("tar", ["-xzf", archive, "-C", folder, program], { encoding: "utf8" });
  if (ran.status !== 0) throw new VersionError(`tar failed: ${(ran.error?.message ?? ran.stderr).trim()}`);
}

function unzipped(archive: string, content: Uint8Array, program: string): Uint8Array {
  const message = `${archive} is no zip archive with ${program} in it`;
  try {
    const found = unzipSync(content, { filter: ({ name }) => name === program })[program];
    if (found !== undefined) return found;
  } catch (cause) {
    throw new VersionError(message, null, { cause });
  }
  throw new VersionError(message);
}
