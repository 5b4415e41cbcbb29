import { expect, it } from "vitest";
import { unitsBetween } from "./between.ts";

const GRAPH: Readonly<Record<string, readonly string[] | null>> = {
  app: ["mid", "side"],
  mid: ["low"],
  low: ["db"],
  side: ["other"],
  other: [],
  db: [],
  round: ["trip"],
  trip: ["round"],
  open: null,
  user: ["open"],
};
const between = (sources: string[], targets = sources) =>
  [...unitsBetween(sources, new Set(targets), (unit) => GRAPH[unit] ?? null)].toSorted();

it.each<[string, string[], string[]]>([
  ["one unit has nothing between it and itself", ["app"], []],
  ["two units have those on every way between them", ["app", "db"], ["app", "low", "mid"]],
  ["a circle goes through others", ["round"], ["round", "trip"]],
  ["a unit whose dependencies are not known may lead anywhere", ["user"], ["open"]],
])("%s", (_what, sources, units) => {
  expect(between(sources)).toEqual(units);
});

it("only ways from the sources to the targets count", () => {
  expect(between(["mid"], ["db"])).toEqual(["low", "mid"]);
  expect(between(["db"], ["app"])).toEqual([]);
});
