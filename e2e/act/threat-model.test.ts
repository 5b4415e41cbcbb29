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

const tests = globSync(["{packages,tools,e2e}/**/*.test.ts", "infra/**/*.tftest.hcl"], {
  cwd: root,
  exclude: (path) => path.includes("node_modules"),
}).map((file) => {
  const text = readFileSync(join(root, file), "utf8");
  return file.endsWith(".hcl") ? text.replaceAll("_", " ") : text;
});

it("has rows, each of which says what holds it", () => {
  expect(rows.length).toBeGreaterThan(20);
  const silent = rows.filter(
    ([, , held = ""]) => !/tests?\b|setting|unproven|not held|that is what|branch protection/i.test(held),
  );
  expect(silent.map(([can]) => can)).toEqual([]);
});

const cited = rows.flatMap(([, , held = ""]) => [...held.matchAll(/_([^_]{8,})_/g)].flatMap(([, name]) => name ?? []));

it.each([...new Set(cited)])("cites a test that there is: %s", (name) => {
  const parts = name.split("…").map((part) => part.trim());
  expect(tests.some((text) => parts.every((part) => text.includes(part)))).toBe(true);
});
