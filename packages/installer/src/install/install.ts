import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { programOf, releaseOf, type ToolName } from "@pipelines/core/tools/tool";
import { VersionError } from "@pipelines/core/tools/version-error";
import { requireSum } from "./checksums.ts";
import { unpack } from "./unpack.ts";

/**
 * Downloads a release, compares it with its publisher's list of SHA-256 sums, and unpacks its program into a folder of
 * its own. A shared cache could be filled by a pull request for an apply, so there is none.
 *
 * @returns the folder with the program
 * @throws VersionError when it can't be downloaded, or is not what its publisher published
 */
export function install(tool: ToolName, version: string, folder: string): string {
  const { file, url, sumsUrl } = releaseOf(tool, version, process.platform, process.arch);
  const target = join(folder, `${tool}-${version}`);
  mkdirSync(target, { recursive: true });
  const [archive, sums] = [join(target, file), join(target, "sums")];
  download(sumsUrl, sums);
  download(url, archive);
  const content = readFileSync(archive);
  requireSum(content, readFileSync(sums, "utf8"), file);
  unpack(archive, content, programOf(tool), target);
  chmodSync(join(target, programOf(tool)), 0o755);
  return target;
}

/** curl knows a runner's proxy and certificates, and every runner has it. */
function download(url: string, to: string): void {
  const args = [
    ...["--fail", "--silent", "--show-error", "--location", "--proto", "=https"],
    ...["--retry", "3", "--connect-timeout", "20", "--max-time", "300"],
  ];
  const ran = spawnSync("curl", [...args, "--output", to, "--", url], { encoding: "utf8" });
  if (ran.status !== 0)
    throw new VersionError(`${url} could not be downloaded: ${(ran.error?.message ?? ran.stderr).trim()}`);
}
