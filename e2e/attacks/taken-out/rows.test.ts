import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { madeIn } from "./edit.ts";
import { namesOf } from "./names.ts";
import { TAKEN_OUT } from "./rows.ts";

/** What is taken out has to be there: otherwise nobody would know that a row is not tried any more. */
const root = resolve(import.meta.dirname, "../../..");
const text = (file: string): string => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "");

const ROWS = Array.from({ length: 20 }, (_, index) => String(index + 1)).flatMap((row) =>
  row === "4" ? ["4a", "4b", "4c", "4d"] : [row],
);

it("every attack has an entry, and no other row has one", () => {
  expect([...new Set(TAKEN_OUT.map(({ row }) => row))]).toEqual(ROWS);
});

describe.each(TAKEN_OUT)("row $row: $handling", ({ edits, test, fails }) => {
  it("is taken out by texts that are there once", () => {
    expect(edits.length).toBeGreaterThan(0);
    const files = new Map(edits.map(({ file }) => [file, text(file)]));
    for (const edit of edits) {
      const before = files.get(edit.file) ?? "";
      const after = madeIn(before, edit);
      expect(after).not.toBe(before);
      files.set(edit.file, after);
    }
  });

  it("has a test of that name, which is there once", () => {
    expect(text(test.file).split(JSON.stringify(test.name))).toHaveLength(2);
    expect(fails).not.toBe("");
  });
});

it("the names of a test are found by how it is written", () => {
  expect(namesOf("claims %s (of $a.b)").test("claims first (of x)")).toBe(true);
  expect(namesOf("claims %s the run").test("claims first the runs")).toBe(false);
  expect(namesOf("is it? (1)").test("is it? (1)")).toBe(true);
});
