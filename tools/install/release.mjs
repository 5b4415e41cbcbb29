import { createHash } from "node:crypto";
import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./process.mjs";
import { SetupError } from "./setup-error.mjs";

/** Names of this machine as releases spell them. */
export const platform = {
  os: process.platform,
  arch: process.arch === "x64" ? "amd64" : process.arch,
};

/**
 * @typedef {{ url: string, member?: string, sha256: Record<string, string> }} Release
 * @typedef {{ kind: "installed" } | { kind: "unavailable", why: string }} Downloaded
 */

/**
 * Downloads a release, checks it against its pinned SHA-256 and puts the program into `folder`.
 *
 * @param {string} name the program's file name
 * @param {string} version
 * @param {Release} release
 * @param {string} folder an empty folder of the caller's
 * @returns {Promise<Downloaded>} `unavailable` when there is no checksum for this machine or the host can't be reached
 * @throws {SetupError} when what was downloaded is not what was pinned: that is never passed over
 */
export async function downloadRelease(name, version, release, folder) {
  const expected = release.sha256[`${platform.os}_${platform.arch}`];
  if (expected === undefined) {
    return { kind: "unavailable", why: `no release with a pinned checksum for ${platform.os}/${platform.arch}` };
  }
  const url = release.url
    .replaceAll("{version}", version)
    .replaceAll("{os}", platform.os)
    .replaceAll("{arch}", platform.arch);
  /** @type {Buffer} */
  let bytes;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5 * 60_000) });
    if (!response.ok) return { kind: "unavailable", why: `${url} answered ${response.status}` };
    bytes = Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      kind: "unavailable",
      why: `${new URL(url).host} can't be reached (${cause instanceof Error ? cause.message : cause})`,
    };
  }
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== expected) {
    throw new SetupError(
      `${url} is not what was pinned:\n  expected SHA-256 ${expected}\n  got              ${actual}\n` +
        `Nothing was installed. Compare with the checksums of the release before you change tools/versions.json.`,
    );
  }
  const program = join(folder, name);
  if (release.member === undefined) writeFileSync(program, bytes);
  else {
    const archive = join(folder, "archive.tar.gz");
    writeFileSync(archive, bytes);
    const unpacked = capture("tar", ["-xzf", archive, "-C", folder, release.member]);
    if (!unpacked.ok) throw new SetupError(`${url} can't be unpacked: ${unpacked.output}`);
    if (release.member !== name) renameSync(join(folder, release.member), program);
  }
  chmodSync(program, 0o755);
  return { kind: "installed" };
}
