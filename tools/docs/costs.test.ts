import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const docs = resolve(import.meta.dirname, "../../docs");
const rowsOf = (file: string): string[][] =>
  readFileSync(join(docs, file), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").map((cell) => cell.trim()));

/** The jobs of an event as the workflow's own conditions have it, with one job of units. */
const jobsOf = (event: string): number =>
  rowsOf("events.md")
    .find(([, name]) => name === event)?.[2]
    ?.split(", ").length ?? 0;

/** What docs/costs.md says of a row, for one job of units, two stages, and eight units of drift. */
const minutesIn = (row: string): number => {
  const cell = rowsOf("costs.md").find(([, name]) => name === row)?.[3] ?? "";
  return [
    ...cell
      .replace("⌈_u_ / 8⌉", "1")
      .replaceAll("_n_", row.startsWith("…") ? "2" : "1")
      .replaceAll("_s_", "2")
      .matchAll(/\d+/g),
  ]
    .map(([number]) => Number(number))
    .reduce((sum, number) => sum + number, 0);
};

it.each([
  ["pull request that touches no unit", "pull request: touches no unit"],
  ["pull request", "pull request: opened"],
  ["merge queue", "merge queue"],
  ["merge that touches no unit", "push: touches no unit"],
  ["merge", "push to the deploy branch: one stage"],
  ["… in _s_ stages", "push: two stages"],
  ["drift check of _u_ units", "schedule"],
])("%s costs as many minutes as it has jobs", (row, event) => {
  expect(jobsOf(event)).toBeGreaterThan(1);
  expect(minutesIn(row)).toBe(jobsOf(event));
});
