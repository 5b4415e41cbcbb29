import { describe, expect, it } from "vitest";
import { insertEntry } from "./insert-entry.ts";

const entry = "stage:\n  paths: [stage/**] # its own\n";

describe("an entry that is added to a YAML text", () => {
  it.each<[what: string, text: string, path: string[], expected: string]>([
    ["is the whole of an empty file", "", [], entry],
    ["comes behind the comments of a file that has nothing else", "# accounts\n", [], `# accounts\n${entry}`],
    ["is the last of its map", "b: 1\na: 2\n", [], `b: 1\na: 2\n${entry}`],
    ["gets the line break that the file lacks at its end", "a: 2", [], `a: 2\n${entry}`],
    [
      "leaves comments, order, quotes and spacing as they are",
      `# head\nenvs:   # all\n    b:  {x:   'y'}\n    a: "z" # why\n    # a's own?\n\n# rest\nother: 1\n`,
      ["envs"],
      `# head\nenvs:   # all\n    b:  {x:   'y'}\n    a: "z" # why\n    stage:\n      paths: [stage/**] # its own\n    # a's own?\n\n# rest\nother: 1\n`,
    ],
    [
      "comes behind a comment that belongs to the entry before",
      "envs:\n  a:\n    x: 1\n    # y: 2\nother: 1\n",
      ["envs"],
      "envs:\n  a:\n    x: 1\n    # y: 2\n  stage:\n    paths: [stage/**] # its own\nother: 1\n",
    ],
    ["is set off by a blank line where the others are", "a: 1\n\nb: 2\n", [], `a: 1\n\nb: 2\n\n${entry}`],
    [
      "is set off from what follows as the others are, in a map below a key",
      "envs:\n  a:\n    x: 1\n\n  # second\n  b:\n    x: 2\n\nother: 1\n",
      ["envs"],
      "envs:\n  a:\n    x: 1\n\n  # second\n  b:\n    x: 2\n\n  stage:\n    paths: [stage/**] # its own\n\nother: 1\n",
    ],
    ["comes behind a text of several lines", "a: |\n  one\n  two\n", [], `a: |\n  one\n  two\n${entry}`],
    ["comes behind a key without a value", "a:\n", [], `a:\n${entry}`],
    [
      "keeps the line breaks of Windows",
      "a: 1\r\nb: 2\r\n",
      [],
      "a: 1\r\nb: 2\r\nstage:\r\n  paths: [stage/**] # its own\r\n",
    ],
  ])("%s", (_, text, path, expected) => {
    expect(insertEntry(text, path, entry)).toBe(expected);
  });

  it("is written into braces, which keep their comments and order", () => {
    const after = insertEntry("# all\nenvs: { b: { x: 1 }, a: 2 } # both\nother: 1\n", ["envs"], entry);
    expect(after).toMatch(/^# all\nenvs:[\s{]+b:.*\bx: 1.*\ba: 2.*\bstage:.*# both\nother: 1\n$/s);
  });

  it("is refused where its key is there already, or its place is no map", () => {
    expect(() => insertEntry("stage: 1\n", [], entry)).toThrow();
    expect(() => insertEntry("envs: [1]\n", ["envs"], entry)).toThrow();
  });
});
