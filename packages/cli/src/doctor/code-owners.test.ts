import { expect, test } from "vitest";
import { ownersOf } from "./code-owners.ts";

const config = ".pipelines/config.yml";
const workflow = ".github/workflows/pipelines.yml";

test.each([
  ["*", config, true],
  ["* # all of it", config, true],
  ["*.yml", workflow, true],
  ["/.pipelines/", config, true],
  ["/.pipelines", config, true],
  [".pipelines/", config, true],
  ["/.pipelines/*", config, true],
  // The files of that folder alone: GitHub's own example of `docs/*`.
  ["/.github/*", workflow, false],
  [".github/*", workflow, false],
  ["/.github/**", workflow, true],
  ["**/workflows", workflow, true],
  ["**/workflows/", workflow, true],
  ["workflows/", workflow, true],
  ["/workflows/", workflow, false],
  [".github/workflows/pipelines.yml", workflow, true],
  ["/.GITHUB/", workflow, false],
  ["!/.github/", workflow, false],
  ["/[.]github/", workflow, false],
  ["/.github/work?lows/*.yml", workflow, true],
  ["accounts.yml", "accounts.yml", true],
  ["/accounts", "accounts.yml", false],
  ["/a\\ b/", "a b/c", true],
])("%s owns %s: %s", (pattern, path, owned) => {
  const line = pattern.includes("#") ? pattern.replace(" #", " @x #") : `${pattern} @x`;
  expect(ownersOf(line, path)).toEqual(owned ? ["@x"] : []);
});

test("the last line that matches decides, also by naming nobody", () => {
  expect(ownersOf("* @a\n/.github/ @b @c\n", workflow)).toEqual(["@b", "@c"]);
  expect(ownersOf("* @a\n/.github/\n", workflow)).toEqual([]);
  expect(ownersOf("/.github/ @b\r\n* @a\r\n", workflow)).toEqual(["@a"]);
  expect(ownersOf("# * @a", workflow)).toEqual([]);
});

test("a pattern of many stars ends, whatever it is held against", () => {
  const stars = `/.github/workflows/${"*a".repeat(60)}b @x\n${"**/".repeat(60)}b @x`;
  expect(ownersOf(stars, `.github/workflows/${"a".repeat(200)}.yml`)).toEqual([]);
});
