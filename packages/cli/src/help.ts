import { readFileSync } from "node:fs";
import { join } from "node:path";

const EXIT_CODES = `
Exit codes:
  0    all is well
  1    problems, failed units, or something that needs you
  2    the command can't do this: a wrong option, a missing commit, a configuration that can't be read
  3    a bug in pipelines
  130  stopped by Ctrl-C`;

/** What stands below the options of a command: examples, and what its exit code means. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}\n${EXIT_CODES}\n`;
}

/** The version of this checkout, as its package says. */
export function version(): string {
  const text = readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8");
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? "unknown";
}
