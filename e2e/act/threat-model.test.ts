import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/threat-model.md"), "utf8");

/** Rows of the page's tables: what they can, what they can't, what holds it. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| they can") && !/^\| -/.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** What tests are called: the text that a call of `it`, `test`, `describe` or of what `each` answers begins with. */
const NAME = /(?:\b(?:it|test|describe)|\))\(\s*(["'`])((?:(?!\1)[^\\]|\\.)*)\1,/g;

const names = globSync(["{packages,tools,e2e}/**/*.test.ts", "infra/**/*.tftest.hcl"], {
  cwd: root,
  exclude: (path) => path.includes("node_modules"),
}).flatMap((file) => {
  const text = readFileSync(join(root, file), "utf8");
  return file.endsWith(".hcl")
    ? [...text.matchAll(/^run "(.*)"/gm)].map(([, name = ""]) => name.replaceAll("_", " "))
    : [...text.matchAll(NAME)].map(([, , name = ""]) => name.replaceAll(/\\(.)/g, "$1"));
});

it("has rows, each of which says what holds it", () => {
  expect(rows.length).toBeGreaterThan(20);
  const silent = rows.filter(
    ([, , held = ""]) => !/tests?\b|setting|unproven|not held|that is what|branch protection/i.test(held),
  );
  expect(silent.map(([can]) => can)).toEqual([]);
});

const cited = rows.flatMap(([, , held = ""]) =>
  [...held.replaceAll(/`[^`]*_[^`]*`/g, "").matchAll(/_([^_]{8,})_/g)].flatMap(([, name]) => name ?? []),
);

it("cites tests", () => {
  expect(cited.length).toBeGreaterThan(25);
});

it.each([...new Set(cited)])("cites a test that there is: %s", (cite) => {
  const parts = cite.split("…").map((part) => part.trim());
  expect(names.filter((name) => parts.every((part) => name.includes(part)))).not.toEqual([]);
});
