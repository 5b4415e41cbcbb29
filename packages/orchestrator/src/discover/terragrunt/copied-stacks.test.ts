import { describe, expect, it } from "vitest";
import { copiersAmong, copiersFirst, stacksOfCatalogues } from "./copied-stacks.ts";

/** Stacks by their folders, each with the folders that it copies. */
const stacksOf = (copies: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(copies).map(([folder, templates]) => ({ folder, templates }));
const foldersOf = (stacks: Iterable<{ readonly folder: string }>) => [...stacks].map(({ folder }) => folder);

describe("the order in which stacks are generated", () => {
  const order = (copies: Readonly<Record<string, readonly string[]>>) => {
    const stacks = stacksOf(copies);
    return copiersFirst(stacks, copiersAmong(stacks)).map(foldersOf);
  };

  it("has one that others copy after all of them", () => {
    expect(order({ a: [], b: ["a"], c: ["b", "a"], d: ["units/x"] })).toEqual([["c", "d"], ["b"], ["a"]]);
  });

  it("has one in a folder that others copy after all of them", () => {
    expect(order({ "a/deep": [], b: ["a"] })).toEqual([["b"], ["a/deep"]]);
  });

  it("comes to an end where stacks copy each other", () => {
    expect(order({ a: ["b"], b: ["a"], c: ["a"], d: ["d"] })).toEqual([
      ["c", "d"],
      ["a", "b"],
    ]);
  });
});

describe("a folder named stacks", () => {
  const ofCatalogues = (copies: Readonly<Record<string, readonly string[]>>) => {
    const stacks = stacksOf(copies);
    return foldersOf(stacksOfCatalogues(stacks, copiersAmong(stacks)));
  };

  it("is a catalogue of what is copied from outside of it, and of what that copies", () => {
    const copies = { "infra/stacks/a": ["infra/stacks/b"], "infra/stacks/b": [], "infra/stacks/c": [] };
    expect(ofCatalogues({ ...copies, "infra/live/dev": ["infra/stacks/a"] })).toEqual([
      "infra/stacks/a",
      "infra/stacks/b",
    ]);
  });

  it("is what runs where its stacks copy each other only, or where none of them is copied", () => {
    expect(ofCatalogues({ "stacks/dev": [], "stacks/prod": ["stacks/dev"], live: ["units"] })).toEqual([]);
  });

  it("makes nothing of a stack beside it", () => {
    expect(ofCatalogues({ "my-stacks/a": [], stacks: [], live: ["my-stacks/a", "stacks"] })).toEqual([]);
  });
});
