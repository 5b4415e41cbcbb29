import { spawnSync } from "node:child_process";

/**
 * Runs a program to its end and captures what it prints.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, minutes?: number }} [options]
 * @returns {{ ok: boolean, found: boolean, output: string }} `found` is false when there is no such program
 */
export function capture(program, args, options = {}) {
  const ended = spawnSync(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    encoding: "utf8",
    timeout: (options.minutes ?? 1) * 60_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return {
    ok: ended.status === 0,
    found: !(ended.error !== undefined && "code" in ended.error && ended.error.code === "ENOENT"),
    output: `${ended.stdout ?? ""}${ended.stderr ?? ""}${ended.error === undefined ? "" : ended.error.message}`.trim(),
  };
}
