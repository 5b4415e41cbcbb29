import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { digestOf, drawings, pictureNames } from "./drawings.ts";

it("every picture of the docs shows what is rendered now", async () => {
  const names = await pictureNames();
  expect(names.length).toBeGreaterThan(10);
  const now = new Map(drawings.map(({ name, markdown }) => [name, digestOf(markdown)]));
  const file = resolve(import.meta.dirname, "../../../docs/images/drawn.json");
  const drawn = new Map(Object.entries(JSON.parse(await readFile(file, "utf8"))));
  const old = names.filter((name) => now.get(name) === undefined || drawn.get(name) !== now.get(name));
  expect(old, "draw them again: node packages/dispatcher/test/pictures.ts").toEqual([]);
});
