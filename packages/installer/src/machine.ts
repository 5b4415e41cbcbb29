import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { binariesOn } from "@pipelines/core/evidence/binaries-on-path";
import { type BinaryName, programOf, type ToolName } from "@pipelines/core/tools/tool";

/** The version of a tool's program on the PATH, `null` where there is none that starts. */
export function installedVersion(tool: ToolName): string | null {
  const ran = spawnSync(programOf(tool), ["--version"], { encoding: "utf8", timeout: 60_000, cwd: "/" });
  return ran.status === 0 ? (/v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?)/.exec(ran.stdout)?.[1] ?? null) : null;
}

/**
 * Where another binary comes first on a PATH, makes a folder with the wanted one alone, to be put before the others.
 *
 * @returns the folder, `null` where none is needed
 */
export function folderToPutFirst(binary: BinaryName, path: string, folder: string): string | null {
  const found = binariesOn(path);
  const own = found.find((one) => one.binary === binary);
  if (own === undefined || found[0] === own) return null;
  const program = programOf(binary);
  const alone = join(folder, `${program}-alone`);
  mkdirSync(alone, { recursive: true });
  rmSync(join(alone, program), { force: true });
  symlinkSync(join(resolve(own.folder), program), join(alone, program));
  return alone;
}
