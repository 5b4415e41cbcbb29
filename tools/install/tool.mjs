import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { installByClient } from "./package-client.mjs";
import { capture } from "./process.mjs";
import { downloadRelease } from "./release.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * @typedef {{ version: string, versionArguments: string[], neededBy: string[],
 *   release?: import("./release.mjs").Release, client: import("./package-client.mjs").Client }} Tool
 */

/**
 * Brings one tool, in its pinned version, to `.tools/bin`: from the PATH, else its release, else its package client.
 * Does nothing when it is already there. A tool counts as installed only once it has said its version.
 *
 * @param {string} name
 * @param {Tool} tool
 * @param {string} root the repository
 * @param {(line: string) => void} say
 * @throws {SetupError} when there is no way to get it, or what was got is not what was pinned
 */
export async function bringTool(name, tool, root, say) {
  const bin = join(root, ".tools/bin");
  const target = join(bin, name);
  const stamp = join(root, ".tools/stamps", name);
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, "utf8") === tool.version) return;

  mkdirSync(bin, { recursive: true });
  mkdirSync(join(root, ".tools/stamps"), { recursive: true });
  const folder = mkdtempSync(join(root, ".tools", `${name}-`));
  try {
    const onPath = programOnPath(name, tool, bin);
    if (onPath !== null) {
      say(`${name} ${tool.version}: on the PATH (${onPath})`);
      symlinkSync(onPath, join(folder, name));
    } else await obtain(name, tool, root, folder, say);
    if (!saysVersion(join(folder, name), tool)) {
      throw new SetupError(`${name} was installed, but does not say that it is version ${tool.version}`);
    }
    // Replacing by name is one step: another run at the same time sees the old program or the new one, never half.
    renameSync(join(folder, name), target);
    writeFileSync(stamp, tool.version);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {Tool} tool
 * @param {string} root
 * @param {string} folder
 * @param {(line: string) => void} say
 */
async function obtain(name, tool, root, folder, say) {
  if (tool.release !== undefined) {
    const downloaded = await downloadRelease(name, tool.version, tool.release, folder);
    if (downloaded.kind === "installed") return say(`${name} ${tool.version}: downloaded and verified`);
    say(`${name} ${tool.version}: ${downloaded.why}`);
  }
  const client = tool.client.kind === "pip" ? "pip" : "Go";
  say(`${name} ${tool.version}: installing with ${client} (about ${tool.client.minutes} min the first time)…`);
  installByClient(name, tool.version, tool.client, root, folder);
}

/**
 * @param {string} name
 * @param {Tool} tool
 * @param {string} ownFolder `.tools/bin`, which does not count
 * @returns {string | null}
 */
function programOnPath(name, tool, ownFolder) {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (folder === "" || folder === ownFolder) continue;
    const program = join(folder, name);
    if (existsSync(program) && saysVersion(program, tool)) return program;
  }
  return null;
}

/**
 * @param {string} program
 * @param {Tool} tool
 */
function saysVersion(program, tool) {
  const { ok, output } = capture(program, tool.versionArguments, { env: { ...process.env, TF_CLI_CONFIG_FILE: "" } });
  const said = /\bv?(\d+\.\d+\.\d+(?:-[\w.]+)?)\b/.exec(output)?.[1];
  return ok && said === tool.version;
}
