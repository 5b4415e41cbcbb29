import { expect, it } from "vitest";
import { code, fenced, link, oneLine, prose, sentence, visible } from "./escape.ts";

it.each([
  ["https://github.com/acme/live/actions/runs/7", "[log](https://github.com/acme/live/actions/runs/7)"],
  ["http://ghe.example.com/x", "[log](http://ghe.example.com/x)"],
  ["javascript:alert(1)//https://github.com", "log"],
  ["https://github.com/a) [b](https://evil.example", "log"],
  ["https://github.com/a b", "log"],
  ["ftp://github.com/a", "log"],
])("an address of ours is linked, anything else is not: %s", (url, expected) => {
  expect(link("log", url)).toBe(expected);
});

it("characters that nobody sees are shown by their number, four digits at least", () => {
  expect(visible("a\u200bb\u202ec\u0007d")).toBe("a⟨U+200B⟩b⟨U+202E⟩c⟨U+0007⟩d");
});

it.each([
  ["  a \n\t b  ", 10, "a b"],
  ["abcde", 5, "abcde"],
  ["abcdef", 5, "abcd…"],
  ["ab😀cd", 4, "ab…"],
  ["abc", 0, "…"],
])("one line: %j in %i characters", (text, length, expected) => {
  expect(oneLine(text, length)).toBe(expected);
});

it.each([
  ["- a", "\\- a"],
  ["12. a", "12\\. a"],
  ["1) a", "1\\) a"],
  ["a - 1. b", "a - 1. b"],
  ["*a* [b](c) `d` ~e~ $f$ #1 <b>", "\\*a\\* \\[b\\](c) \\`d\\` \\~e\\~ \\$f\\$ \\#&#8203;1 &lt;b&gt;"],
])("prose means nothing to Markdown: %s", (text, expected) => {
  expect(prose(text)).toBe(expected);
});

it("a sentence makes no link of an address, also behind an underscore", () => {
  expect(sentence("see www.evil.example and _www.evil.example")).toBe(
    "see www&#8203;.evil.example and \\_www&#8203;.evil.example",
  );
});

it("a sentence keeps code between backticks, and only that", () => {
  expect(sentence("`a*b` depends on *c* and on `d")).toBe("`a*b` depends on \\*c\\* and on \\`d");
});

it.each([
  ["a", "`a`"],
  ["a`b``c", "```a`b``c```"],
  ["`a`", "`` `a` ``"],
  ["a|b", "`a\\|b`"],
  ["", ""],
])("code: %s", (text, expected) => {
  expect(code(text)).toBe(expected);
});

it("a fence is longer than any run of backticks in it", () => {
  expect(fenced("a\n````\nb\n\n", "diff")).toBe("`````diff\na\n````\nb\n`````");
  expect(fenced("a")).toBe("```\na\n```");
});
