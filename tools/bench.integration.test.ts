import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const bench = (...args: string[]): string[] =>
  execFileSync(process.execPath, ["bench/main.ts", "--rounds", "1", ...args], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n");

test("the benchmark measures what a change affects, what a job does, and what a report takes", () => {
  const lines = bench("--units", "100", "--layout", "distinct", "--executed", "2", "--case", "one", "--case", "report");
  expect(lines.map((line) => line.split(/ {2}/).slice(0, 3))).toEqual([
    ["distinct", "100", "one unit"],
    ["plan, one dependency", "2", expect.stringMatching(/^\d/)],
    ["apply, one dependency", "2", expect.stringMatching(/^\d/)],
    ["report of 3,000 units", expect.stringMatching(/^\d/), expect.stringMatching(/^\d/)],
  ]);
});
