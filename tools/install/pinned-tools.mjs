import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {import("./tool.mjs").Tool} Tool
 * @typedef {Omit<Tool, "version" | "release"> & { version?: string, release?: Partial<import("./release.mjs").Release>,
 *   released?: string }} Entry
 */

/**
 * The tools of the set-up, by the name of their program: `tools/versions.json`. Those that Pipelines itself installs
 * (`released`) have their version and address in the installer's list, so that what is tested is what is installed.
 *
 * @param {string} root the repository
 * @returns {{ pnpm: string, tools: Record<string, Tool> }}
 */
export function pinnedTools(root) {
  const read = (/** @type {string} */ file) => JSON.parse(readFileSync(join(root, file), "utf8"));
  const { pnpm, tools } = read("tools/versions.json");
  const releases = read("packages/core/src/tools/releases.json");
  return {
    pnpm,
    tools: Object.fromEntries(
      Object.entries(/** @type {Record<string, Entry>} */ (tools)).map(([name, { released, ...tool }]) => {
        if (released === undefined) return [name, /** @type {Tool} */ (tool)];
        const { version, folder, file } = releases[released];
        const release = tool.release && { ...tool.release, url: `${folder}/${file}` };
        return [name, /** @type {Tool} */ ({ ...tool, version, release })];
      }),
    ),
  };
}
