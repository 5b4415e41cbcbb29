import { GitOutputError, parseRawDiff } from "@pipelines/core/git/repository";
import { describe, expect, it } from "vitest";

const [one, two] = ["1".repeat(40), "2".repeat(40)];
const entry = (letter: string, path: string, modes = "100644 100644", blobs = `${one} ${two}`): string =>
  `:${modes} ${blobs} ${letter}\0${path}\0`;

describe("what git says of a file", () => {
  it.each([
    ["A", "added"],
    ["M", "modified"],
    ["D", "deleted"],
    ["T", "modified"],
  ])("%s means %s", (letter, status) => {
    expect(parseRawDiff(entry(letter, 'a b\n"c".hcl'))).toEqual([{ path: 'a b\n"c".hcl', status }]);
  });

  it("a file whose executable bit alone changed did not change; one that became a link did", () => {
    expect(parseRawDiff(entry("M", "x", "100644 100755", `${one} ${one}`))).toEqual([]);
    expect(parseRawDiff(entry("T", "x", "100644 120000", `${one} ${one}`))).toHaveLength(1);
  });

  it.each(["U", "X", "B", "R100", "C75"])("%s stops the run: a file must not be passed over in silence", (letter) => {
    expect(() => parseRawDiff(entry(letter, "a.hcl"))).toThrow(GitOutputError);
  });

  it("an entry in another shape stops the run", () => {
    expect(() => parseRawDiff("M\0a.hcl\0")).toThrow(GitOutputError);
  });
});
