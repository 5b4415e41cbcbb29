import { describe, expect, it } from "vitest";
import { lacks, outputsIn } from "./merged-mocks.ts";

describe("the outputs of a dependency", () => {
  const one = '{\n  "o": {\n    "sensitive": false,\n    "type": "string",\n    "value": "x"\n  }\n}';
  it.each<[what: string, text: string, outputs: object | null]>([
    ["as they are", one, { o: "x" }],
    ["between what hooks print", `=== guard: ok {not json} ===\n{\n"a": 1\n}\n${one}\n[done]\n`, { o: "x" }],
    ["between empty objects of hooks", `{}\n${one}\n{}\n`, { o: "x" }],
    ["of a unit without any", "banner\n{}\n", {}],
    ["that were not printed", "banner\n", null],
    ["that are cut off", one.slice(0, -2), null],
  ])("are read %s", (_, text, outputs) => expect(outputsIn(text)).toEqual(outputs));
});

describe("mocked outputs", () => {
  it.each([
    [{ a: 1 }, { a: 2 }, false, false],
    [{ a: 1 }, { b: 2 }, false, true],
    [{ a: { x: 1 } }, { a: { y: 2 } }, false, false],
    [{ a: { x: 1 } }, { a: { y: 2 } }, true, true],
    [{ a: [1] }, { a: [1, 2] }, true, false],
  ])("%j with mocks %j, deep %s: filled %s", (real, mock, deep, filled) => {
    expect(lacks(real, mock, deep)).toBe(filled);
  });
});
