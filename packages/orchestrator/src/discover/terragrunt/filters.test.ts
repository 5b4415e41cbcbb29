import { expect, it } from "vitest";
import { filtersFor } from "./filters.ts";

const UNITS = ["a/one", "a/two", "b", "b/in", "c/x/one", "c/x/two", "c/y", "d e", "f*", "g", "h", "i", "j", "k", "l"];

it.each<[string, string[], string[][]]>([
  ["nothing", [], []],
  ["one unit by its name", ["a/one"], [["./a/one"]]],
  ["a whole folder by the folder, and what is in it", ["a/one", "a/two"], [["./a", "./a/**"]]],
  ["the highest folder of which all is wanted", ["c/x/one", "c/x/two", "c/y"], [["./c", "./c/**"]]],
  ["a unit in whose folder others lie that are not wanted", ["b"], [["./b"]]],
  ["a unit with all that lies in it", ["b", "b/in"], [["./b", "./b/**"]]],
  ["no name that means something else in a filter", ["a/one", "d e", "f*"], [["./a/one"]]],
  ["everything without any filter, where most is wanted", UNITS.slice(0, 8), [[]]],
])("asks for %s", (_what, wanted, filters) => {
  expect(filtersFor(wanted, UNITS)).toEqual(filters);
});

it("spreads many filters over several calls", () => {
  const all = Array.from({ length: 2500 }, (_unused, index) => `u${index}`);
  const calls = filtersFor(all.slice(0, 1000), all);
  expect(calls.map((filters) => filters.length)).toEqual([400, 400, 200]);
  expect(calls.flat()).toHaveLength(1000);
});
